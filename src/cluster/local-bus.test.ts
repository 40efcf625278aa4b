import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import { busContract } from './bus.contract.ts';
import { LocalBus } from './local-bus.ts';

busContract('local bus', () => {
  const bus = new LocalBus({ info: () => {}, warn: () => {}, error: () => {} });
  return Promise.resolve({ one: bus, other: bus, [Symbol.asyncDispose]: () => Promise.resolve() });
});

test('what a listener threw is logged with its topic', async () => {
  const errors: object[] = [];
  const bus = new LocalBus({ info: () => {}, warn: () => {}, error: (fields) => errors.push(fields) });
  const err = new Error('a listener of its own');
  bus.subscribe('session', () => {
    throw err;
  });
  bus.publish('session', { sessionId: 's_aaaaaaaa', playerId: 'p_aaaaaaaa' });
  await waitFor(() => errors.length > 0);
  expect(errors).toEqual([{ err, topic: 'session' }]);
});
