import { isDeepStrictEqual } from 'node:util';
import { COUNTDOWN_DEFAULT_MS } from '../../protocol/limits.ts';
import type { LobbyPatch } from '../../protocol/lobbies.ts';
import type { GameRegistry } from '../games/registry.ts';
import { ProblemError } from '../http/problem.ts';
import type { Tx } from '../store/transaction.ts';
import { connectedMembers, type FullLobby, type LobbyRow, memberOf } from './full-lobby.ts';
import {
  type LobbyCall,
  lockVisible,
  memberNotFound,
  requireHost,
  requireNoMatch,
  wrongState,
} from './lobby-access.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { checkMaxPlayers, checkStartMode, mergeData } from './lobby-draft.ts';
import {
  closed,
  notReady,
  playersNeeded,
  startCountdown,
  stopCountdown,
  withHost,
  withoutMarks,
} from './lobby-rules.ts';
import type { MatchPort } from './ports.ts';

/** A host's patch, its password hashed. */
export type HostPatch = Omit<LobbyPatch, 'password'> & {
  /** undefined: as it is; null: none. */
  readonly passwordHash?: string | null | undefined;
};

export interface LobbyHostingParts {
  readonly changes: LobbyChanges;
  readonly games: GameRegistry;
  readonly matches: Pick<MatchPort, 'setPrivate'>;
}

/** What the host does about the lobby. */
export class LobbyHosting {
  readonly #changes: LobbyChanges;
  readonly #games: GameRegistry;
  readonly #matches: Pick<MatchPort, 'setPrivate'>;

  constructor({ changes, games, matches }: LobbyHostingParts) {
    this.#changes = changes;
    this.#games = games;
    this.#matches = matches;
  }

  /** What the match will be played with clears all marks when it changes, and can't change while there is a match. */
  async patch(tx: Tx, call: LobbyCall, patch: HostPatch): Promise<FullLobby> {
    const before = await lockVisible(tx, call, this.#changes.now());
    const terms = this.#newTerms(before, patch);
    const data = mergeData({ public: before.lobby.dataPublic, members: before.lobby.dataMembers }, patch.data);
    requireHost(before, call);
    if (terms !== null) requireNoMatch(before);
    const { name, private: isPrivate, locked, passwordHash } = patch;
    const lobby: LobbyRow = {
      ...before.lobby,
      ...terms,
      ...(name !== undefined && { name }),
      ...(isPrivate !== undefined && { private: isPrivate }),
      ...(locked !== undefined && { locked }),
      ...(passwordHash !== undefined && { passwordHash }),
      startDue: before.lobby.startDue && (terms ?? before.lobby).startMode === 'instant',
      dataPublic: data.public,
      dataMembers: data.members,
    };
    const changed = { ...before, lobby };
    const onNewTerms = terms !== null && !isDeepStrictEqual(termsOf(lobby), termsOf(before.lobby));
    if (lobby.private !== before.lobby.private && lobby.matchId !== null) {
      await this.#matches.setPrivate(tx, lobby.matchId, lobby.private);
    }
    return this.#changes.save(tx, { before, after: onNewTerms ? withoutMarks(changed) : changed });
  }

  async handOver(tx: Tx, call: LobbyCall, playerId: string): Promise<FullLobby> {
    const before = await lockVisible(tx, call, this.#changes.now());
    requireHost(before, call);
    requireNoMatch(before);
    if (memberOf(before, playerId) === undefined) throw memberNotFound(call.lobbyId, playerId);
    return this.#changes.save(tx, { before, after: withHost(before, playerId) });
  }

  /** Begins the countdown. @throws ProblemError `wrong-state`, `too-few-players`, `not-ready` */
  async start(tx: Tx, call: LobbyCall, countdownMs: number = COUNTDOWN_DEFAULT_MS): Promise<FullLobby> {
    const before = await lockVisible(tx, call, this.#changes.now());
    requireHost(before, call);
    const refusal = startRefusal(before);
    if (refusal !== null) throw refusal;
    const endsAt = new Date(this.#changes.now().getTime() + countdownMs);
    return this.#changes.save(tx, { before, after: startCountdown(before, endsAt) });
  }

  /** @throws ProblemError `wrong-state` outside of a countdown */
  async cancel(tx: Tx, call: LobbyCall): Promise<FullLobby> {
    const before = await lockVisible(tx, call, this.#changes.now());
    requireHost(before, call);
    if (before.lobby.state !== 'countdown') throw wrongState(before.lobby.state);
    return this.#changes.save(tx, { before, after: stopCountdown(before, 'cancelled') });
  }

  async close(tx: Tx, call: LobbyCall): Promise<void> {
    const before = await lockVisible(tx, call, this.#changes.now());
    requireHost(before, call);
    requireNoMatch(before);
    await this.#changes.save(tx, { before, after: closed(before), exit: 'closed' });
  }

  /** The terms after the patch; null if it doesn't speak of them. */
  #newTerms({ lobby }: FullLobby, { settings, maxPlayers, startMode }: HostPatch): Terms | null {
    if (settings === undefined && maxPlayers === undefined && startMode === undefined) return null;
    const game = this.#games.get(lobby.game);
    if (game === null) throw wrongState(lobby.state, `The game ${lobby.game} is no longer here.`);
    return {
      settings:
        settings === undefined ? lobby.settings : this.#games.mergeSettings(lobby.game, lobby.settings, settings),
      maxPlayers: maxPlayers === undefined ? lobby.maxPlayers : checkMaxPlayers(maxPlayers, game, lobby.memberCount),
      startMode: startMode === undefined ? lobby.startMode : checkStartMode(startMode, game),
    };
  }
}

type Terms = Pick<LobbyRow, 'settings' | 'maxPlayers' | 'startMode'>;

function termsOf({ settings, maxPlayers, startMode }: LobbyRow): Terms {
  return { settings, maxPlayers, startMode };
}

function startRefusal(full: FullLobby): ProblemError | null {
  const { state, startMode } = full.lobby;
  if (state !== 'open') return wrongState(state);
  if (startMode === 'all-ready') return wrongState(state, 'The lobby starts by itself when all are ready.');
  const needed = playersNeeded(full.lobby);
  const there = connectedMembers(full).length;
  if (there < needed) {
    return new ProblemError('too-few-players', `${there} of ${needed} players are there.`, { extensions: { needed } });
  }
  const ids = notReady(full);
  if (ids.length === 0) return null;
  return new ProblemError('not-ready', `${ids.length} players are not ready.`, { extensions: { notReady: ids } });
}
