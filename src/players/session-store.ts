/** SQL of sessions and their refresh tokens. */
import { and, eq, isNull } from 'drizzle-orm';
import { players, refreshTokens, sessions } from '../store/schema.ts';
import type { Tx } from '../store/transaction.ts';

export type RefreshTokenRow = typeof refreshTokens.$inferSelect;

/** A refresh token with its session and player. */
export interface FoundToken {
  readonly token: RefreshTokenRow;
  readonly playerId: string;
  readonly ended: boolean;
  readonly banned: boolean;
}

export async function insertSession(tx: Tx, session: { id: string; playerId: string; createdAt: Date }): Promise<void> {
  await tx.sql.insert(sessions).values(session);
}

export async function insertRefreshToken(tx: Tx, token: Omit<RefreshTokenRow, 'rotatedAt'>): Promise<void> {
  await tx.sql.insert(refreshTokens).values(token);
}

/** Locks the token, so that of two rotations at the same time one comes second. */
export async function lockRefreshToken(tx: Tx, hash: Buffer): Promise<FoundToken | null> {
  const [row] = await tx.sql
    .select({
      token: refreshTokens,
      playerId: sessions.playerId,
      endedAt: sessions.endedAt,
      bannedAt: players.bannedAt,
    })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .innerJoin(players, eq(players.id, sessions.playerId))
    .where(eq(refreshTokens.hash, hash))
    .for('update', { of: refreshTokens });
  if (!row) return null;
  return { token: row.token, playerId: row.playerId, ended: row.endedAt !== null, banned: row.bannedAt !== null };
}

export async function markRotated(tx: Tx, hash: Buffer, now: Date): Promise<void> {
  await tx.sql.update(refreshTokens).set({ rotatedAt: now }).where(eq(refreshTokens.hash, hash));
}

/** @returns whether it was this call that ended it */
export async function endSession(tx: Tx, sessionId: string, now: Date): Promise<boolean> {
  const ended = await tx.sql
    .update(sessions)
    .set({ endedAt: now })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)))
    .returning({ id: sessions.id });
  await tx.sql.delete(refreshTokens).where(eq(refreshTokens.sessionId, sessionId));
  return ended.length > 0;
}
