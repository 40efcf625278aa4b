import { expect, test } from '@jest/globals';
import { waitBeforeTry } from './room-link.ts';

const outagesMs = [0, 500, 1_500, 5_000, 7_000];

test('[SD-17] in the first seconds of an outage nobody waits longer than 350 ms, however often they tried', () => {
  for (const lostMs of outagesMs) {
    for (let failures = 1; failures <= 40; failures += 1) {
      expect(waitBeforeTry(failures, lostMs, () => 1)).toBeLessThanOrEqual(350);
    }
  }
  expect(waitBeforeTry(1, 0, () => 1)).toBe(60);
});

test('[SD-17] a long outage is dialled ever more rarely, by a twentieth of what it has lasted, down to once in 5 s', () => {
  expect([20_000, 60_000, 100_000, 10 ** 7].map((lostMs) => waitBeforeTry(100, lostMs, () => 1))).toEqual([
    1_000, 3_000, 5_000, 5_000,
  ]);
});

test('[SD-17] players of one lost server are spread over half of each wait', () => {
  const waits = [0, 0.25, 0.5, 0.999].map((chance) => waitBeforeTry(30, 1_000, () => chance));
  expect(waits.map(Math.round)).toEqual([175, 219, 263, 350]);
});
