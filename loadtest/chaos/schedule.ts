import { type Random, seededRandom, seedFor } from '../random.ts';
import {
  detailsOf,
  type Fault,
  FAULT_KINDS,
  type FaultKind,
  type FaultPlace,
  isOfProcess,
  mayOverlap,
} from './faults.ts';

export interface ScheduleOptions {
  readonly seed: number;
  readonly faults: number;
  readonly processes: number;
  /** What there is to be broken. */
  readonly places: readonly FaultPlace[];
  /** Only these kinds; left out: all that the places allow. */
  readonly only?: readonly FaultKind[] | undefined;
  /** No fault lasts longer, unless its kind is to last longer at least; left out: as its kind has it. */
  readonly longestMs?: number | undefined;
}

/** Of all faults that could, so many come before the one before has passed. */
const OVERLAP_SHARE = 0.25;
/** The others hit any process: what has no rooms must be missed as little. */
const OWNER_SHARE = 0.75;
const OVERLAP_AFTER_MS = 1_500;
/** Its own stream of the seed, apart from the players'. */
const STREAM = 77;

/** All faults of a campaign, from the seed alone: each kind once, in some order, and then as often as they weigh. */
export function scheduleOf(options: ScheduleOptions): readonly Fault[] {
  const { seed, faults: count, processes, places, only, longestMs = Infinity } = options;
  const random = seededRandom(seedFor(seed, STREAM));
  const kinds = kindsOf(places, processes).filter((kind) => only?.includes(kind) ?? true);
  if (kinds.length === 0) throw new Error('There is nothing that could be broken.');
  const weighted = kinds.flatMap((kind) => Array.from({ length: detailsOf(kind).weight }, () => kind));
  const faults: Fault[] = [];
  for (let bag = shuffled(kinds, random); faults.length < count;) {
    const kind = bag.pop();
    if (kind === undefined) bag = shuffled(weighted, random);
    else faults.push(draw(kind, { index: faults.length, processes, random, longestMs }));
  }
  return withOverlaps(faults, { processes, random });
}

/** Which kinds these places allow. */
export function kindsOf(places: readonly FaultPlace[], processes: number): readonly FaultKind[] {
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
  // Of one process nobody takes over, and there are no peers.
  const several = processes > 1;
  return kinds.filter((kind) => places.includes(detailsOf(kind).place) && (several || kind !== 'cut-peers'));
}

interface Draw {
  readonly index: number;
  readonly processes: number;
  readonly random: Random;
  readonly longestMs: number;
}

function draw(kind: FaultKind, { index, processes, random, longestMs }: Draw): Fault {
  const [least, kindsMost] = detailsOf(kind).holdMs;
  const most = Math.max(least, Math.min(kindsMost, longestMs));
  return {
    index,
    kind,
    target: Math.floor(random() * processes),
    hitsOwner: random() < OWNER_SHARE,
    holdMs: Math.round(least + random() * (most - least)),
    nextAfterMs: null,
  };
}

/** Two at once are enough: of three nobody could say any more what came of which. */
function withOverlaps(
  faults: readonly Fault[],
  { processes, random }: { processes: number; random: Random },
): readonly Fault[] {
  let free = true;
  return faults.map((fault, index) => {
    const next = faults[index + 1];
    const wanted = random() < OVERLAP_SHARE;
    const afterMs = Math.round(random() * OVERLAP_AFTER_MS);
    const fits = next !== undefined && mayOverlap(fault.kind, next.kind);
    const enough = processes > 1 || next === undefined || !(isOfProcess(fault.kind) && isOfProcess(next.kind));
    const overlaps = free && wanted && fits && enough;
    free = !overlaps;
    return overlaps ? { ...fault, nextAfterMs: afterMs } : fault;
  });
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
