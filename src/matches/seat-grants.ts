import { and, eq, exists, isNull, sql } from 'drizzle-orm';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { SeatGrant } from '../../protocol/matches.ts';
import type { SeatStatus } from '../../rooms/kit/ports.ts';
import { ProblemError } from '../http/problem.ts';
import type { Rooms } from '../realtime/ports.ts';
import { matches, matchSeats } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { isWatchable, maySee } from './match-access.ts';
import { findMatch, type MatchRow, seatInit } from './match-store.ts';
import type { SeatRights } from './seat-rights.ts';

export interface SeatGrantParts {
  readonly db: Database;
  readonly rights: Pick<SeatRights, 'sessionIdOf' | 'sign' | 'watcher'>;
  readonly rooms: () => Pick<Rooms, 'seat' | 'directAddressOf'>;
  readonly watchable: ReadonlySet<string>;
}

/** What a caller asks for. */
export interface SeatAsked {
  readonly matchId: string;
  readonly playerId: string;
  readonly spectate: boolean;
}

/**
 * Hands out the right to the caller's seat, of a generation of its own: once it is used, older ones are worth nothing. Or
 * the right to watch.
 * @throws ProblemError `not-found`, `not-in-match`, `wrong-state` (state), `match-over`, `match-moving`
 */
export async function grantSeat(parts: SeatGrantParts, asked: SeatAsked): Promise<SeatGrant> {
  const { matchId, playerId } = asked;
  const match = await visibleMatch(parts, asked);
  if (asked.spectate) return await spectatorGrant(parts, match, playerId);
  const seatIndex = takeableSeat(match, playerId);
  const status = await seatInRoom(parts, match, seatIndex);
  // The room may know it before SQL does.
  if (status.givenUp) throw new ProblemError('not-in-match', `Your seat in ${matchId} was given up.`);
  const generation = await raiseGeneration(parts.db, matchId, seatIndex);
  // The match ended, or the seat was given up, since it was looked at.
  if (generation === null) {
    takeableSeat(await visibleMatch(parts, asked), playerId);
    throw new ProblemError('match-moving', `Your seat in ${matchId} is just changing.`);
  }
  const claim = { matchId, seatIndex, playerId, generation };
  return {
    role: 'player',
    seatIndex,
    ...grantFor(parts, match, {
      sessionId: parts.rights.sessionIdOf(claim),
      // A seat that was never taken is opened by its session id alone.
      ...(status.taken && { reconnectionToken: parts.rights.sign(claim) }),
    }),
  };
}

async function visibleMatch({ db, watchable }: SeatGrantParts, { matchId, playerId }: SeatAsked): Promise<MatchRow> {
  const match = await findMatch(db, matchId);
  if (match && maySee(match, playerId, watchable)) return match;
  throw new ProblemError('not-found', `There is no match ${matchId}.`);
}

/** The index of the caller's seat, if it can be taken now. */
function takeableSeat(match: MatchRow, playerId: string): number {
  const seat = match.seats.find((each) => each.playerId === playerId && !each.givenUp);
  if (!seat) throw new ProblemError('not-in-match', `You have no seat to take in ${match.id}.`);
  requirePlaying(match);
  return seat.index;
}

function requirePlaying({ id, state }: MatchRow): void {
  if (state === 'playing') return;
  if (state !== 'reserved') throw new ProblemError('match-over', `${id} is over.`);
  throw new ProblemError('wrong-state', `${id} has not begun.`, { extensions: { state } });
}

/** A room may still have to be told of a late joiner's seat, if the answer of that commit was lost. */
async function seatInRoom({ rooms }: SeatGrantParts, match: MatchRow, seatIndex: number): Promise<SeatStatus> {
  const { id: matchId, owner } = match;
  const status = await rooms().seat({ matchId, seatIndex, seats: match.seats.map(seatInit) }, owner);
  if (status !== null) return status;
  throw new ProblemError('match-moving', `${matchId} is on its way to another process.`);
}

/** @returns the new one; null if the seat can't be taken any more */
async function raiseGeneration(db: Database, matchId: string, seatIndex: number): Promise<number | null> {
  const playing = db
    .select({ id: matches.id })
    .from(matches)
    .where(and(eq(matches.id, matchId), eq(matches.state, 'playing')));
  const seat = and(eq(matchSeats.matchId, matchId), eq(matchSeats.index, seatIndex), isNull(matchSeats.givenUpAt));
  const [raised] = await db
    .update(matchSeats)
    .set({ generation: sql`${matchSeats.generation} + 1` })
    .where(and(seat, exists(playing)))
    .returning({ generation: matchSeats.generation });
  return raised?.generation ?? null;
}

async function spectatorGrant(parts: SeatGrantParts, match: MatchRow, playerId: string): Promise<SeatGrant> {
  const { id: matchId, game } = match;
  if (!isWatchable(match, parts.watchable)) {
    const why = parts.watchable.has(game) ? `the lobby of ${matchId} is private` : `${game} takes no spectators`;
    throw new ProblemError('not-in-match', `You can't watch: ${why}.`);
  }
  requirePlaying(match);
  await seatInRoom(parts, match, 0);
  const right = parts.rights.watcher({ matchId, playerId });
  return { role: 'spectator', seatIndex: null, ...grantFor(parts, match, right) };
}

function grantFor(
  { rooms }: SeatGrantParts,
  { id: matchId, game, owner }: MatchRow,
  right: Pick<SeatGrant['colyseus'], 'sessionId' | 'reconnectionToken'>,
): Omit<SeatGrant, 'role' | 'seatIndex'> {
  const processId = owner ?? matchId;
  return {
    matchId,
    game,
    expiresInMs: SEAT_RIGHT_MS,
    directAddress: rooms().directAddressOf(processId),
    colyseus: { name: game, roomId: matchId, processId, ...right },
  };
}
