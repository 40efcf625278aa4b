import { and, eq, sql } from 'drizzle-orm';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { SeatGrant } from '../../protocol/matches.ts';
import { ProblemError } from '../http/problem.ts';
import type { RoomHost } from '../realtime/ports.ts';
import { matchSeats } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import { isWatchable, maySee } from './match-access.ts';
import { addSeats } from './match-service.ts';
import { lockMatch, type MatchRow, seatInit } from './match-store.ts';
import type { SeatRights } from './seat-rights.ts';

export interface SeatGrantParts {
  readonly db: Database;
  readonly rights: Pick<SeatRights, 'sessionIdOf' | 'sign' | 'watcher'>;
  readonly rooms: () => Pick<RoomHost, 'addSeat' | 'seat'>;
  readonly watchable: ReadonlySet<string>;
  readonly incarnation: string;
  /** This process's own address, `host[:port][/path]`; null: only the shared one is known. */
  readonly directAddress: string | null;
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
  return await inTransaction(parts.db, async (tx) => {
    const match = await lockMatch(tx, matchId);
    if (!match || !maySee(match, playerId, parts.watchable)) {
      throw new ProblemError('not-found', `There is no match ${matchId}.`);
    }
    if (asked.spectate) return spectatorGrant(parts, match, playerId);
    const seatIndex = takeableSeat(match, playerId);
    requireSeatHere(parts, match, seatIndex);
    const generation = await raiseGeneration(tx, matchId, seatIndex);
    return seatGrant(parts, { match, claim: { matchId, seatIndex, playerId, generation } });
  });
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

/** A room that is here may still have to be told of a late joiner's seat, if the answer of that commit was lost. */
function requireSeatHere({ rooms }: SeatGrantParts, { id, seats }: MatchRow, seatIndex: number): void {
  if (rooms().seat(id, seatIndex) === null) addSeats(rooms(), id, seats.map(seatInit));
  if (rooms().seat(id, seatIndex) !== null) return;
  throw new ProblemError('match-moving', `${id} is on its way to another process.`);
}

async function raiseGeneration(tx: Tx, matchId: string, seatIndex: number): Promise<number> {
  const [raised] = await tx.sql
    .update(matchSeats)
    .set({ generation: sql`${matchSeats.generation} + 1` })
    .where(and(eq(matchSeats.matchId, matchId), eq(matchSeats.index, seatIndex)))
    .returning({ generation: matchSeats.generation });
  if (!raised) throw new Error(`${matchId} has lost its seat ${seatIndex}`);
  return raised.generation;
}

interface Granted {
  readonly match: MatchRow;
  readonly claim: Parameters<SeatRights['sign']>[0];
}

function seatGrant(parts: SeatGrantParts, { match, claim }: Granted): SeatGrant {
  const { matchId, seatIndex } = claim;
  const status = parts.rooms().seat(matchId, seatIndex);
  // The room may know it before SQL does.
  if (status?.givenUp) throw new ProblemError('not-in-match', `Your seat in ${matchId} was given up.`);
  return {
    role: 'player',
    seatIndex,
    ...grantFor(parts, match, {
      sessionId: parts.rights.sessionIdOf(claim),
      // A seat that was never taken is opened by its session id alone.
      ...(status?.taken && { reconnectionToken: parts.rights.sign(claim) }),
    }),
  };
}

function spectatorGrant(parts: SeatGrantParts, match: MatchRow, playerId: string): SeatGrant {
  const { id: matchId, game } = match;
  if (!isWatchable(match, parts.watchable)) {
    const why = parts.watchable.has(game) ? `the lobby of ${matchId} is private` : `${game} takes no spectators`;
    throw new ProblemError('not-in-match', `You can't watch: ${why}.`);
  }
  requirePlaying(match);
  requireSeatHere(parts, match, 0);
  const right = parts.rights.watcher({ matchId, playerId });
  return { role: 'spectator', seatIndex: null, ...grantFor(parts, match, right) };
}

function grantFor(
  { incarnation, directAddress }: SeatGrantParts,
  { id: matchId, game }: MatchRow,
  right: Pick<SeatGrant['colyseus'], 'sessionId' | 'reconnectionToken'>,
): Omit<SeatGrant, 'role' | 'seatIndex'> {
  return {
    matchId,
    game,
    expiresInMs: SEAT_RIGHT_MS,
    directAddress,
    colyseus: { name: game, roomId: matchId, processId: incarnation, ...right },
  };
}
