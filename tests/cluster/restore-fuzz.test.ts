import { expect, test } from '@jest/globals';
import { restoreFuzz } from '../restore-fuzz/restore-fuzz.ts';

/** Many more by `npm run fuzz:restore`. What a seed that fails comes down to belongs into a test of its own, too. */
const STATES = 60;
const STEPS = 20;
/** They failed once. */
const SEEDS = [30];

test('random states come back on the road of the log as they were recorded, and clients of before keep what lived then [CL-42, CL-45, SV-3]', () => {
  const { failures, commit, snapshot } = restoreFuzz({ seed: 700_001, states: STATES, steps: STEPS });
  expect(failures).toEqual([]);
  for (const stats of [commit, snapshot]) {
    expect(stats.restores).toBeGreaterThan(STATES);
    expect(stats.returns).toBeGreaterThan(stats.restores);
    expect(stats.keptInstances).toBeGreaterThan(stats.returns);
  }
  expect(snapshot.takenBack).toBeGreaterThan(STATES / 2);
});

test.each(SEEDS)('seed %i [CL-45]', (seed) => {
  expect(restoreFuzz({ seed, states: 1, steps: 40 }).failures).toEqual([]);
});
