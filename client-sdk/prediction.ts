import type { GameType, MessageNameOf, PayloadOf, StateOf } from '../protocol/game-types.ts';

/** How a client runs ahead of its room: by the game's own rule, on a plain copy of what is its own. */
export interface PredictOptions<Game extends GameType, Name extends MessageNameOf<Game>, Own extends object> {
  /** The message whose effect is foreseen. */
  readonly input: Name;
  /** A plain copy of what is this player's own; null while there is nothing, before a spawn for instance. */
  readonly own: (state: StateOf<Game>, seatIndex: number) => Own | null;
  /**
   * The game's rule, as the room runs it: what one input makes of `own`. It gets a copy of its own and may change that. It
   * must round as the fields of the state do, or replays differ by that much.
   */
  readonly step: (own: Own, payload: PayloadOf<Game, Name>, state: StateOf<Game>) => Own;
  /** How far apart two are. Left out: the greatest difference of two numbers at the same place. */
  readonly distance?: ((one: Own, other: Own) => number) | undefined;
  /** A difference up to this is none. Left out: 0.001. */
  readonly tolerance?: number | undefined;
  /** `share` (0–1) of the way between two. Left out: numbers at the same place are mixed, everything else is `to`'s. */
  readonly mix?: ((from: Own, to: Own, share: number) => Own) | undefined;
  /** How long a correction glides, in ms. 0: it jumps. Left out: 100. */
  readonly smoothMs?: number | undefined;
  /** How long `view` takes to arrive where a push leads, in ms. 0: it jumps. Left out: the time between pushes, at most 100. */
  readonly glideMs?: number | undefined;
}

/** What one player does, shown before the room has answered. */
export interface Prediction<Payload, Own extends object> {
  /**
   * Applies an input at once and sends it, consumed exactly once. False, and nothing happens, while the connection is lost
   * or the match is closed. Throws as `match.send` does.
   */
  push(payload: Payload): boolean;
  /** What to draw now; null while there is nothing. */
  readonly view: Own | null;
  /** Where the inputs so far lead, without smoothing; null while there is nothing. */
  readonly own: Own | null;
  readonly stats: PredictionStats;
  /** No more inputs are taken; what was pushed stays sent. */
  stop(): void;
}

export interface PredictionStats {
  /** Inputs that the room has not consumed yet. */
  readonly pending: number;
  /** How often what was foreseen was compared with what the room made of it. */
  readonly compared: number;
  /** How often it was not the same. */
  readonly corrections: number;
  readonly correctionsLastMinute: number;
  /** The distances of the last 256 comparisons, 0 where there was no difference, newest last. */
  readonly errors: readonly number[];
  /** Corrections by their distance: up to each power of two. */
  readonly histogram: readonly { readonly upTo: number; readonly count: number }[];
}
