import type { Injected } from './campaign.ts';
import { detailsOf, type FaultKind } from './faults.ts';
import type { ClientKind, SeatReport } from './players/field-player.ts';

/** How long players of one kind saw nothing new by faults of one kind. */
export interface Outages {
  /** `several`: another fault was there at the same time. */
  readonly fault: FaultKind | 'several';
  readonly title: string;
  /** How many such faults there were. */
  readonly faults: number;
  /** Of each player and fault that made it wait, its longest wait in ms. */
  readonly waitsMs: Readonly<Record<ClientKind, readonly number[]>>;
}

/** The last frame before a fault came up to a step before it; machines that are busy are late, too. */
const BEFORE_MS = 100;

/** Sorts what the players waited by what made them wait: the fault that began last before the silence did. */
export function outagesOf(injected: readonly Injected[], seats: readonly SeatReport[]): readonly Outages[] {
  const kinds = new Map<Outages['fault'], { faults: number; waitsMs: Record<ClientKind, number[]> }>();
  const ordered = injected.toSorted((a, b) => a.startMs - b.startMs);
  for (const fault of ordered) {
    const kind = fault.overlaps ? 'several' : fault.kind;
    const known = kinds.get(kind) ?? { faults: 0, waitsMs: { sdk: [], plain: [] } };
    kinds.set(kind, known);
    known.faults += 1;
    for (const seat of seats) {
      const longestMs = longestWithin(seat, fault, ordered);
      if (longestMs > 0) known.waitsMs[seat.kind].push(longestMs);
    }
  }
  return [...kinds].map(([fault, { faults, waitsMs }]) => ({ fault, title: titleOf(fault), faults, waitsMs }));
}

function titleOf(fault: Outages['fault']): string {
  return fault === 'several' ? 'two of these at once' : detailsOf(fault).title;
}

function longestWithin({ sight }: SeatReport, fault: Injected, ordered: readonly Injected[]): number {
  const next = ordered[ordered.indexOf(fault) + 1];
  const endMs = Math.min(fault.quietMs ?? Infinity, next === undefined ? Infinity : next.startMs - BEFORE_MS);
  const ofFault = sight.gaps.filter(([fromMs]) => fromMs >= fault.startMs - BEFORE_MS && fromMs < endMs);
  return Math.max(0, ...ofFault.map(([fromMs, toMs]) => toMs - fromMs));
}
