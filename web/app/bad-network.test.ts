import { expect, test } from '@jest/globals';
import { networkOfAddress, networkQuery, networksToTry } from './bad-network.ts';

test.each([
  ['?latency=150&jitter=30&loss=0.02', { latencyMs: 150, jitterMs: 30, loss: 0.02, seed: 1 }],
  ['?latency=150&seed=7', { latencyMs: 150, jitterMs: 0, loss: 0, seed: 7 }],
  ['?loss=4', { latencyMs: 0, jitterMs: 0, loss: 1, seed: 1 }],
  ['?latency=-5&loss=much', null],
  ['?code=KXWPRT', null],
  ['', null],
])('[WE-9] the network that an address asks for: %s', (search, network) => {
  expect(networkOfAddress(search)).toEqual(network);
});

test('[WE-9] the address keeps it, and nothing else', () => {
  expect(networkQuery('?code=KXWPRT&latency=150&loss=0.02')).toBe('?latency=150&loss=0.02');
  expect(networkQuery('?code=KXWPRT')).toBe('');
});

test('[WE-9] the address’s own network is offered where it asks for one', () => {
  const namesOf = (search: string): string[] => networksToTry(search).map(([name]) => name);
  expect(namesOf('')).toEqual(['off', 'mobile', 'far', 'awful']);
  expect(namesOf('?latency=150')).toEqual(['off', 'mobile', 'far', 'awful', 'address']);
});
