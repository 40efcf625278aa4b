import { runSeed } from '../support/state-fuzz/run.ts';
import { Life, type LifeStats } from './life.ts';

export interface RestoreFuzzOptions {
  /** Of the first state; those after it follow. */
  readonly seed: number;
  readonly states: number;
  /** Of each history. */
  readonly steps: number;
  readonly onProgress?: (states: number) => void;
}

export interface RestoreFuzzReport {
  readonly commit: LifeStats;
  readonly snapshot: LifeStats;
  /** The seeds that failed, and how. */
  readonly failures: readonly string[];
}

const PROGRESS_EVERY = 50;

/** Plays a match of each state: every other one with all ticks recorded, the rest with snapshots. */
export function restoreFuzz({ seed, states, steps, onProgress }: RestoreFuzzOptions): RestoreFuzzReport {
  const report = { commit: noStats(), snapshot: noStats() };
  const failures: string[] = [];
  for (let state = 0; state < states; state += 1) {
    const durability = (seed + state) % 2 === 0 ? 'commit' : 'snapshot';
    try {
      addUp(
        report[durability],
        runSeed(seed + state, (of) => new Life(of, durability).run(steps)),
      );
    } catch (error) {
      failures.push(`${durability}, ${(error as Error).message}`);
    }
    if (state % PROGRESS_EVERY === 0) onProgress?.(state);
  }
  return { ...report, failures };
}

function noStats(): LifeStats {
  return { steps: 0, restores: 0, takenBack: 0, returns: 0, keptInstances: 0 };
}

function addUp(sum: LifeStats, stats: LifeStats): void {
  for (const name of Object.keys(sum) as (keyof LifeStats)[]) sum[name] += stats[name];
}
