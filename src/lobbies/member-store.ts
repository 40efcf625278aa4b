import { and, eq, inArray, sql } from 'drizzle-orm';
import { lobbyBans, lobbyMessages, players } from '../store/schema.ts';
import type { Tx } from '../store/transaction.ts';
import type { Sql } from './lobby-store.ts';

/** What a lobby shows of a player. */
export interface PlayerNow {
  readonly displayName: string;
  readonly rev: number;
}

/** Raises the membership revision of players who enter or leave, under their locks. Resolves to what they are now. */
export async function raiseRevs(tx: Tx, playerIds: readonly string[]): Promise<ReadonlyMap<string, PlayerNow>> {
  if (playerIds.length === 0) return new Map();
  // Rows are locked in the order of their ids, so that two lobbies that close at once can't wait for each other.
  const ordered = tx.sql
    .select({ id: players.id })
    .from(players)
    .where(inArray(players.id, [...playerIds]))
    .orderBy(players.id)
    .for('no key update');
  const raised = await tx.sql
    .update(players)
    .set({ rev: sql`${players.rev} + 1` })
    .where(inArray(players.id, ordered))
    .returning({ id: players.id, displayName: players.displayName, rev: players.rev });
  return new Map(raised.map(({ id, ...player }) => [id, player]));
}

/** Name and revision of a player who is signed in. */
export async function findPlayer(db: Sql, playerId: string): Promise<PlayerNow | null> {
  const [player] = await db
    .select({ displayName: players.displayName, rev: players.rev })
    .from(players)
    .where(eq(players.id, playerId));
  return player ?? null;
}

export async function isBarred(db: Sql, lobbyId: string, playerId: string): Promise<boolean> {
  const found = await db
    .select({ playerId: lobbyBans.playerId })
    .from(lobbyBans)
    .where(and(eq(lobbyBans.lobbyId, lobbyId), eq(lobbyBans.playerId, playerId)));
  return found.length > 0;
}

export async function bar(tx: Tx, lobbyId: string, ban: { playerId: string; createdAt: Date }): Promise<void> {
  await tx.sql
    .insert(lobbyBans)
    .values({ lobbyId, ...ban })
    .onConflictDoNothing();
}

export async function liftBar(tx: Tx, lobbyId: string, playerId: string): Promise<void> {
  await tx.sql.delete(lobbyBans).where(and(eq(lobbyBans.lobbyId, lobbyId), eq(lobbyBans.playerId, playerId)));
}

/** Drops what nobody can ask for any more once a lobby is closed. Reports keep what they quote. */
export async function clearLobby(tx: Tx, lobbyId: string): Promise<void> {
  await tx.sql.delete(lobbyBans).where(eq(lobbyBans.lobbyId, lobbyId));
  await tx.sql.delete(lobbyMessages).where(eq(lobbyMessages.lobbyId, lobbyId));
}
