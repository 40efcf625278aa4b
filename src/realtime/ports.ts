import type { AbandonReason } from '../../protocol/states.ts';
import type { HubMessages } from '../../protocol/hub.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { MatchInit, RecordedMatch, SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';

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
  /** Step 4: the room starts and admits its players; nothing happens if it has. @returns false if there is no such room */
  open(matchId: string): boolean;
  /** Drops a room whose hand-off failed; nothing happens if there is none. */
  discard(matchId: string): void;
  /** Brings back a room from its log: it goes on where it stopped. Rejects if it can't be restored. */
  adopt(reservation: Reservation, recorded: RecordedMatch): Promise<void>;
  /** Status of a seat; null if the room isn't here. */
  seat(matchId: string, seatIndex: number): SeatStatus | null;
  /** A player joined the running match. Nothing happens if the seat is known, or the room isn't here. */
  addSeat(matchId: string, seat: SeatInit): void;
  /** The player left the lobby during play, or was removed: the seat, if the room knows it, is given up and its sockets close with `code`. */
  giveUpSeat(matchId: string, seatIndex: number, code: number): void;
  /** The match's lobby became private, or is it no longer. Nothing happens if the room isn't here. */
  setPrivate(matchId: string, isPrivate: boolean): void;
  /** Closes all sockets of a match with `code` and drops the room. */
  end(matchId: string, code: number): void;
  /**
   * Freezes all rooms, makes a full state of each durable, closes their sockets with 4010. Matches of durability `none` end as
   * abandoned, reason `deploy`.
   */
  park(): Promise<void>;
  readonly roomCount: number;
}

/** Rooms wherever they run: in this process, or in another of the cluster. What hand-off, matches and seats work with. */
export interface Rooms extends Pick<RoomHost, 'addSeat' | 'giveUpSeat' | 'setPrivate' | 'discard'> {
  /** Where the next match of a game is to run. */
  place(game: string): Place;
  /** As {@link RoomHost.create}, at the match's owner. */
  create(reservation: Reservation, owner: string): Promise<void>;
  /** Step 4 of the hand-off, at the match's owner. Resolves to false if the room isn't there, and won't be by itself. */
  open(matchId: string, owner: string): Promise<boolean>;
  /** The seat of a match that `owner` runs, which is told of all `seats` first. null: the room isn't there, or can't be asked. */
  seat(ask: SeatAsk, owner: string | null): Promise<SeatStatus | null>;
  /** Where clients reach a process directly, `host[:port][/path]`; null: by the shared address alone. */
  directAddressOf(owner: string): string | null;
}

/** A process that gets a match. */
export interface Place {
  /** Its incarnation. */
  readonly owner: string;
  /** As {@link RoomHost.compatOf}, of its build, which may be another than ours. */
  readonly compat: string;
}

/** Which seat of which match. */
export interface SeatAsk {
  readonly matchId: string;
  readonly seatIndex: number;
  /** All that the match has, as SQL knows them. */
  readonly seats: readonly SeatInit[];
}

export interface Reservation extends MatchInit {
  readonly game: string;
  readonly epoch: number;
  /** Of a private lobby: can't be watched. Left out: it is not. */
  readonly private?: boolean;
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

/** Genuine rights to the seats of a match. Implemented by `SeatRights` (src/matches). */
export interface SeatGate {
  /** A reconnection token of the seat's generation. */
  sign(claim: { matchId: string; seatIndex: number; playerId: string; generation: number }): string;
  /** What a spectator who was let in comes back with. */
  signSpectator(claim: { matchId: string; playerId: string }): string;
  /** null: the session id is unknown, or the token isn't of this match and player. */
  recognise(
    matchId: string,
    seats: readonly Pick<SeatInit, 'index' | 'playerId'>[],
    presented: { readonly sessionId: string; readonly token: string | null },
  ): RecognisedRight | null;
}

/** What a genuine right opens: a seat, or a place to watch from. */
export type RecognisedRight =
  | { readonly seatIndex: number; readonly generation: number | null; readonly fresh: boolean }
  | { readonly spectator: { readonly playerId: string } };

/** An open hub socket, as the service behind it sees it. */
export interface HubConnection {
  /** Colyseus' session id: which right it came in by. */
  readonly sessionId: string;
  readonly playerId: string;
  /** The sign-in that the right was given to. */
  readonly authSessionId: string;
  /**
   * Sends a message; nothing happens once the socket is closing. It is encoded at once, and only once if the same object
   * goes to many: it must not be changed afterwards.
   */
  send<Type extends keyof HubMessages>(type: Type, message: HubMessages[Type]): void;
  /** Closes it with a close code. */
  close(code: number): void;
}

/** How a hub socket ended: cut off, left on purpose (it won't come back), or followed by a newer one of the same right. */
export type HubExit = 'dropped' | 'left' | 'replaced';

/** What is behind the hub's sockets. Implemented by the hub service. */
export interface HubService {
  /**
   * Who a right belongs to; null: unknown, expired or used (4109). A rejection sends the client away to come back (4010).
   * @param token null: the session id alone
   */
  admit(sessionId: string, token: string | null): HubAdmission | null | Promise<HubAdmission | null>;
  /** The client is ready, for the first time or again: it gets `hello`, `lobby` and `match`, then what changes. */
  connected(connection: HubConnection): void;
  /** Whether there is a request of this name. A client that asks for another one is closed with 4105. */
  knows(name: string): boolean;
  /** Answers a request. Rejects with a `ProblemError`, which the client gets as the reason of the rejection. */
  request(connection: HubConnection, name: string, payload: unknown): Promise<unknown>;
  /** An admitted socket is gone, also one that never became ready. Called once for each. */
  disconnected(connection: HubConnection, exit: HubExit): void;
}

export interface HubAdmission {
  readonly playerId: string;
  readonly authSessionId: string;
  /** What the client presents when it comes back. */
  readonly reconnectionToken: string;
}

/** What this layer has to say to the operator; pino's loggers fit. */
export interface RealtimeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
