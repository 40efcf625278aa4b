import { and, eq, sql } from 'drizzle-orm';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { SeatGrant } from '../../protocol/matches.ts';
import { ProblemError } from '../http/problem.ts';
import type { RoomHost } from '../realtime/ports.ts';
import { matchSeats } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import { maySee } from './match-access.ts';
import { lockMatch, type MatchRow } from './match-store.ts';
import type { SeatRights } from './seat-rights.ts';

export interface SeatGrantParts {
  readonly db: Database;
  readonly rights: Pick<SeatRights, 'sessionIdOf' | 'sign'>;
  readonly rooms: () => Pick<RoomHost, 'seat'>;
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
 * Hands out the right to the caller's seat, of a generation of its own: once it is used, older ones are worth nothing.
 * @throws ProblemError `not-found`, `not-in-match`, `wrong-state` (state), `match-over`, `match-moving`
 */
export async function grantSeat(parts: SeatGrantParts, asked: SeatAsked): Promise<SeatGrant> {
  const { matchId, playerId } = asked;
  return await inTransaction(parts.db, async (tx) => {
    const match = await lockMatch(tx, matchId);
    if (!match || !maySee(match, playerId, parts.watchable)) {
      throw new ProblemError('not-found', `There is no match ${matchId}.`);
    }
    const seatIndex = takeableSeat(match, asked);
    if (!parts.rooms().seat(matchId, seatIndex)) {
      throw new ProblemError('match-moving', `${matchId} is on its way to another process.`);
    }
    const generation = await raiseGeneration(tx, matchId, seatIndex);
    return seatGrant(parts, { match, claim: { matchId, seatIndex, playerId, generation } });
  });
}

/** The index of the caller's seat, if it can be taken now. */
function takeableSeat(match: MatchRow, { playerId, spectate }: SeatAsked): number {
  const seat = match.seats.find((each) => each.playerId === playerId && !each.givenUp);
  if (!seat || spectate) throw new ProblemError('not-in-match', `You have no seat to take in ${match.id}.`);
  if (match.state === 'playing') return seat.index;
  if (match.state !== 'reserved') throw new ProblemError('match-over', `${match.id} is over.`);
  throw new ProblemError('wrong-state', `${match.id} has not begun.`, { extensions: { state: match.state } });
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
    matchId,
    game: match.game,
    seatIndex,
    expiresInMs: SEAT_RIGHT_MS,
    directAddress: parts.directAddress,
    colyseus: {
      name: match.game,
      roomId: matchId,
      sessionId: parts.rights.sessionIdOf(claim),
      processId: parts.incarnation,
      // A seat that was never taken is opened by its session id alone.
      ...(status?.taken && { reconnectionToken: parts.rights.sign(claim) }),
    },
  };
}
