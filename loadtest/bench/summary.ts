import { spreadOf, type Spread } from '../statistics.ts';
import type { BenchCase, Goal, Metric } from './harness.ts';
import type { Run } from './runner.ts';

/** What the runs of a case say about one of its metrics. */
export interface MetricSummary {
  readonly metric: Metric;
  /** By subject; only those that were measured. */
  readonly values: Readonly<Record<string, Spread>>;
  /** Ours ÷ the other's, pair by pair, by the other's name. */
  readonly ratios: Readonly<Record<string, Spread>>;
  /** What the goal is held against: the median of its ratios, or of our values; null without a goal or a measurement. */
  readonly judged: number | null;
  readonly met: boolean | null;
}

/** Only valid samples count, and for a ratio only pairs in which both are. */
export function summarise(bench: BenchCase, runs: readonly Run[]): readonly MetricSummary[] {
  const valid = runs.filter(({ invalid }) => invalid === null);
  return bench.metrics.map((metric) => {
    const values = spreadsBySubject(bench, (subject) => valuesOf(valid, subject, metric.name));
    const ours = oursOf(bench);
    const ratios = spreadsBySubject(bench, (subject) =>
      subject === ours ? [] : ratiosOf(valid, [ours, subject], metric.name),
    );
    const judged = metric.goal ? judgedBy(metric.goal, values[ours], ratios) : null;
    return { metric, values, ratios, judged, met: judged === null ? null : judged <= (metric.goal as Goal).atMost };
  });
}

/** @throws Error unless exactly one subject is ours. */
export function oursOf({ id, subjects }: Pick<BenchCase, 'id' | 'subjects'>): string {
  const [ours, ...more] = subjects.filter(({ role }) => role === 'ours');
  if (!ours || more.length > 0) throw new Error(`${id} must have exactly one subject that is ours.`);
  return ours.name;
}

function judgedBy(goal: Goal, ours: Spread | undefined, ratios: Readonly<Record<string, Spread>>): number | null {
  return (goal.over === undefined ? ours : ratios[goal.over])?.median ?? null;
}

function spreadsBySubject(bench: BenchCase, valuesFor: (subject: string) => readonly number[]): Record<string, Spread> {
  return Object.fromEntries(
    bench.subjects
      .map(({ name }) => [name, valuesFor(name)] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [name, spreadOf(values)]),
  );
}

function valuesOf(runs: readonly Run[], subject: string, metric: string): number[] {
  return runs.flatMap((run) => (run.subject === subject ? (run.values[metric] ?? []) : []));
}

function ratiosOf(runs: readonly Run[], [ours, other]: readonly [string, string], metric: string): number[] {
  const pairs = Map.groupBy(runs, ({ pair }) => pair);
  return [...pairs.values()].flatMap((pair) => {
    const [mine] = valuesOf(pair, ours, metric);
    const [theirs] = valuesOf(pair, other, metric);
    return mine === undefined || theirs === undefined || theirs === 0 ? [] : [mine / theirs];
  });
}
