import type { GameType, StateOf } from '../protocol/game-types.ts';

/** How what others do is shown: a little late, between two states that have arrived. */
export interface InterpolateOptions<Game extends GameType, Sample> {
  /** What is shown of a state, by keys that stay the same. A sample is a plain copy, not an instance of the state. */
  readonly of: (state: StateOf<Game>) => Iterable<readonly [key: string, sample: Sample]>;
  /**
   * The sample `share` of the way between two. Where there is nothing newer, `share` goes beyond 1 for a short while. A
   * teleport is its business: it may give `to` for samples that are too far apart.
   */
  readonly mix: (from: Sample, to: Sample, share: number) => Sample;
  /** How late it is shown, in ms. Left out or `auto`: one step of the room, and what three of four states are late by at most; 300 at most. */
  readonly delayMs?: number | 'auto' | undefined;
  /** How far it is shown beyond the newest state, in ms. 0: not at all. Left out: 100. */
  readonly extrapolateMs?: number | undefined;
}

/** What others do, as it is to be drawn. */
export interface Interpolation<Sample> {
  /** What to draw now. Empty before the first state. */
  at(): ReadonlyMap<string, Sample>;
  /**
   * The match time that is being shown, in ms: what the player saw when a shot was fired, for the room to look back to. null
   * before the first state.
   */
  seenMs(): number | null;
  /** How late it is shown at present, in ms. */
  readonly delayMs: number;
  /** Keeps no more states. */
  stop(): void;
}
