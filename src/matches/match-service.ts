import { isDeepStrictEqual } from 'node:util';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MATCH_SEATS_MAX, PLAYER_SEATS_MAX } from '../../protocol/limits.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { AbandonReason } from '../../protocol/states.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import type { MatchEvents, Reservation, RoomHost, Rooms } from '../realtime/ports.ts';
import type { LobbyRow } from '../lobbies/full-lobby.ts';
import { ProblemError } from '../http/problem.ts';
import type { LateJoiner, MatchPort, Seated } from '../lobbies/ports.ts';
import { matches, matchSeats } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import {
  findMatch,
  insertLateSeat,
  lockLobbyOf,
  lockMatch,
  type MatchRow,
  playersIn,
  raiseRevs,
  seatInit,
} from './match-store.ts';
import type { LobbyMoves, PresencePort } from './ports.ts';
import { checkedResult } from './result-shape.ts';

export interface MatchServiceParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly lobbies: Pick<LobbyMoves, 'afterMatch'>;
  readonly presence: PresencePort;
  /** Asked late: rooms and matches know each other. */
  readonly rooms: () => Pick<Rooms, 'addSeat' | 'giveUpSeat' | 'setPrivate' | 'discard'>;
  /** This boot of the process: only matches that it owns take a result from it. */
  readonly incarnation: string;
}

type Ending = { readonly result: MatchResult } | { readonly reason: AbandonReason };

/** A match from its first moment of play to its end, in SQL. */
export class MatchService implements MatchEvents, MatchPort {
  readonly #parts: MatchServiceParts;

  constructor(parts: MatchServiceParts) {
    this.#parts = parts;
  }

  /** Also true for the same result of the same epoch once more: the answer to the first call may have been lost. */
  async finished(matchId: string, epoch: number, result: MatchResult): Promise<boolean> {
    if (await this.#end(matchId, { result }, (match) => this.#owns(match, epoch))) return true;
    const match = await findMatch(this.#parts.db, matchId);
    if (match?.state !== 'finished' || match.epoch !== epoch) return false;
    return isDeepStrictEqual(match.result, checkedResult(result, match.seats));
  }

  async abandoned(matchId: string, epoch: number, reason: AbandonReason): Promise<boolean> {
    return await this.#end(matchId, { reason }, (match) => this.#owns(match, epoch));
  }

  /**
   * Ends a match that can't go on, whoever owns it. Its room, if there is one, is the caller's to end.
   * @param epoch only if nobody has taken it over since then; left out: whatever it is
   * @returns false if it wasn't playing
   */
  async abandon(matchId: string, reason: AbandonReason, epoch?: number): Promise<boolean> {
    return await this.#end(matchId, { reason }, (match) => epoch === undefined || match.epoch === epoch);
  }

  /** The room gave the seat up: its player is in this match no more. */
  async seatGivenUp(matchId: string, seatIndex: number): Promise<void> {
    await inTransaction(this.#parts.db, async (tx) => {
      await lockLobbyOf(tx, matchId);
      const match = await lockMatch(tx, matchId);
      const playerId = match?.seats.find((seat) => seat.index === seatIndex && !seat.givenUp)?.playerId;
      if (match?.state !== 'playing' || !playerId) return;
      if ((await this.#giveUp(tx, matchId, eq(matchSeats.index, seatIndex))) === null) return;
      await raiseRevs(tx, [playerId]);
      this.#nudgePlayers(tx, [playerId]);
    });
  }

  presence(playerId: string, openSockets: 1 | -1): void {
    this.#parts.presence.socket(playerId, openSockets);
  }

  async closeCodeOf(matchId: string): Promise<number> {
    return closeCodeOf(await findMatch(this.#parts.db, matchId));
  }

  async leaveMatch(tx: Tx, playerId: string, matchId: string): Promise<void> {
    const seatIndex = await this.#giveUp(tx, matchId, eq(matchSeats.playerId, playerId));
    if (seatIndex !== null)
      tx.afterCommit(() => this.#parts.rooms().giveUpSeat(matchId, seatIndex, CloseCode.consented));
  }

  async joinMatch(tx: Tx, matchId: string, { playerId, displayName, teamAmong }: LateJoiner): Promise<Seated | null> {
    const match = await lockMatch(tx, matchId);
    if (match?.state !== 'playing') throw new Error(`${matchId} is not played, as its lobby says`);
    const present = match.seats.filter(({ givenUp }) => !givenUp);
    if (present.some((seat) => seat.playerId === playerId)) return null;
    const index = match.seats.length;
    if (index >= MATCH_SEATS_MAX) throw new ProblemError('lobby-full', `${matchId} has had ${index} seats.`);
    const own = match.seats.filter((seat) => seat.playerId === playerId).length;
    if (own >= PLAYER_SEATS_MAX) throw new ProblemError('lobby-full', `You have had ${own} seats of ${matchId}.`);
    const seat = { index, playerId, displayName, team: teamAmong(present), isBot: false };
    await insertLateSeat(tx, matchId, seat);
    tx.afterCommit(() => {
      // All of them, in order: it may never have been told of an earlier one, if the answer of a commit was lost.
      for (const each of [...match.seats.map(seatInit), seat]) this.#parts.rooms().addSeat(matchId, each);
      this.#parts.bus.publish('match', { matchId });
    });
    return seat;
  }

  async setPrivate(tx: Tx, matchId: string, isPrivate: boolean): Promise<void> {
    await tx.sql.update(matches).set({ private: isPrivate }).where(eq(matches.id, matchId));
    tx.afterCommit(() => this.#parts.rooms().setPrivate(matchId, isPrivate));
  }

  async failHandOff(tx: Tx, lobby: LobbyRow): Promise<void> {
    if (lobby.matchId !== null) await this.abandonReservation(tx, lobby.matchId);
  }

  /**
   * Abandons a match that was never played, so that nobody ever sees it, and drops its room. Lock its lobby first.
   * @returns false if it isn't `reserved`
   */
  async abandonReservation(tx: Tx, matchId: string): Promise<boolean> {
    const match = await lockMatch(tx, matchId);
    if (match?.state !== 'reserved') return false;
    await tx.sql
      .update(matches)
      .set({ state: 'abandoned', owner: null, reservedUntil: null })
      .where(eq(matches.id, matchId));
    tx.afterCommit(() => this.#parts.rooms().discard(matchId));
    return true;
  }

  /** What a room is made of again, and which of its seats nobody may take any more. null: there is no such match. */
  async reservationOf(matchId: string): Promise<Reservation | null> {
    const match = await findMatch(this.#parts.db, matchId);
    return match && reservationOf(match);
  }

  /**
   * After an adoption: what the room and SQL know about given up seats may differ by what the dead process did last.
   * Afterwards both know all of it.
   */
  async reconcileSeats(matchId: string, host: Pick<RoomHost, 'seat' | 'addSeat' | 'giveUpSeat'>): Promise<void> {
    const match = await findMatch(this.#parts.db, matchId);
    for (const seat of match?.seats ?? []) {
      const { index, givenUp } = seat;
      host.addSeat(matchId, seatInit(seat));
      const inRoom = host.seat(matchId, index);
      if (inRoom?.givenUp && !givenUp) await this.seatGivenUp(matchId, index);
      if (inRoom && !inRoom.givenUp && givenUp) host.giveUpSeat(matchId, index, CloseCode.consented);
    }
  }

  #owns(match: MatchRow, epoch: number): boolean {
    return match.owner === this.#parts.incarnation && match.epoch === epoch;
  }

  async #end(matchId: string, ending: Ending, mayEnd: (match: MatchRow) => boolean): Promise<boolean> {
    return await inTransaction(this.#parts.db, async (tx) => {
      await lockLobbyOf(tx, matchId);
      const match = await lockMatch(tx, matchId);
      if (match?.state !== 'playing' || !mayEnd(match)) return false;
      await this.#writeEnd(tx, match, ending);
      const players = playersIn(match);
      await raiseRevs(tx, players);
      if (match.lobbyId !== null) {
        const reason = 'reason' in ending ? 'match-abandoned' : null;
        await this.#parts.lobbies.afterMatch(tx, match.lobbyId, matchId, reason);
      }
      tx.afterCommit(() => this.#parts.bus.publish('match', { matchId }));
      this.#nudgePlayers(tx, players);
      return true;
    });
  }

  async #writeEnd(tx: Tx, match: MatchRow, ending: Ending): Promise<void> {
    const changes =
      'reason' in ending
        ? ({ state: 'abandoned', reason: ending.reason } as const)
        : ({ state: 'finished', result: checkedResult(ending.result, match.seats) } as const);
    await tx.sql
      .update(matches)
      .set({ ...changes, version: sql`${matches.version} + 1`, finishedAt: this.#parts.clock.now(), owner: null })
      .where(eq(matches.id, match.id));
  }

  /** @returns the seat's index; null if there is no such seat that isn't given up already */
  async #giveUp(tx: Tx, matchId: string, which: SQL): Promise<number | null> {
    const [seat] = await tx.sql
      .update(matchSeats)
      .set({ givenUpAt: this.#parts.clock.now() })
      .where(and(eq(matchSeats.matchId, matchId), which, isNull(matchSeats.givenUpAt)))
      .returning({ index: matchSeats.index });
    return seat?.index ?? null;
  }

  #nudgePlayers(tx: Tx, playerIds: readonly string[]): void {
    for (const playerId of playerIds) tx.afterCommit(() => this.#parts.bus.publish('player', { playerId }));
  }
}

/** What the room of a match is made of. */
export function reservationOf(match: MatchRow): Reservation {
  const { id: matchId, game, epoch, private: isPrivate, seed, settings } = match;
  return { matchId, game, epoch, private: isPrivate, seed, settings, seats: match.seats.map(seatInit) };
}

/** What a socket for a match that is not live is closed with. */
export function closeCodeOf(match: MatchRow | null): number {
  // Its room is on its way to some process.
  if (match?.state === 'playing') return CloseCode.comeBack;
  if (match?.state === 'finished') return CloseCode.finished;
  // Without a reason it is a hand-off that failed: nobody was ever told of it.
  if (match?.state !== 'abandoned' || match.reason === null) return CloseCode.noSuchRight;
  return match.reason === 'incompatible-build' ? CloseCode.incompatibleBuild : CloseCode.matchAbandoned;
}
