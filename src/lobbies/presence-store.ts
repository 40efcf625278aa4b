import { and, eq, gt, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import { lobbies, lobbyMembers, presenceClock } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';

/** Where a player is a member. */
export interface Membership {
  readonly playerId: string;
  readonly lobbyId: string;
  readonly connected: boolean;
}

const CLOCK_ROW = 1;
const CLOCKS_RUN = inArray(lobbies.state, ['open', 'countdown']);

export const MEMBERSHIP = {
  playerId: lobbyMembers.playerId,
  lobbyId: lobbyMembers.lobbyId,
  connected: lobbyMembers.connected,
};

export async function membershipsOf(db: Database, playerIds: readonly string[]): Promise<Membership[]> {
  return db
    .select(MEMBERSHIP)
    .from(lobbyMembers)
    .where(sql`${lobbyMembers.playerId} = any(${sql.param([...playerIds])})`);
}

export async function connectedPlayerIds(db: Database): Promise<string[]> {
  const rows = await db
    .select({ playerId: lobbyMembers.playerId })
    .from(lobbyMembers)
    .where(eq(lobbyMembers.connected, true));
  return rows.map(({ playerId }) => playerId);
}

/** Lobbies with somebody who was silent since before `signedBefore`, while another is connected. */
export async function lobbiesWithExpired(db: Database, signedBefore: Date): Promise<string[]> {
  const rows = await db
    .selectDistinct({ lobbyId: lobbyMembers.lobbyId })
    .from(lobbyMembers)
    .innerJoin(lobbies, eq(lobbies.id, lobbyMembers.lobbyId))
    .where(and(lte(lobbyMembers.awaySince, signedBefore), CLOCKS_RUN, sql`${lobbies.emptySince} is null`));
  return rows.map(({ lobbyId }) => lobbyId);
}

/** Lobbies without a connected member since before `emptyBefore` and, if given, after `emptyAfter`. */
export async function emptyLobbies(
  db: Database,
  { emptyBefore, emptyAfter }: { readonly emptyBefore: Date; readonly emptyAfter?: Date },
): Promise<{ id: string; game: string }[]> {
  const since = emptyAfter === undefined ? undefined : gt(lobbies.emptySince, emptyAfter);
  return db
    .select({ id: lobbies.id, game: lobbies.game })
    .from(lobbies)
    .where(and(CLOCKS_RUN, lte(lobbies.emptySince, emptyBefore), since));
}

/** When presence was last judged, by whatever process; null if never. */
export async function judgedAt(db: Database): Promise<Date | null> {
  const [row] = await db.select().from(presenceClock).where(eq(presenceClock.id, CLOCK_ROW));
  return row?.judgedAt ?? null;
}

export async function setJudgedAt(db: Database | Tx['sql'], at: Date): Promise<void> {
  await db
    .insert(presenceClock)
    .values({ id: CLOCK_ROW, judgedAt: at })
    .onConflictDoUpdate({ target: presenceClock.id, set: { judgedAt: at } });
}

/** The same as `judgedAt`, and nobody else notes another time before the transaction ends. */
export async function lockJudgedAt(tx: Tx): Promise<Date | null> {
  const [row] = await tx.sql.select().from(presenceClock).where(eq(presenceClock.id, CLOCK_ROW)).for('update');
  return row?.judgedAt ?? null;
}

/** Makes all clocks of presence show what they would if they had stood still for so long. */
export async function shiftClocks(tx: Tx, byMs: number): Promise<void> {
  const by = sql`make_interval(secs => ${byMs / 1_000}::float8)`;
  // Lobbies come first, as everywhere: who changes a member holds its lobby.
  await tx.sql
    .update(lobbies)
    .set({ emptySince: sql`${lobbies.emptySince} + ${by}` })
    .where(isNotNull(lobbies.emptySince));
  await tx.sql
    .update(lobbyMembers)
    .set({ awaySince: sql`${lobbyMembers.awaySince} + ${by}` })
    .where(isNotNull(lobbyMembers.awaySince));
}
