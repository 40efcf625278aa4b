// What the live view shows, worked out of what its server tells: no page in here.
import type { ClusterMatch, ClusterProcess } from '../../../protocol/admin.ts';
import type { ViewMember, ViewState } from '../view-shapes.ts';

/** A match, where it is drawn. */
export interface Chip {
  readonly id: string;
  readonly game: string;
  readonly epoch: number;
  /** Its owner is no more, and nobody has taken it over yet. */
  readonly orphaned: boolean;
  readonly onProbation: boolean;
}

export type Tone = 'good' | 'busy' | 'bad';

/** A process and its matches. */
export interface Lane {
  readonly member: ViewMember;
  /** Its newest incarnation; null: it has never registered. */
  readonly process: ClusterProcess | null;
  readonly tone: Tone;
  readonly label: string;
  /** By game, the names in order. */
  readonly counts: readonly (readonly [game: string, count: number])[];
  readonly chips: readonly Chip[];
}

export interface Picture {
  readonly lanes: readonly Lane[];
  /** Matches without an owner, or whose owner isn't of this cluster. */
  readonly parked: readonly Chip[];
  readonly matches: number;
  readonly clients: number;
  readonly ready: number;
}

/** The short name of a match, for people. */
export function shortId(id: string): string {
  return id.slice(-4);
}

export function pictureOf({ members, cluster }: ViewState): Picture {
  const processes = cluster?.processes ?? [];
  const matches = cluster?.matches ?? [];
  const byLane = Map.groupBy(matches, ({ owner }) => addressOf(processes, owner));
  const known = new Set(members.map(({ address }) => address));
  const homeless = [...byLane].flatMap(([address, here]) => (address !== null && known.has(address) ? [] : here));
  const lanes = members.map((member) => laneOf(member, processes, byLane.get(member.address) ?? []));
  return {
    lanes,
    parked: homeless.map((match) => chipOf(match, null)),
    matches: sumOf(processes.map(({ matches: counts }) => counts)) + sumOf([cluster?.parked ?? {}]),
    clients: lanes.reduce((sum, { process }) => sum + (process?.load.clients ?? 0), 0),
    ready: members.filter(({ state }) => state === 'ready').length,
  };
}

function laneOf(member: ViewMember, processes: readonly ClusterProcess[], matches: readonly ClusterMatch[]): Lane {
  const lives = processes.filter(({ address }) => address === member.address);
  const process = lives.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0] ?? null;
  const living = member.pid === null ? null : process;
  const counts = new Map<string, number>();
  for (const life of lives)
    for (const [game, count] of Object.entries(life.matches)) counts.set(game, (counts.get(game) ?? 0) + count);
  return {
    member,
    process,
    ...conditionOf(member, process),
    counts: [...counts].toSorted(([a], [b]) => a.localeCompare(b)),
    chips: matches.map((match) => chipOf(match, living)).toSorted((a, b) => a.id.localeCompare(b.id)),
  };
}

/** @param living the incarnation that runs there; null: none */
function chipOf({ id, game, epoch, owner, onProbation }: ClusterMatch, living: ClusterProcess | null): Chip {
  const isOwned = living !== null && living.incarnation === owner && !hasEnded(living);
  return { id, game, epoch, onProbation, orphaned: owner !== null && !isOwned };
}

function hasEnded({ state }: ClusterProcess): boolean {
  return state === 'dead' || state === 'stopped';
}

type Condition = Pick<Lane, 'tone' | 'label'>;

const CONDITIONS: Readonly<Record<ViewMember['state'], Condition>> = {
  ready: { tone: 'good', label: 'ready' },
  starting: { tone: 'busy', label: 'starting' },
  away: { tone: 'busy', label: 'takes nothing' },
  paused: { tone: 'bad', label: 'paused' },
  ended: { tone: 'bad', label: 'dead' },
  'given-up': { tone: 'bad', label: 'does not start' },
  stopped: { tone: 'bad', label: 'stopped' },
};

function conditionOf({ state }: ViewMember, process: ClusterProcess | null): Condition {
  const { tone, label } = CONDITIONS[state];
  if (state === 'paused' && process?.state === 'dead') return { tone, label: 'paused, given up for dead' };
  const drains = process?.state === 'draining' && (state === 'ready' || state === 'away');
  return drains ? { tone: 'busy', label: 'draining' } : { tone, label };
}

function addressOf(processes: readonly ClusterProcess[], owner: string | null): string | null {
  return processes.find(({ incarnation }) => incarnation === owner)?.address ?? null;
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): number {
  return counts.flatMap((each) => Object.values(each)).reduce((sum, count) => sum + count, 0);
}

/** Matches that went from one process to another between two looks. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly ids: readonly string[];
}

export function movesBetween(before: Picture, after: Picture): readonly Move[] {
  const was = homes(before);
  const now = homes(after);
  const moved = [...now].filter(([id, home]) => was.has(id) && was.get(id) !== home);
  const byWay = Map.groupBy(moved, ([id, home]) => `${was.get(id)} ${home}`);
  return [...byWay].map(([way, those]) => {
    const [from = '', to = ''] = way.split(' ');
    return { from, to, ids: those.map(([id]) => id) };
  });
}

function homes({ lanes, parked }: Picture): Map<string, string> {
  const inLanes = lanes.flatMap(({ member, chips }) => chips.map(({ id }) => [id, member.name] as const));
  return new Map([...inLanes, ...parked.map(({ id }) => [id, 'parked'] as const)]);
}
