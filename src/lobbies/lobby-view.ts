import type { TeamInfo } from '../../protocol/games.ts';
import type { Lobby, LobbyMember } from '../../protocol/lobbies.ts';
import type { FullLobby, LobbyRow, Member } from './full-lobby.ts';

/** What a caller may see of a lobby. */

interface ViewParts {
  readonly lobby: LobbyRow;
  readonly teams: readonly TeamInfo[];
  /** The caller's membership revision; null for one who isn't a member. */
  readonly rev: number | null;
}

/** The whole lobby as `viewerId` sees it: members see the code and what is for members. */
export function lobbyView(full: FullLobby, viewerId: string, teams: readonly TeamInfo[]): Lobby {
  const rev = full.members.find((member) => member.playerId === viewerId)?.rev ?? null;
  const members = full.members.map((member) => memberView(member, rev !== null));
  return { ...lobbyInList({ lobby: full.lobby, teams, rev }), members };
}

/** A lobby in a list: the same without its members. */
export function lobbyInList({ lobby, teams, rev }: ViewParts): Omit<Lobby, 'members'> {
  const { id, version, game, name, state, reason, locked, code, hostId, startMode } = lobby;
  const { minPlayers, maxPlayers, memberCount, settings, dataMembers, lastMatchId } = lobby;
  return {
    id,
    version,
    ...(rev !== null && { rev }),
    game,
    name,
    state,
    reason,
    locked,
    private: lobby.private,
    hasPassword: lobby.passwordHash !== null,
    ...(rev !== null && { code }),
    hostId,
    startMode,
    minPlayers,
    maxPlayers,
    memberCount,
    openSlots: maxPlayers - memberCount,
    teams: teams.map((team) => ({ name: team.name, maxPlayers: team.maxPlayers })),
    settings,
    data: { public: lobby.dataPublic, ...(rev !== null && { members: dataMembers }) },
    countdownEndsAt: lobby.countdownEndsAt?.toISOString() ?? null,
    matchId: state === 'in-match' ? lobby.matchId : null,
    lastMatchId,
    createdAt: lobby.createdAt.toISOString(),
    updatedAt: lobby.updatedAt.toISOString(),
  };
}

function memberView(member: Member, forMembers: boolean): LobbyMember {
  const { playerId, displayName, ready, team, connected, dataPublic, dataMembers } = member;
  const data = { public: dataPublic, ...(forMembers && { members: dataMembers }) };
  return { playerId, displayName, ready, team, connected, joinedAt: member.joinedAt.toISOString(), data };
}
