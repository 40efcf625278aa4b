import type { Member } from './peers.ts';

/** What a match plays: who takes it must run the same. */
export interface Playable {
  readonly game: string;
  readonly compat: string;
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;
/** A process that could not take one match is asked last for others for so long. */
const TROUBLE_MS = 2_000;

/** Where matches go, one after the other: to those who have not refused them, and among these to where there is least to do. */
export class MovePlan {
  /** By match, then by process. */
  readonly #refusals = new Map<string, Map<string, number>>();
  /** Of matches that everybody has refused. */
  readonly #notBeforeMs = new Map<string, number>();
  readonly #troubledUntilMs = new Map<string, number>();
  readonly #given = new Map<string, number>();

  /** The process to try next; null: none that can run it, or it is too early to ask those who have refused once more. */
  targetOf(matchId: string, match: Playable | null, others: readonly Member[]): Member | null {
    const nowMs = performance.now();
    if ((this.#notBeforeMs.get(matchId) ?? 0) > nowMs) return null;
    const able = others.filter(({ compats }) => match !== null && compats[match.game] === match.compat);
    const ranks = ({ incarnation, load }: Member): readonly number[] => [
      this.#refusalsOf(matchId, incarnation),
      Number((this.#troubledUntilMs.get(incarnation) ?? 0) > nowMs),
      load.rooms + (this.#given.get(incarnation) ?? 0),
    ];
    const [best] = able.toSorted((a, b) => firstDifference(ranks(a), ranks(b)));
    if (best !== undefined) this.#given.set(best.incarnation, (this.#given.get(best.incarnation) ?? 0) + 1);
    return best ?? null;
  }

  /** A process could not take it. Others are asked at once; all of them again only after a while, longer each time. */
  refused(matchId: string, by: Member, others: readonly Member[]): void {
    const nowMs = performance.now();
    const refusals = this.#refusals.get(matchId) ?? new Map<string, number>();
    this.#refusals.set(matchId, refusals.set(by.incarnation, (refusals.get(by.incarnation) ?? 0) + 1));
    this.#troubledUntilMs.set(by.incarnation, nowMs + TROUBLE_MS);
    const rounds = Math.min(...others.map(({ incarnation }) => this.#refusalsOf(matchId, incarnation)));
    if (rounds > 0) this.#notBeforeMs.set(matchId, nowMs + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** rounds));
  }

  /** The loads of others are known anew. */
  looked(): void {
    this.#given.clear();
  }

  #refusalsOf(matchId: string, incarnation: string): number {
    return this.#refusals.get(matchId)?.get(incarnation) ?? 0;
  }
}

function firstDifference(one: readonly number[], other: readonly number[]): number {
  const differences = one.map((rank, index) => rank - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
