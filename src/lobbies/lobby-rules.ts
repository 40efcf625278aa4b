import { LOBBY_HIDDEN_AFTER_MS } from '../../protocol/limits.ts';
import type { LobbyReason } from '../../protocol/states.ts';
import { connectedMembers, type FullLobby, type LobbyRow, type Member, memberOf } from './full-lobby.ts';

/** What happens to a lobby, as pure functions from one lobby to the next. Who may do it is asked elsewhere. */

export function withMember(full: FullLobby, added: Member): FullLobby {
  const members = [...full.members, added];
  return withStartDue(withLobby({ ...full, members }, { memberCount: members.length, emptySince: null }));
}

/** An open `instant` lobby is to start by itself: somebody is there who wants to play. Others stay as they are. */
export function withStartDue(full: FullLobby): FullLobby {
  const { startMode, state } = full.lobby;
  return startMode === 'instant' && state === 'open' ? withLobby(full, { startDue: true }) : full;
}

/** Leaving, a kick or an expiry. A host is followed at once; the last to leave closes the lobby. */
export function withoutMember(full: FullLobby, playerId: string): FullLobby {
  const members = full.members.filter((member) => member.playerId !== playerId);
  if (members.length === 0) return closed(full);
  const remaining = withLobby({ ...full, members }, { memberCount: members.length });
  const hostLeft = full.lobby.hostId === playerId;
  const next = hostLeft ? withHost(remaining, (successor(remaining) ?? members[0])?.playerId) : remaining;
  return withEmptySince(stopCountdown(next, 'player-left'));
}

export function closed(full: FullLobby): FullLobby {
  return withLobby(
    { ...full, members: [] },
    { state: 'closed', memberCount: 0, countdownEndsAt: null, startDue: false, emptySince: null },
  );
}

/**
 * Members are no longer connected, each since its own time. A countdown stops, and a host among them is followed by the
 * longest-present member who still is; without one, the host stays.
 */
export function withAway(full: FullLobby, awaySince: ReadonlyMap<string, Date>): FullLobby {
  const gone = full.members.filter((member) => member.connected && awaySince.has(member.playerId));
  if (gone.length === 0) return full;
  const members = full.members.map((member) => {
    const since = awaySince.get(member.playerId);
    return member.connected && since !== undefined ? { ...member, connected: false, awaySince: since } : member;
  });
  const next = stopCountdown({ ...full, members }, 'player-left');
  const hostGone = gone.some((member) => member.playerId === full.lobby.hostId);
  return withEmptySince(hostGone ? withHost(next, successor(next)?.playerId) : next);
}

export function withReturned(full: FullLobby, playerIds: ReadonlySet<string>): FullLobby {
  if (!full.members.some((member) => !member.connected && playerIds.has(member.playerId))) return full;
  const members = full.members.map((member) =>
    playerIds.has(member.playerId) ? { ...member, connected: true, awaySince: null } : member,
  );
  return withEmptySince({ ...full, members });
}

export function withHost(full: FullLobby, hostId: string | undefined): FullLobby {
  return hostId === undefined ? full : withLobby(full, { hostId });
}

/** Puts one member in place of the one with the same id. */
export function withChangedMember(full: FullLobby, changed: Member): FullLobby {
  const members = full.members.map((member) => (member.playerId === changed.playerId ? changed : member));
  return { ...full, members };
}

/** Clears all ready marks, and stops a countdown: it was begun on other terms. */
export function withoutMarks(full: FullLobby): FullLobby {
  return stopCountdown({ ...full, members: full.members.map(unready) }, 'player-not-ready');
}

export function startCountdown(full: FullLobby, countdownEndsAt: Date): FullLobby {
  return withLobby(full, { state: 'countdown', reason: null, countdownEndsAt, startDue: false });
}

/** Back to `open`, marks kept. Nothing happens outside of a countdown. */
export function stopCountdown(full: FullLobby, reason: LobbyReason): FullLobby {
  if (full.lobby.state !== 'countdown') return full;
  return withLobby(full, { state: 'open', reason, countdownEndsAt: null });
}

/** A start that does not come about: back to `open`, or still in it, and nothing begins by itself. */
export function notStarted(full: FullLobby, reason: LobbyReason): FullLobby {
  return withLobby(full, { state: 'open', reason, countdownEndsAt: null, startDue: false });
}

export function starting(full: FullLobby, matchId: string): FullLobby {
  return withLobby(full, { state: 'starting', reason: null, countdownEndsAt: null, startDue: false, matchId });
}

/** After a failed hand-off or a match: `open`, and the clocks of who is away start anew. */
export function reopened(full: FullLobby, reason: LobbyReason | null, now: Date): FullLobby {
  const members = full.members.map((member) => (member.connected ? member : { ...member, awaySince: now }));
  const open = withLobby({ ...full, members }, { state: 'open', reason, matchId: null, emptySince: null });
  return withEmptySince(open);
}

/** Somebody left while the match was handed off. In an `instant` lobby the others need not ask again. */
export function handOffLeft(full: FullLobby, now: Date): FullLobby {
  const open = reopened(full, 'player-left', now);
  return connectedMembers(open).length > 0 ? withStartDue(open) : open;
}

/** After the match: nobody is ready, and the match is the last one. */
export function afterMatch(full: FullLobby, reason: LobbyReason | null, now: Date): FullLobby {
  const lastMatchId = full.lobby.matchId;
  const open = reopened(full, reason, now);
  return withLobby({ ...open, members: open.members.map(unready) }, { lastMatchId });
}

/** Whether the clocks of presence stand still: nobody is removed, nothing hidden or closed. */
export function clocksStandStill({ state }: Pick<LobbyRow, 'state'>): boolean {
  return state === 'starting' || state === 'in-match';
}

/** Without a connected member for 30 s: nobody but its members sees it. */
export function isHidden(lobby: LobbyRow, now: Date): boolean {
  if (lobby.emptySince === null || clocksStandStill(lobby)) return false;
  return now.getTime() - lobby.emptySince.getTime() >= LOBBY_HIDDEN_AFTER_MS;
}

/** Whether the `ready: true` of a member, which is in `full` already, starts the countdown. */
export function allReady(full: FullLobby): boolean {
  const connected = connectedMembers(full);
  const { startMode, state, minPlayers } = full.lobby;
  if (startMode !== 'all-ready' || state !== 'open') return false;
  return connected.length >= minPlayers && connected.every((member) => member.ready);
}

/** How many connected members a start takes: into an `instant` match others come as it is played. */
export function playersNeeded({ startMode, minPlayers }: LobbyRow): number {
  return startMode === 'instant' ? 1 : minPlayers;
}

/**
 * Connected members who keep the match from starting: nobody in an `instant` lobby; a host starts by starting; elsewhere
 * everyone must be ready.
 */
export function notReady(full: FullLobby): readonly string[] {
  const { hostId, startMode } = full.lobby;
  if (startMode === 'instant') return [];
  return connectedMembers(full)
    .filter(({ ready, playerId }) => !ready && (startMode !== 'host' || playerId !== hostId))
    .map(({ playerId }) => playerId);
}

/** Whether a member may take up a place in a team. */
export function teamHasRoom(full: FullLobby, team: { readonly name: string; readonly maxPlayers: number }): boolean {
  return full.members.filter((member) => member.team === team.name).length < team.maxPlayers;
}

/** What a member's mark becomes: `all-ready` may start by it, a countdown stops without it. */
export function withMark(full: FullLobby, playerId: string, ready: boolean): FullLobby {
  const member = memberOf(full, playerId);
  if (member === undefined || member.ready === ready) return full;
  const marked = withChangedMember(full, { ...member, ready });
  return ready ? marked : stopCountdown(marked, 'player-not-ready');
}

function unready(member: Member): Member {
  return member.ready ? { ...member, ready: false } : member;
}

/** The longest-present connected member. */
function successor(full: FullLobby): Member | undefined {
  return connectedMembers(full)[0];
}

/** Notes since when nobody is connected: the last sign of life of any member. */
function withEmptySince(full: FullLobby): FullLobby {
  if (connectedMembers(full).length > 0) return withLobby(full, { emptySince: null });
  if (full.lobby.emptySince !== null) return full;
  const lastSignMs = Math.max(...full.members.map((member) => member.awaySince?.getTime() ?? 0));
  return withLobby(full, { emptySince: new Date(lastSignMs) });
}

function withLobby(full: FullLobby, change: Partial<LobbyRow>): FullLobby {
  return { ...full, lobby: { ...full.lobby, ...change } };
}
