/** What a fault is done to. */
export type FaultPlace = 'process' | 'redis' | 'postgres' | 'network';

interface FaultKindOptions {
  readonly title: string;
  readonly place: FaultPlace;
  /** How long it lasts: least and most. */
  readonly holdMs: readonly [least: number, most: number];
  /** How often it comes, among the others. */
  readonly weight: number;
  /** A room's owner may be given up for it: its memory is gone then, and the log is all that there is. */
  readonly mayLoseMemory?: boolean;
}

const kind = (options: FaultKindOptions): FaultKindOptions => options;

/** Longer than it takes until a process that says nothing is given up (5 s). */
const LONG_MS = [8_000, 12_000] as const;
const SHORT_MS = [1_000, 3_000] as const;
const CUT_MS = [1_000, 12_000] as const;

export const FAULT_KINDS = {
  kill: kind({ title: 'SIGKILL', place: 'process', holdMs: [200, 3_000], weight: 4, mayLoseMemory: true }),
  'pause-short': kind({ title: 'SIGSTOP, 1–3 s', place: 'process', holdMs: SHORT_MS, weight: 2 }),
  'pause-long': kind({ title: 'SIGSTOP, 8–12 s', place: 'process', holdMs: LONG_MS, weight: 2, mayLoseMemory: true }),
  drain: kind({ title: 'drain (SIGTERM)', place: 'process', holdMs: [0, 500], weight: 4, mayLoseMemory: true }),
  'redis-restart': kind({ title: 'Redis restarted, with its data', place: 'redis', holdMs: [0, 200], weight: 1 }),
  'redis-empty': kind({ title: 'Redis restarted, empty', place: 'redis', holdMs: [0, 200], weight: 2 }),
  'redis-away': kind({ title: 'Redis away, 1–10 s', place: 'redis', holdMs: [1_000, 10_000], weight: 2 }),
  'redis-hung': kind({ title: 'Redis hung, 1–6 s', place: 'redis', holdMs: [1_000, 6_000], weight: 1 }),
  'postgres-fast': kind({ title: 'PostgreSQL restarted, fast', place: 'postgres', holdMs: [0, 2_000], weight: 2 }),
  'postgres-immediate': kind({
    title: 'PostgreSQL restarted, immediate',
    place: 'postgres',
    holdMs: [0, 2_000],
    weight: 2,
  }),
  'cut-redis': kind({ title: 'cut from Redis', place: 'network', holdMs: CUT_MS, weight: 2 }),
  'cut-postgres': kind({
    title: 'cut from PostgreSQL',
    place: 'network',
    holdMs: CUT_MS,
    weight: 2,
    mayLoseMemory: true,
  }),
  'cut-peers': kind({ title: 'cut from its peers', place: 'network', holdMs: CUT_MS, weight: 2 }),
  'cut-all': kind({
    title: 'cut from stores and peers',
    place: 'network',
    holdMs: CUT_MS,
    weight: 2,
    mayLoseMemory: true,
  }),
} as const satisfies Readonly<Record<string, FaultKindOptions>>;
export type FaultKind = keyof typeof FAULT_KINDS;

/** One fault of a campaign. Plain data, all from the seed. */
export interface Fault {
  readonly index: number;
  readonly kind: FaultKind;
  /** Which process, counted from the first one that may be hit; of a store it says nothing. */
  readonly target: number;
  /** Whether it is to hit a process that owns rooms, where there is one. */
  readonly hitsOwner: boolean;
  readonly holdMs: number;
  /** The next one comes so long after this one's beginning, whatever has become of it; null: when all is quiet again. */
  readonly nextAfterMs: number | null;
}

export function detailsOf(name: FaultKind): FaultKindOptions {
  return FAULT_KINDS[name];
}

/**
 * Whether two faults may be there at once: not two of one store; and nobody promises anything for the log and the memory of an
 * owner that are lost together. Two of processes are done to two processes.
 */
export function mayOverlap(one: FaultKind, other: FaultKind): boolean {
  const [a, b] = [detailsOf(one), detailsOf(other)];
  if (isOfProcess(one) && isOfProcess(other)) return true;
  if (a.place === b.place) return false;
  const losesLog = a.place === 'redis' || b.place === 'redis';
  return !losesLog || (a.mayLoseMemory !== true && b.mayLoseMemory !== true);
}

/** Whether it is done to one process, or between it and others. */
export function isOfProcess(name: FaultKind): boolean {
  const { place } = detailsOf(name);
  return place === 'process' || place === 'network';
}
