import { describe, expect, test } from '@jest/globals';
import { runHistories, runHistory } from '../../tests/support/state-fuzz/run.ts';

/** More with `FUZZ_RUNS=3000 FUZZ_SEED=1 npx jest state-codec.fuzz`; a failure prints the seed of its history. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const FIRST_SEED = Number(process.env['FUZZ_SEED'] ?? 500_001);
const SHORT_TICKS = 12;
const LONG_TICKS = 30;
const MS_PER_RUN = 1000;

describe('random states, mutations, restores and clients that lag', () => {
  test(
    'every client has what the room has, keeps its instances over restores, and every restore gives the same state',
    () => {
      const report = runHistories(FIRST_SEED, RUNS, RUNS > 300 ? LONG_TICKS : SHORT_TICKS);
      expect(report.histories).toBe(RUNS);
      expect(report.restores).toBeGreaterThan(RUNS / 2);
      expect(report.keptInstances).toBeGreaterThan(report.restores);
    },
    20_000 + RUNS * MS_PER_RUN,
  );

  // Each of these once broke something, here or in the library.
  test.each([
    [2, 'a field that was unset while a client was away'],
    [33, 'field 21 deleted and set behind a ref: the byte means something else'],
    [40, 'an array element assigned to its own place'],
    [152, 'a map entry changed, its map taken out in the same tick and put back later'],
    [217, 'an instance that came back with the parents of before'],
    [299, 'an instance that moved on in the tick in which it came back'],
    [10_002, 'a map reordered in the tick in which it left, and put back later'],
  ])('seed %i: %s', (seed) => {
    expect(runHistory(seed, LONG_TICKS).ticks).toBe(LONG_TICKS);
  });
});
