import { expect, test } from '@jest/globals';
import { restoreFuzz } from '../restore-fuzz/restore-fuzz.ts';

/** Many more by `npm run fuzz:restore`. What a seed that fails comes down to belongs into `state-encoder.test.ts`, where no
 * change of the generator can lose it. */
const STATES = 80;
const STEPS = 20;

test('random states come back on the road of the log as they were recorded, and clients of before keep what lived then [CL-42, CL-45, SV-3]', () => {
  const { failures, commit, snapshot } = restoreFuzz({ seed: 700_001, states: STATES, steps: STEPS });
  expect(failures).toEqual([]);
  for (const stats of [commit, snapshot]) {
    expect(stats.restores).toBeGreaterThan(STATES / 2);
    expect(stats.returns).toBeGreaterThan(stats.restores);
    expect(stats.keptInstances).toBeGreaterThan(stats.returns);
  }
  expect(snapshot.takenBack).toBeGreaterThan(STATES / 4);
});
