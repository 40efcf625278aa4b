// What a comparison is made of. A case is a module `p<number>.ts` beside this file that exports `bench: BenchCase`;
// `npm run bench` finds it by its name.
import type { Child, ChildOptions } from './child.ts';

/** Who is measured: what we ship, a library that does the same, or the least that physics allows. */
export interface Subject {
  readonly name: string;
  readonly role: 'ours' | 'peer' | 'floor';
}

/** One thing that is measured, of every subject; less is better. */
export interface Metric {
  /** Its key in {@link Sample.values}. */
  readonly name: string;
  readonly title: string;
  /** As printed: `µs`, `KB`, `bytes`. */
  readonly unit: string;
  /** Left out: only reported. */
  readonly goal?: Goal;
}

export interface Goal {
  /** Over which subject: ours ÷ its value, pair by pair. Left out: our value itself is judged. */
  readonly over?: string;
  readonly atMost: number;
}

/** One subject, measured once. */
export interface Sample {
  /** By the metrics' names; a metric that this subject has nothing for may be missing. */
  readonly values: Readonly<Record<string, number>>;
  /** Why it says nothing, such as a generator that lagged. The pair is then measured again. */
  readonly invalid?: string | null;
  /** Anything that helps to judge it: counts, lag, memory by connections. Kept in the JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface BenchCase {
  /** As in `npm run bench -- P1`. */
  readonly id: string;
  readonly title: string;
  /** What is done and counted, in a few sentences, for whoever reads the report. */
  readonly about: string;
  readonly metrics: readonly Metric[];
  /** Exactly one of them is ours. */
  readonly subjects: readonly Subject[];
  /** npm packages whose versions belong to the result. */
  readonly packages: readonly string[];
  /** A sample that takes longer is ended and counts as failed; 120,000 by default. */
  readonly sampleLimitMs?: number;
  readonly run: (subject: Subject, context: BenchContext) => Promise<Sample>;
}

/** What a sample may use; all of it is cleared away after the sample, whatever happens. */
export interface BenchContext {
  /** A smoke run: as small as it can be and still do everything. Its figures mean nothing. */
  readonly quick: boolean;
  /** The same for all subjects of a pair. */
  readonly seed: number;
  /** Aborted when the sample's time is over. */
  readonly signal: AbortSignal;
  /** An empty folder of its own. */
  readonly folder: string;
  /**
   * Starts a TypeScript file (a path from `loadtest/bench/`) as a process of its own, and resolves when it is ready.
   * The file calls `serveParent` of `child-side.ts`.
   */
  readonly start: (file: string, options?: ChildOptions) => Promise<Child>;
}
