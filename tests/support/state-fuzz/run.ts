import { History, type HistoryStats } from './history.ts';

export interface FuzzReport extends HistoryStats {
  readonly histories: number;
}

/**
 * Runs what a seed stands for, and takes whatever the library prints to the console for a failure: it warns and carries on where it
 * has lost its way.
 */
export function runSeed<Stats>(seed: number, work: (seed: number) => Stats): Stats {
  const printed: string[] = [];
  const { warn, error } = console;
  console.warn = console.error = (...args: unknown[]) => printed.push(args.map(String).join(' '));
  try {
    const stats = work(seed);
    if (printed.length > 0) throw new Error(`printed: ${printed[0]}`);
    return stats;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`FUZZ_SEED=${seed}: ${reason}${printed.length > 0 ? `\nprinted: ${printed[0]}` : ''}`, { cause });
  } finally {
    Object.assign(console, { warn, error });
  }
}

export function runHistories(firstSeed: number, count: number, ticks: number): FuzzReport {
  const report = { histories: count, ticks: 0, restores: 0, keptInstances: 0 };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const stats = runSeed(seed, () => new History(seed).run(ticks));
    report.ticks += stats.ticks;
    report.restores += stats.restores;
    report.keptInstances += stats.keptInstances;
  }
  return report;
}
