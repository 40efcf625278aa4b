import type { Machine } from '../bench/machine.ts';
import { Latencies, type LatencyData } from '../latencies.ts';
import type { ChaosArguments } from './arguments.ts';
import type { CampaignFacts, Injected } from './campaign.ts';
import { judge, type Totals, totalsOf, type Verdict } from './judge.ts';
import type { SelfEnd } from './member.ts';
import { type Outages, outagesOf } from './outages.ts';
import type { Subject } from './players/facts.ts';

/** One campaign against one subject. */
export interface SubjectResult {
  readonly subject: Subject;
  readonly totals: Totals;
  /** Of a peer it is for the record: nobody promised it for them. */
  readonly verdicts: readonly Verdict[];
  readonly outages: readonly Outages[];
  readonly injected: readonly Injected[];
  readonly selfEnds: readonly SelfEnd[];
  /** How late the players' own loop was. */
  readonly lag: LatencyData;
  readonly startedMs: number;
}

export interface ChaosResult {
  readonly wanted: ChaosArguments;
  readonly command: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly subjects: readonly SubjectResult[];
  /** What could not be tried here, in words. */
  readonly untried: readonly string[];
}

export function subjectResultOf(subject: Subject, facts: CampaignFacts): SubjectResult {
  return {
    subject,
    totals: totalsOf(facts),
    verdicts: judge(facts),
    outages: outagesOf(facts.injected, facts.players.seats),
    injected: facts.injected,
    selfEnds: facts.selfEnds,
    lag: facts.players.lag,
    startedMs: facts.startedMs,
  };
}

/** Whether the command may say that all is well. */
export function isKept({ subjects, untried, wanted }: ChaosResult): boolean {
  const ours = subjects.filter(({ subject }) => subject === 'gyre').flatMap(({ verdicts }) => verdicts);
  return ours.every(({ broken }) => broken.length === 0) && !(wanted.strict && untried.length > 0);
}

/** p50, p99 and the most, in ms; null of nothing. */
export function figuresOf(waitsMs: readonly number[]): readonly [p50: number, p99: number, most: number] | null {
  if (waitsMs.length === 0) return null;
  const latencies = new Latencies();
  for (const ms of waitsMs) latencies.add(ms);
  return [latencies.quantileMs(0.5), latencies.quantileMs(0.99), latencies.maxMs];
}
