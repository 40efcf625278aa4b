/** SQL of players. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { lobbies, lobbyMembers, matches, matchSeats, players } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';

export type PlayerRow = typeof players.$inferSelect;

/** A player and where it is now. */
export interface PlacedPlayer {
  readonly player: PlayerRow;
  readonly lobbyId: string | null;
  /** Of the match that is playing and in which the player still has a seat. */
  readonly matchId: string | null;
}

export async function findPlayer(db: Database | Tx['sql'], id: string): Promise<PlayerRow | null> {
  const [row] = await db.select().from(players).where(eq(players.id, id));
  return row ?? null;
}

export async function findPlacedPlayer(db: Database | Tx['sql'], id: string): Promise<PlacedPlayer | null> {
  const matchId = db
    .select({ id: matches.id })
    .from(matchSeats)
    .innerJoin(matches, eq(matches.id, matchSeats.matchId))
    .where(and(eq(matchSeats.playerId, id), isNull(matchSeats.givenUpAt), eq(matches.state, 'playing')))
    .orderBy(sql`${matches.id} desc`)
    .limit(1);
  const [row] = await db
    .select({ player: players, lobbyId: lobbyMembers.lobbyId, matchId: sql<string | null>`(${matchId})` })
    .from(players)
    .leftJoin(lobbyMembers, eq(lobbyMembers.playerId, players.id))
    .where(eq(players.id, id));
  return row ?? null;
}

/** Inserts a guest. @returns false if somebody has the same device key, also if that one's transaction has just ended */
export async function insertGuest(
  tx: Tx,
  guest: Pick<PlayerRow, 'id' | 'displayName' | 'deviceKeyHash' | 'createdAt'>,
): Promise<boolean> {
  const inserted = await tx.sql
    .insert(players)
    .values({ ...guest, kind: 'guest' })
    .onConflictDoNothing({ target: players.deviceKeyHash })
    .returning({ id: players.id });
  return inserted.length > 0;
}

export async function findByDeviceKey(tx: Tx, deviceKeyHash: Buffer): Promise<PlayerRow | null> {
  const [row] = await tx.sql.select().from(players).where(eq(players.deviceKeyHash, deviceKeyHash));
  return row ?? null;
}

export async function lobbyOf(tx: Tx, playerId: string): Promise<string | null> {
  const [row] = await tx.sql
    .select({ lobbyId: lobbyMembers.lobbyId })
    .from(lobbyMembers)
    .where(eq(lobbyMembers.playerId, playerId));
  return row?.lobbyId ?? null;
}

/** The lobby's lock: it comes before all others. */
export async function lockLobby(tx: Tx, lobbyId: string): Promise<void> {
  await tx.sql.select({ id: lobbies.id }).from(lobbies).where(eq(lobbies.id, lobbyId)).for('update');
}

export async function rename(tx: Tx, playerId: string, displayName: string): Promise<void> {
  await tx.sql.update(players).set({ displayName }).where(eq(players.id, playerId));
}

/** A lobby shows something that has changed. @returns its game, for the nudge */
export async function raiseLobbyVersion(tx: Tx, lobbyId: string, now: Date): Promise<string | null> {
  const [row] = await tx.sql
    .update(lobbies)
    .set({ version: sql`${lobbies.version} + 1`, updatedAt: now })
    .where(eq(lobbies.id, lobbyId))
    .returning({ game: lobbies.game });
  return row?.game ?? null;
}
