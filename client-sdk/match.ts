import type {
  EventNameOf,
  EventOf,
  GameType,
  MessageNameOf,
  PayloadArgs,
  PayloadOf,
  RefusalOf,
  StateOf,
} from '../protocol/game-types.ts';
import type { MatchResult, RequestReply } from '../protocol/room-messages.ts';
import type { Interpolation, InterpolateOptions } from './interpolation.ts';
import type { Live } from './live.ts';
import type { NetStats } from './net-stats.ts';
import type { PredictOptions, Prediction } from './prediction.ts';
import type { MatchView } from './views.ts';

/**
 * Why a match is closed for this client:
 * - `finished`: it has a result;
 * - `abandoned`: it ended without one; `incompatible-build` is one way to;
 * - `left`: its player left on purpose, here or elsewhere;
 * - `seat-given-up`: away for longer than the game waits;
 * - `replaced`: the same seat was taken on another tab or device;
 * - `kicked`, `banned`, `signed-out`;
 * - `bad-input`, `too-many-messages`: the room closed us for what we sent;
 * - `not-found`: there is no such match for this player;
 * - `closed`: `gyre.close()` was called.
 */
export type MatchCloseReason =
  | 'finished'
  | 'abandoned'
  | 'incompatible-build'
  | 'left'
  | 'seat-given-up'
  | 'replaced'
  | 'kicked'
  | 'banned'
  | 'signed-out'
  | 'bad-input'
  | 'too-many-messages'
  | 'not-found'
  | 'closed';

export interface MatchStatus {
  /** `reconnecting` may take as long as the server is away; inputs wait meanwhile. */
  readonly connection: 'connected' | 'reconnecting' | 'closed';
  /** Round trip to the room, averaged, in ms; null before the first measurement. */
  readonly pingMs: number | null;
  /** This player's seat; null for a spectator. */
  readonly seatIndex: number | null;
  /**
   * Which life of the room this is: higher when another process, or another start of it, has taken over. Its time stood
   * still in between, which it doesn't when only the connection was lost. null before the first connection.
   */
  readonly epoch: number | null;
  /** Why `connection` is `closed`; null before. */
  readonly closeReason: MatchCloseReason | null;
}

/**
 * A match that this client sits in, or watches: then its `seatIndex` is null, and `send`, `request` and `predict` fail with
 * `spectator`. It comes back by itself, for as long as the seat is there.
 */
export interface Match<Game extends GameType = GameType> extends Live<MatchStatus> {
  readonly id: string;
  readonly game: Game['name'];
  /** Players, settings and times, as REST and the hub tell of them. */
  readonly info: MatchView<Game>;
  /**
   * The room's state, decoded: a mirror to read. It is the same instance for the whole match, changed in place by each
   * patch, also over reconnects.
   */
  readonly state: StateOf<Game>;
  /**
   * The match's time in ms, which what is due in the state is told in (`turnEndsAtMs`): an estimate of what it is in the room
   * now. It never runs backwards, but for a room's next life, stands still while the connection is lost, and goes on from what
   * the room says. null before the first connection. To be drawn by, not to be counted on.
   */
  nowMs(): number | null;
  /** Calls `listener` at once with the present state, and after each patch. */
  onPatch(listener: (state: StateOf<Game>) => void): () => void;
  /** Calls `listener` for each event of this name that the room sends. */
  on<Name extends EventNameOf<Game>>(name: Name, listener: (event: EventOf<Game, Name>) => void): () => void;
  /**
   * Sends an input that needs no answer. It is consumed exactly once, in order with all others, also if the connection
   * or the room's process is lost in between. Ignored once the match is closed.
   * Throws `message-too-large`, `queue-full`, and `spectator` without a seat.
   */
  send<Name extends MessageNameOf<Game>>(name: Name, ...payload: PayloadArgs<Game, Name>): void;
  /**
   * Sends an input and resolves with what the game's rules said to it. Consumed exactly once, like {@link send}; the
   * promise outlives lost connections. Rejects with `match-closed`, `match-abandoned` or `left` if the match ends first.
   */
  request<Name extends MessageNameOf<Game>>(
    name: Name,
    ...payload: PayloadArgs<Game, Name>
  ): Promise<RequestReply<RefusalOf<Game>>>;
  /**
   * Shows what this player does before the room has answered, by running the game's own rule on a copy. Rejected inputs and
   * whatever else happens in the room correct it. Throws `spectator` without a seat.
   */
  predict<Name extends MessageNameOf<Game>, Own extends object>(
    options: PredictOptions<Game, Name, Own>,
  ): Prediction<PayloadOf<Game, Name>, Own>;
  /** Shows what others do smoothly: a little late, between two states that have arrived. */
  interpolate<Sample>(options: InterpolateOptions<Game, Sample>): Interpolation<Sample>;
  /** How the connection does at present. `showNetOverlay` draws it. */
  netStats(): NetStats;
  /** Leaves for good: the seat is given up. Resolves when the room knows, or after 5 s without an answer; a spectator at once. */
  leave(): Promise<void>;
  /**
   * The result, once it is durable, by whatever road it comes. Rejects with `match-abandoned`, `left`, or `match-closed`
   * if this client is shut out before there is one.
   */
  readonly result: Promise<MatchResult>;
  /** Resolves when the connection has ended for good. Never rejects. */
  readonly closed: Promise<MatchCloseReason>;
}
