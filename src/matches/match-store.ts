import { type SQL, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { SeatInit } from '../../rooms/kit/ports.ts';
import { matches, matchSeats, players } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';

/** A handle for queries, in a transaction or outside. */
export type Queries = Database | Tx['sql'];

/** A seat as it is stored. */
export interface SeatRow {
  readonly index: number;
  /** null for a bot. */
  readonly playerId: string | null;
  readonly displayName: string;
  readonly team: string | null;
  readonly isBot: boolean;
  /** Taken while the match was played. */
  readonly late: boolean;
  readonly givenUp: boolean;
}

/** A match with its seats, in the order of their indexes. */
export type MatchRow = typeof matches.$inferSelect & { readonly seats: readonly SeatRow[] };

/** In the same statement as the match, so that the two are of one moment. */
const seats = sql<SeatRow[]>`(
  select coalesce(json_agg(json_build_object(
    'index', seat.index, 'playerId', seat.player_id, 'displayName', seat.display_name, 'team', seat.team,
    'isBot', seat.is_bot, 'late', seat.late, 'givenUp', seat.given_up_at is not null
  ) order by seat.index), '[]')
  from match_seats seat where seat.match_id = "matches"."id")`;

/** Matches, newest first. */
export async function findMatches(queries: Queries, where: SQL | undefined, limit: number): Promise<MatchRow[]> {
  return await queries
    .select({ ...getTableColumns(matches), seats })
    .from(matches)
    .where(where)
    .orderBy(desc(matches.id))
    .limit(limit);
}

export async function findMatch(queries: Queries, matchId: string): Promise<MatchRow | null> {
  const [match] = await findMatches(queries, sql`${matches.id} = ${matchId}`, 1);
  return match ?? null;
}

export async function matchesById(queries: Queries, matchIds: readonly string[]): Promise<Map<string, MatchRow>> {
  if (matchIds.length === 0) return new Map();
  const found = await findMatches(queries, inArray(matches.id, [...matchIds]), matchIds.length);
  return new Map(found.map((match) => [match.id, match]));
}

/** Locks the lobby of a match, which comes before the match in the order of locks. */
export async function lockLobbyOf(tx: Tx, matchId: string): Promise<void> {
  await tx.sql.execute(
    sql`select from lobbies where id = (select lobby_id from matches where id = ${matchId}) for update`,
  );
}

/** Locks a match until the end of the transaction. A lobby that is to be locked too comes before it. */
export async function lockMatch(tx: Tx, matchId: string): Promise<MatchRow | null> {
  // The lock comes in a statement of its own: the next one sees what was committed while it waited.
  await tx.sql
    .select({ id: matches.id })
    .from(matches)
    .where(sql`${matches.id} = ${matchId}`)
    .for('update');
  return await findMatch(tx.sql, matchId);
}

/** Writes a reservation: the match and its seats. */
export async function insertMatch(
  tx: Tx,
  match: typeof matches.$inferInsert,
  seatRows: readonly Omit<typeof matchSeats.$inferInsert, 'matchId'>[],
): Promise<void> {
  await tx.sql.insert(matches).values(match);
  await tx.sql.insert(matchSeats).values(seatRows.map((seat) => ({ ...seat, matchId: match.id })));
}

/** Adds a seat to a match that is played, which is a change that everybody sees. Lock the match first. */
export async function insertLateSeat(tx: Tx, matchId: string, seat: SeatInit): Promise<void> {
  await tx.sql.insert(matchSeats).values({ ...seat, matchId, late: true });
  await tx.sql
    .update(matches)
    .set({ version: sql`${matches.version} + 1` })
    .where(eq(matches.id, matchId));
}

/** Raises the `rev` of players who enter or leave a match, in the order of their ids. */
export async function raiseRevs(tx: Tx, playerIds: readonly string[]): Promise<void> {
  if (playerIds.length === 0) return;
  await tx.sql.execute(sql`
    with locked as (
      select id from players where ${inArray(players.id, [...playerIds])} order by id for no key update
    )
    update players set rev = rev + 1 from locked where players.id = locked.id`);
}

/** A match that was watched alone has not ended its process. Until it is proven harmless, another death that nobody knows the cause of puts it back on probation. */
export async function acquit(
  db: Database,
  { matchId, incarnation }: { readonly matchId: string; readonly incarnation: string },
): Promise<void> {
  await db
    .update(matches)
    .set({ onProbation: false, deathsOnProbation: 0 })
    .where(sql`${matches.id} = ${matchId} and ${matches.owner} = ${incarnation} and ${matches.onProbation}`);
}

/** What a room knows of a seat. */
export function seatInit({ index, playerId, displayName, team, isBot }: SeatRow): SeatInit {
  return { index, playerId, displayName, team, isBot };
}

/** Players who are in a match: those who have a seat that isn't given up. */
export function playersIn(match: Pick<MatchRow, 'seats'>): string[] {
  return match.seats.flatMap(({ playerId, givenUp }) => (playerId === null || givenUp ? [] : [playerId]));
}
