import type { LobbyReason } from '../../protocol/states.ts';
import type { LobbyMoves, Start } from '../matches/ports.ts';
import type { Tx } from '../store/transaction.ts';
import { connectedMembers, type FullLobby } from './full-lobby.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { afterMatch, notReady, notStarted, playersNeeded, reopened, starting } from './lobby-rules.ts';
import { lockLobby } from './lobby-store.ts';
import { spreadTeams } from './team-spread.ts';

/** What a match does to its lobby. */
export class SqlLobbyMoves implements LobbyMoves {
  readonly #changes: LobbyChanges;

  constructor(changes: LobbyChanges) {
    this.#changes = changes;
  }

  async toStarting(tx: Tx, lobbyId: string, matchId: string): Promise<Start | null> {
    const before = await lockLobby(tx, lobbyId);
    if (before === null || !isToStart(before, this.#changes.now())) return null;
    const reason = reasonAgainst(before);
    if (reason !== null) {
      await this.#changes.save(tx, { before, after: notStarted(before, reason) });
      return null;
    }
    await this.#changes.save(tx, { before, after: starting(before, matchId) });
    return this.#startOf(before);
  }

  async toInMatch(tx: Tx, lobbyId: string, matchId: string): Promise<boolean> {
    const before = await lockLobby(tx, lobbyId);
    if (before?.lobby.state !== 'starting' || before.lobby.matchId !== matchId) return false;
    await this.#changes.save(tx, { before, after: { ...before, lobby: { ...before.lobby, state: 'in-match' } } });
    return true;
  }

  async backToOpen(tx: Tx, lobbyId: string, matchId: string, reason: LobbyReason): Promise<void> {
    const before = await lockLobby(tx, lobbyId);
    if (before?.lobby.state !== 'starting' || before.lobby.matchId !== matchId) return;
    await this.#changes.save(tx, { before, after: reopened(before, reason, this.#changes.now()) });
  }

  async afterMatch(tx: Tx, lobbyId: string, matchId: string, reason: 'match-abandoned' | null): Promise<void> {
    const before = await lockLobby(tx, lobbyId);
    if (before?.lobby.state !== 'in-match' || before.lobby.matchId !== matchId) return;
    await this.#changes.save(tx, { before, after: afterMatch(before, reason, this.#changes.now()) });
  }

  #startOf(full: FullLobby): Start {
    const { game, settings } = full.lobby;
    const members = connectedMembers(full);
    const teams = spreadTeams(members, this.#changes.teamsOf(game));
    const players = members.map(({ playerId, displayName }) => ({
      playerId,
      displayName,
      team: teams.get(playerId) ?? null,
    }));
    return { game, private: full.lobby.private, settings, players };
  }
}

/** Whether the countdown is over, or the lobby starts without one. */
function isToStart({ lobby: { state, countdownEndsAt, startDue } }: FullLobby, now: Date): boolean {
  if (state === 'open') return startDue;
  return state === 'countdown' && countdownEndsAt !== null && countdownEndsAt <= now;
}

/** Why there is no start now; null if there is. */
function reasonAgainst(full: FullLobby): LobbyReason | null {
  if (connectedMembers(full).length < playersNeeded(full.lobby)) return 'player-left';
  return notReady(full).length > 0 ? 'player-not-ready' : null;
}
