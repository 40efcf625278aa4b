import { COUNTDOWN_DEFAULT_MS } from '../../protocol/limits.ts';
import type { MemberPatch } from '../../protocol/lobbies.ts';
import type { TeamInfo } from '../../protocol/games.ts';
import { requireVersion } from '../http/if-match.ts';
import type { Tx } from '../store/transaction.ts';
import { type FullLobby, type Member, memberOf } from './full-lobby.ts';
import { teamFull } from './join-rules.ts';
import {
  type LobbyCall,
  lockVisible,
  memberNotFound,
  requireHost,
  requireMember,
  requireNoMatch,
} from './lobby-access.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { checkTeam, mergeData } from './lobby-draft.ts';
import {
  allReady,
  handOffLeft,
  startCountdown,
  stopCountdown,
  teamHasRoom,
  withChangedMember,
  withMark,
  withoutMember,
  withStartDue,
} from './lobby-rules.ts';
import { bar, liftBar } from './member-store.ts';
import type { MatchPort } from './ports.ts';

/** What members do about themselves, and what the host does about members. */
export class LobbyMembers {
  readonly #changes: LobbyChanges;
  readonly #matches: MatchPort;

  constructor({ changes, matches }: { readonly changes: LobbyChanges; readonly matches: MatchPort }) {
    this.#changes = changes;
    this.#matches = matches;
  }

  /** Changes the caller's own mark, team and data. */
  async patch(tx: Tx, call: LobbyCall, patch: MemberPatch): Promise<FullLobby> {
    const before = await lockVisible(tx, call, this.#changes.now());
    const teams = this.#changes.teamsOf(before.lobby.game);
    checkTeam(patch.team ?? null, teams);
    const self = memberOf(before, call.playerId);
    const own = { public: self?.dataPublic ?? {}, members: self?.dataMembers ?? {} };
    const data = mergeData(own, patch.data);
    const member = requireMember(before, call);
    if (patch.ready !== undefined || patch.team !== undefined) requireNoMatch(before);
    const withData = { ...member, dataPublic: data.public, dataMembers: data.members };
    const moved = moveToTeam(withChangedMember(before, withData), withData, {
      team: patch.team,
      teams,
    });
    return this.#changes.save(tx, { before, after: this.#mark(moved, call.playerId, patch.ready) });
  }

  /** The caller leaves. During a hand-off that fails it; during play it gives up the seat. */
  async leave(tx: Tx, call: LobbyCall): Promise<void> {
    const before = await lockVisible(tx, call, this.#changes.now());
    if (memberOf(before, call.playerId) === undefined) throw memberNotFound(call.lobbyId, call.playerId);
    requireVersion(call.ifMatch, before.lobby.version);
    const { state, matchId } = before.lobby;
    const left = withoutMember(before, call.playerId);
    const isFailed = state === 'starting' && left.lobby.state !== 'closed';
    const after = isFailed ? handOffLeft(left, this.#changes.now()) : left;
    await this.#changes.save(tx, { before, after });
    if (state === 'starting') await this.#matches.failHandOff(tx, before.lobby, 'player-left');
    if (state === 'in-match' && matchId !== null) await this.#matches.leaveMatch(tx, call.playerId, matchId);
  }

  /** The host removes a member, who may not come back until the bar is lifted. */
  async kick(tx: Tx, call: LobbyCall, playerId: string): Promise<void> {
    const before = await lockVisible(tx, call, this.#changes.now());
    if (memberOf(before, playerId) === undefined) throw memberNotFound(call.lobbyId, playerId);
    requireHost(before, call);
    requireNoMatch(before);
    await bar(tx, call.lobbyId, { playerId, createdAt: this.#changes.now() });
    await this.#changes.save(tx, { before, after: withoutMember(before, playerId), exit: 'kicked' });
  }

  /** Nothing happens if there is no bar. */
  async lift(tx: Tx, call: LobbyCall, playerId: string): Promise<void> {
    const before = await lockVisible(tx, call, this.#changes.now());
    requireHost(before, call);
    requireNoMatch(before);
    await liftBar(tx, call.lobbyId, playerId);
  }

  /**
   * The mark that makes everyone ready starts the countdown of an `all-ready` lobby; any starts an `instant` one, also when
   * it was there already: marks survive a hand-off that failed.
   */
  #mark(full: FullLobby, playerId: string, ready: boolean | undefined): FullLobby {
    if (ready === undefined) return full;
    const marked = withMark(full, playerId, ready);
    if (!ready) return marked;
    if (full.lobby.startMode === 'instant') return withStartDue(marked);
    if (marked === full || !allReady(marked)) return marked;
    return startCountdown(marked, new Date(this.#changes.now().getTime() + COUNTDOWN_DEFAULT_MS));
  }
}

interface TeamChange {
  /** undefined: none; null: no team. */
  readonly team: string | null | undefined;
  readonly teams: readonly TeamInfo[];
}

/** Clears the member's mark and stops a countdown: it was given in another team. */
function moveToTeam(full: FullLobby, member: Member, { team, teams }: TeamChange): FullLobby {
  if (team === undefined || team === member.team) return full;
  const wanted = teams.find(({ name }) => name === team);
  if (wanted !== undefined && !teamHasRoom(full, wanted)) throw teamFull(wanted);
  return stopCountdown(withChangedMember(full, { ...member, team, ready: false }), 'player-not-ready');
}
