import type { AbandonReason } from '../../protocol/states.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { MatchInit, RecordedMatch, SeatStatus } from '../../rooms/kit/ports.ts';

/** Between the match service (SQL) and the rooms that are live in this process. */

/** Runs rooms. Implemented by the realtime layer, called by hand-off, adoption and the seat routes. */
export interface RoomHost {
  /** Hash of all that must be alike for a room of this game to go on in another build. */
  compatOf(game: string): string;
  /**
   * Step 2 of the hand-off, idempotent by match id: creates the room with its seats, which admits nobody yet, and
   * resolves when its first full state is durable. Rejects with a `HandOffError` (`no-capacity`, `room-failed`,
   * `seat-failed`).
   */
  create(reservation: Reservation): Promise<void>;
  /** Step 4: the room starts and admits its players. */
  open(matchId: string): void;
  /** Drops a room whose hand-off failed; nothing happens if there is none. */
  discard(matchId: string): void;
  /** Brings back a room from its log: it goes on where it stopped. Rejects if it can't be restored. */
  adopt(reservation: Reservation, recorded: RecordedMatch): Promise<void>;
  /** Status of a seat; null if the room isn't here. */
  seat(matchId: string, seatIndex: number): SeatStatus | null;
  /** The player left the lobby during play, or was removed: the seat is given up and its sockets close with `code`. */
  giveUpSeat(matchId: string, seatIndex: number, code: number): void;
  /** Closes all sockets of a match with `code` and drops the room. */
  end(matchId: string, code: number): void;
  /** Freezes all rooms, makes a full state of each durable, closes their sockets with 4010. */
  park(): Promise<void>;
  readonly roomCount: number;
}

export interface Reservation extends MatchInit {
  readonly game: string;
  readonly epoch: number;
}

/** What a live room tells the service. Implemented by the match service. */
export interface MatchEvents {
  /**
   * Records a result: one transaction, only for the current owner and epoch of a match still `playing`.
   * Resolves false if that isn't so (the caller is fenced); rejects if the database is away.
   */
  finished(matchId: string, epoch: number, result: MatchResult): Promise<boolean>;
  abandoned(matchId: string, epoch: number, reason: AbandonReason): Promise<boolean>;
  seatGivenUp(matchId: string, seatIndex: number): Promise<void>;
  /** A player's sockets on a match opened or closed: a sign of life. */
  presence(playerId: string, openSockets: 1 | -1): void;
  /** Why a socket for a match that isn't live here is turned away: a close code. */
  closeCodeOf(matchId: string): Promise<number>;
}
