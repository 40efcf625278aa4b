import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import { shutDown } from './shutdown.ts';

function setUp() {
  const done: string[] = [];
  const errors: string[] = [];
  const logger = { info: () => {}, warn: () => {}, error: (_: object, message: string) => errors.push(message) };
  const step = (name: string, run: () => unknown = () => {}) => ({ name, run: () => (done.push(name), run()) });
  return { done, errors, logger, step };
}

const never = () => new Promise(() => {});

test('the steps of a stop run one after the other, in order [ST-8]', async () => {
  const { done, logger, step } = setUp();
  const gate = Promise.withResolvers<void>();
  const pause = async () => {
    await gate.promise;
    done.push('paused');
  };
  const stopped = shutDown([step('one', pause), step('two')], { logger });
  await waitFor(() => done.length > 0);
  gate.resolve();
  expect(await stopped).toEqual([]);
  expect(done).toEqual(['one', 'paused', 'two']);
});

test('a step that fails or hangs is named, and the others still have their turn [ST-8]', async () => {
  const { done, errors, logger, step } = setUp();
  const throws = () => {
    throw new Error('no');
  };
  const steps = [
    step('throwing', throws),
    step('rejecting', () => Promise.reject(new Error('no'))),
    step('hanging', never),
    step('last'),
  ];
  expect(await shutDown(steps, { logger, stepMs: 20 })).toEqual(['throwing', 'rejecting', 'hanging']);
  expect(done.at(-1)).toBe('last');
  expect(errors[2]).toBe('stopping: hanging did not end cleanly');
});

test('past the deadline every step still gets a short chance [ST-8]', async () => {
  const { done, logger, step } = setUp();
  let looks = 0;
  // Not there at the first look: without a chance of its own the step would be given up before the second.
  const quick = () => waitFor(() => (looks += 1) > 1);
  const steps = [step('hanging', never), step('quick', quick), step('hanging too', never)];
  expect(await shutDown(steps, { logger, deadlineMs: 10 })).toEqual(['hanging', 'hanging too']);
  expect(done.length).toBe(3);
});
