import type { FieldView } from './field-view.ts';

/** Ticks that are remembered: minutes, and no frame is on its way for so long. */
const TICKS_KEPT = 6_000;

/**
 * What all clients of one match have seen, tick by tick. Each tick must have been the same for everybody, for ever, and made by
 * one owner. So two owners that let anything out at once are found without a clock: whatever the one lets out past the point
 * from which the other went on has a tick that the other makes as well.
 */
export class MatchSightings {
  readonly #byTick = new Map<number, string>();
  readonly #owners = new Map<string, { first: number; last: number }>();

  /** @returns what is wrong with it; null: nothing */
  see(state: FieldView): string | null {
    const { tick, life, owner } = state;
    const story = `life ${life} of ${owner}: ${storyOf(state)}`;
    const known = this.#byTick.get(tick);
    if (known !== undefined) return known === story ? null : `tick ${tick} was both ${known} and ${story}`;
    this.#byTick.set(tick, story);
    if (this.#byTick.size > TICKS_KEPT) this.#byTick.delete(this.#byTick.keys().next().value as number);
    return this.#seeOwner(owner, tick);
  }

  /** Rooms that ran this match, one after the other. */
  get owners(): number {
    return this.#owners.size;
  }

  #seeOwner(owner: string, tick: number): string | null {
    // Tick 0 is nobody's: the room has not stepped yet.
    if (owner === '') return null;
    const own = this.#owners.get(owner) ?? { first: tick, last: tick };
    this.#owners.set(owner, { first: Math.min(own.first, tick), last: Math.max(own.last, tick) });
    for (const [other, { first, last }] of this.#owners) {
      if (other !== owner && first <= tick && tick <= last) {
        return `tick ${tick} of ${owner} lies within ${first}–${last} of ${other}`;
      }
    }
    return null;
  }
}

function storyOf({ tallies }: FieldView): string {
  return [...tallies].map(({ count, sum, last, repeats }) => [count, sum, last, repeats].join('/')).join(' ');
}
