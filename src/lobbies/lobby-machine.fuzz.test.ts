import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LobbyState } from '../../protocol/states.ts';
import { LobbyBed } from '../../tests/support/lobby-bed.ts';
import { LobbyHistory, step } from '../../tests/support/lobby-history.ts';

/** More with `FUZZ_RUNS=500 FUZZ_SEED=7 npm test -- lobby-machine`; a failure prints its seed and its shortest history. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260);
const STEPS = 60;
const MS_PER_RUN = 5_000;

test(
  '[LO-3, LO-13, LO-17] whatever five players try, versions are exact, hosts are members, marks and states follow the rules',
  async () => {
    await using bed = await LobbyBed.open();
    // Here a step is what ends a countdown.
    await bed.lobbies.countdowns.stop();
    const reached = new Map<LobbyState, number>();
    const history = fc.array(step, { minLength: 1, maxLength: STEPS, size: 'max' });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const played = await LobbyHistory.begin(bed);
        for (const each of steps) await played.take(each);
        for (const [state, times] of played.reached) reached.set(state, (reached.get(state) ?? 0) + times);
      }),
      { numRuns: RUNS, seed: SEED, unbiased: true },
    );
    // A run that never gets there proves nothing.
    for (const state of ['open', 'countdown', 'starting', 'in-match'] as const)
      expect(reached.get(state)).toBeGreaterThan(0);
  },
  20_000 + RUNS * MS_PER_RUN,
);
