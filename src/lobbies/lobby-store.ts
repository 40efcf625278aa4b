import { and, asc, eq, getTableColumns, inArray, ne, sql } from 'drizzle-orm';
import { lobbies, lobbyMembers, players } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';
import type { FullLobby, LobbyRow, Member } from './full-lobby.ts';

/** The database, inside or outside of a transaction. */
export type Sql = Database | Tx['sql'];

const member = {
  playerId: lobbyMembers.playerId,
  displayName: players.displayName,
  rev: players.rev,
  ready: lobbyMembers.ready,
  team: lobbyMembers.team,
  connected: lobbyMembers.connected,
  awaySince: lobbyMembers.awaySince,
  dataPublic: lobbyMembers.dataPublic,
  dataMembers: lobbyMembers.dataMembers,
  joinedAt: lobbyMembers.joinedAt,
};

/** A lobby that isn't closed, as of one moment; null if there is none. */
export async function findLobby(db: Sql, lobbyId: string): Promise<FullLobby | null> {
  const rows = await db
    .select({ lobby: getTableColumns(lobbies), member })
    .from(lobbies)
    .innerJoin(lobbyMembers, eq(lobbyMembers.lobbyId, lobbies.id))
    .innerJoin(players, eq(players.id, lobbyMembers.playerId))
    .where(and(eq(lobbies.id, lobbyId), ne(lobbies.state, 'closed')))
    .orderBy(asc(lobbyMembers.joinedSeq));
  const lobby = rows[0]?.lobby;
  return lobby === undefined ? null : { lobby, members: rows.map((row) => row.member) };
}

/** Lobbies that aren't closed, as of one moment, by id. */
export async function findLobbies(db: Sql, lobbyIds: readonly string[]): Promise<ReadonlyMap<string, FullLobby>> {
  if (lobbyIds.length === 0) return new Map();
  const rows = await db
    .select({ lobby: getTableColumns(lobbies), member })
    .from(lobbies)
    .innerJoin(lobbyMembers, eq(lobbyMembers.lobbyId, lobbies.id))
    .innerJoin(players, eq(players.id, lobbyMembers.playerId))
    .where(and(inArray(lobbies.id, [...lobbyIds]), ne(lobbies.state, 'closed')))
    .orderBy(asc(lobbyMembers.joinedSeq));
  const found = new Map<string, { lobby: LobbyRow; members: Member[] }>();
  for (const { lobby, member } of rows) {
    const full = found.get(lobby.id) ?? { lobby, members: [] };
    full.members.push(member);
    found.set(lobby.id, full);
  }
  return found;
}

/** The same as `findLobby`, and nobody else changes it before the transaction ends. */
export async function lockLobby(tx: Tx, lobbyId: string): Promise<FullLobby | null> {
  const [lobby] = await tx.sql
    .select()
    .from(lobbies)
    .where(and(eq(lobbies.id, lobbyId), ne(lobbies.state, 'closed')))
    .for('update');
  return lobby === undefined ? null : { lobby, members: await membersOf(tx.sql, lobbyId) };
}

async function membersOf(db: Sql, lobbyId: string): Promise<Member[]> {
  return db
    .select(member)
    .from(lobbyMembers)
    .innerJoin(players, eq(players.id, lobbyMembers.playerId))
    .where(eq(lobbyMembers.lobbyId, lobbyId))
    .orderBy(asc(lobbyMembers.joinedSeq));
}

/** The lobby that a player is in, or null. */
export async function lobbyIdOf(db: Sql, playerId: string): Promise<string | null> {
  const [row] = await db
    .select({ lobbyId: lobbyMembers.lobbyId })
    .from(lobbyMembers)
    .where(eq(lobbyMembers.playerId, playerId));
  return row?.lobbyId ?? null;
}

/** Id of the open lobby with a code, or null. */
export async function lobbyIdByCode(db: Sql, code: string): Promise<string | null> {
  const [row] = await db
    .select({ id: lobbies.id })
    .from(lobbies)
    .where(and(eq(lobbies.code, code), ne(lobbies.state, 'closed')));
  return row?.id ?? null;
}

/** Writes a new lobby; false if its code is taken. */
export async function insertLobby(tx: Tx, lobby: LobbyRow): Promise<boolean> {
  const inserted = await tx.sql
    .insert(lobbies)
    .values(lobby)
    .onConflictDoNothing({ target: lobbies.code, where: sql`state <> 'closed'` })
    .returning({ id: lobbies.id });
  return inserted.length > 0;
}

export async function updateLobby(tx: Tx, lobby: LobbyRow): Promise<void> {
  const { id, ...columns } = lobby;
  await tx.sql.update(lobbies).set(columns).where(eq(lobbies.id, id));
}

/** Makes a player a member. False if the player is in a lobby already, perhaps since just now. */
export async function insertMember(tx: Tx, lobbyId: string, added: Member): Promise<boolean> {
  const inserted = await tx.sql
    .insert(lobbyMembers)
    .values(memberRow(lobbyId, added))
    .onConflictDoNothing({ target: lobbyMembers.playerId })
    .returning({ playerId: lobbyMembers.playerId });
  return inserted.length > 0;
}

/** Writes what has changed about members who are there already, in one statement. */
export async function updateMembers(tx: Tx, lobbyId: string, changed: readonly Member[]): Promise<void> {
  if (changed.length === 0) return;
  await tx.sql
    .insert(lobbyMembers)
    .values(changed.map((each) => memberRow(lobbyId, each)))
    .onConflictDoUpdate({
      target: lobbyMembers.playerId,
      set: {
        ready: sql`excluded.ready`,
        team: sql`excluded.team`,
        connected: sql`excluded.connected`,
        awaySince: sql`excluded.away_since`,
        dataPublic: sql`excluded.data_public`,
        dataMembers: sql`excluded.data_members`,
      },
    });
}

export async function deleteMembers(tx: Tx, playerIds: readonly string[]): Promise<void> {
  if (playerIds.length > 0) await tx.sql.delete(lobbyMembers).where(inArray(lobbyMembers.playerId, [...playerIds]));
}

function memberRow(lobbyId: string, { displayName: _name, rev: _rev, ...columns }: Member) {
  return { lobbyId, ...columns };
}
