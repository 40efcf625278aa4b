import { eq, sql } from 'drizzle-orm';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { FullLobby } from '../lobbies/full-lobby.ts';
import { findLobbies } from '../lobbies/lobby-store.ts';
import { matchesById, type MatchRow } from '../matches/match-store.ts';
import { lobbyMembers, players } from '../store/schema.ts';
import { type Database, onOneConnection } from '../store/transaction.ts';

/** What the hub shows of many players, all of one moment. */
export interface PlayerViews {
  readonly players: ReadonlyMap<string, PlayerView>;
  /** The matches that they are in, and those that were asked for besides. */
  readonly matches: ReadonlyMap<string, MatchRow>;
}

export interface PlayerView {
  readonly rev: number;
  readonly lobby: Lobby | null;
  /** The match that the player is in: playing, with a seat that isn't given up. */
  readonly match: MatchRow | null;
}

export interface ViewsAsked {
  readonly playerIds: readonly string[];
  /** Matches that were shown and may be over. */
  readonly shownMatchIds: readonly string[];
}

/** Reads the views of any number of players in three queries, on one snapshot. */
export async function loadViews(
  db: Database,
  asked: ViewsAsked,
  lobbyView: (full: FullLobby, viewerId: string) => Lobby,
): Promise<PlayerViews> {
  const { rows, lobbies, matches } = await readAll(db, asked);
  const players = new Map<string, PlayerView>();
  for (const { playerId, rev, lobbyId } of rows) {
    const full = lobbies.get(lobbyId ?? '');
    const lobby = full ? lobbyView(full, playerId) : null;
    const match = matches.get(lobby?.matchId ?? '');
    players.set(playerId, { rev, lobby, match: match && isIn(match, playerId) ? match : null });
  }
  return { players, matches };
}

/** Whether a player is in a match now. */
function isIn(match: MatchRow, playerId: string): boolean {
  return match.state === 'playing' && match.seats.some((seat) => seat.playerId === playerId && !seat.givenUp);
}

async function readAll(db: Database, { playerIds, shownMatchIds }: ViewsAsked) {
  return await onOneConnection(
    db,
    async (tx) => {
      const rows = await tx
        .select({ playerId: players.id, rev: players.rev, lobbyId: lobbyMembers.lobbyId })
        .from(players)
        .leftJoin(lobbyMembers, eq(lobbyMembers.playerId, players.id))
        .where(sql`${players.id} = any(${sql.param(playerIds)})`);
      const lobbyIds = new Set(rows.flatMap(({ lobbyId }) => lobbyId ?? []));
      const lobbies = await findLobbies(tx, [...lobbyIds]);
      const playing = [...lobbies.values()].flatMap(({ lobby }) => (lobby.state === 'in-match' && lobby.matchId) || []);
      const matches = await matchesById(tx, [...new Set([...playing, ...shownMatchIds])]);
      return { rows, lobbies, matches };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** What changes whenever a player's views do. */
export interface ViewVersions {
  readonly rev: number;
  readonly lobbyId: string | null;
  readonly lobbyVersion: number | null;
  readonly matchId: string | null;
  readonly matchVersion: number | null;
}

/** The versions of what many players are shown, in one query. */
export async function loadVersions(db: Database, playerIds: readonly string[]): Promise<Map<string, ViewVersions>> {
  const { rows } = await db.execute<ViewVersions & Record<string, unknown> & { playerId: string }>(sql`
    select player.id as "playerId", player.rev,
      lobby.id as "lobbyId", lobby.version as "lobbyVersion",
      match.id as "matchId", match.version as "matchVersion"
    from players player
    left join lobby_members member on member.player_id = player.id
    left join lobbies lobby on lobby.id = member.lobby_id
    left join match_seats seat on seat.match_id = lobby.match_id and seat.player_id = player.id
      and seat.given_up_at is null and lobby.state = 'in-match'
    left join matches match on match.id = seat.match_id and match.state = 'playing'
    where player.id = any(${sql.param(playerIds)})`);
  return new Map(rows.map(({ playerId, ...versions }) => [playerId, versions]));
}
