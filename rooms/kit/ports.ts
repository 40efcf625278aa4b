import type { MatchResult } from '../../protocol/room-messages.ts';

/** What passes between a match's core and whoever runs it: the service, or a test. */

export interface SeatInit {
  readonly index: number;
  /** null for a bot. */
  readonly playerId: string | null;
  readonly displayName: string;
  readonly team: string | null;
  readonly isBot: boolean;
}

export interface MatchInit {
  readonly matchId: string;
  /** Validated by the game's settings schema before it comes here. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seats: readonly SeatInit[];
  /** Seeds `random()`: an unsigned 32-bit integer. */
  readonly seed: number;
}

/**
 * What a room did in one tick. All or nothing: a match is restored from its last `full` record and the `patch`
 * records after it.
 */
export interface CommitRecord {
  readonly kind: 'full' | 'patch';
  readonly tick: number;
  /** Match time at the end of the tick, in ms. */
  readonly timeMs: number;
  /** A ROOM_STATE frame for `full`, a ROOM_STATE_PATCH frame or null (nothing changed) for `patch`. */
  readonly state: Uint8Array | null;
  /** Seats, timers, random and kept data, packed; null if they are as in the record before. Never null in `full`. */
  readonly hidden: Uint8Array | null;
  /** The id that the state's next new instance gets (`StateEncoder.nextRefId`). */
  readonly nextRefId: number;
}

/** A message that leaves the room; `seatIndex` null: to everyone. */
export interface Outgoing {
  readonly seatIndex: number | null;
  readonly type: string;
  readonly payload: unknown;
  /** Set for the answer to a plain Colyseus request, in place of `type`. */
  readonly requestId?: number;
}

/** Everything that one step lets out, once its record is durable: the patch first, then messages, then closes. */
export interface StepOutput {
  /**
   * What must be durable before any of this is let out. null: nothing has to be, as the step only repeated what is recorded
   * already, or its game's durability doesn't wait; what it lets out still goes in order.
   */
  readonly record: CommitRecord | null;
  /** Whether the match is another than before the step: with durability `snapshot`, a full state is due within a second. */
  readonly changed: boolean;
  readonly patch: Uint8Array | null;
  readonly messages: readonly Outgoing[];
  /** Seats that were given up in this step, in order. */
  readonly givenUp: readonly number[];
  /** Set in the step that ended the match, and again after a restore until it was recorded. */
  readonly result: MatchResult | null;
  /** The game threw too often and the match can't go on. */
  readonly failed: boolean;
}

/** What the core says to an input at the door. `bad-input` closes its sender with 4105. */
export type Received = 'queued' | 'duplicate' | 'bad-input';

/** A seat, as the transport sees it. */
export interface SeatStatus {
  readonly index: number;
  /** Somebody has used a right to it at least once. */
  readonly taken: boolean;
  readonly connected: boolean;
  readonly givenUp: boolean;
  /** Generation of the newest right that was used. */
  readonly generation: number;
  /** Sequence number of the last consumed input; 0 before the first. */
  readonly lastSeq: number;
}

/** A match read back from its log, up to its last record. */
export interface RecordedMatch {
  readonly epoch: number;
  readonly full: CommitRecord;
  readonly patches: readonly CommitRecord[];
  /** Match time when its process was last known to live, at or past the last record's. */
  readonly timeMs: number;
}
