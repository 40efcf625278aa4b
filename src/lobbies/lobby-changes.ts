import { isDeepStrictEqual } from 'node:util';
import type { TeamInfo } from '../../protocol/games.ts';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { LobbyExitReason } from '../../protocol/states.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import type { GameRegistry } from '../games/registry.ts';
import { ProblemError } from '../http/problem.ts';
import type { Tx } from '../store/transaction.ts';
import type { FullLobby, LobbyRow, Member } from './full-lobby.ts';
import { deleteMembers, insertLobby, insertMember, lobbyIdOf, updateLobby, updateMembers } from './lobby-store.ts';
import { lobbyInList, lobbyView } from './lobby-view.ts';
import { clearLobby, raiseRevs } from './member-store.ts';

export interface LobbyChangesParts {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly games: GameRegistry;
  /** Told when a lobby is to be handed off: at the end of its countdown, or at once. */
  readonly onStartsAt: (at: Date) => void;
  /** Told of each lobby that was written, as it is now, before anyone else learns of it. It must not throw. */
  readonly onSaved: (full: FullLobby) => void;
}

/** A change as it was made: the next state of a lobby that was locked as `before`. */
interface Change {
  readonly before: FullLobby;
  readonly after: FullLobby;
  /** Why members of `before` are none of `after`; `left` unless it says otherwise. */
  readonly exit?: LobbyExitReason;
}

/**
 * The one road on which lobbies are written: version, revisions and nudges follow from the difference, so no change can
 * forget one of them.
 */
export class LobbyChanges {
  readonly #parts: LobbyChangesParts;

  constructor(parts: LobbyChangesParts) {
    this.#parts = parts;
  }

  now(): Date {
    return this.#parts.clock.now();
  }

  /** Tells a player's hub, once this is committed, that the player entered or left something. */
  nudge(tx: Tx, playerId: string): void {
    tx.afterCommit(() => this.#parts.bus.publish('player', { playerId }));
  }

  /** Teams of a game; none if the game is no longer registered. */
  teamsOf(game: string): readonly TeamInfo[] {
    return this.#parts.games.get(game)?.teams ?? [];
  }

  view(full: FullLobby, viewerId: string): Lobby {
    return lobbyView(full, viewerId, this.teamsOf(full.lobby.game));
  }

  /**
   * Writes a new lobby with its first member.
   * @returns null if its code is taken: draw another
   * @throws ProblemError `already-in-lobby`
   */
  async create(tx: Tx, { lobby, members: [host] }: FullLobby): Promise<FullLobby | null> {
    if (host === undefined) throw new TypeError('a lobby begins with its host');
    if (!(await insertLobby(tx, lobby))) return null;
    const joined = await this.#enter(tx, lobby.id, host);
    tx.afterCommit(() => {
      this.#parts.onSaved({ lobby, members: [joined] });
      this.#parts.bus.publish('lobby', { lobbyId: lobby.id, game: lobby.game });
      this.#parts.bus.publish('player', { playerId: host.playerId });
      this.#tellStart(lobby);
    });
    return { lobby, members: [joined] };
  }

  /**
   * Writes what has changed. The version rises by one if any caller can see it, else not.
   * @returns the lobby as it is now
   * @throws ProblemError `already-in-lobby` if a new member is in a lobby since just now
   */
  async save(tx: Tx, { before, after, exit = 'left' }: Change): Promise<FullLobby> {
    if (before === after) return before;
    const visible = !isDeepStrictEqual(visibleParts(before), visibleParts(after));
    const lobby = visible
      ? { ...after.lobby, version: before.lobby.version + 1, updatedAt: this.now() }
      : { ...after.lobby };
    if (!isDeepStrictEqual(before.lobby, lobby)) await updateLobby(tx, lobby);
    const members = await this.#saveMembers(tx, { before, after });
    const left = idsMissingIn(before, after);
    const entered = idsMissingIn(after, before);
    tx.afterCommit(() => {
      this.#parts.onSaved({ lobby, members });
      for (const playerId of left) this.#parts.bus.publish('player', { playerId, exit });
      for (const playerId of entered) this.#parts.bus.publish('player', { playerId });
      if (visible) this.#parts.bus.publish('lobby', { lobbyId: lobby.id, game: lobby.game });
      this.#tellStart(lobby);
    });
    return { lobby, members };
  }

  #tellStart({ startDue, countdownEndsAt }: LobbyRow): void {
    const at = startDue ? this.now() : countdownEndsAt;
    if (at !== null) this.#parts.onStartsAt(at);
  }

  async #saveMembers(tx: Tx, { before, after }: Change): Promise<readonly Member[]> {
    const lobbyId = after.lobby.id;
    const known = new Map(before.members.map((member) => [member.playerId, member]));
    const left = idsMissingIn(before, after);
    await deleteMembers(tx, left);
    const changed = after.members.filter((member) => {
      const old = known.get(member.playerId);
      return old !== undefined && old !== member && !isDeepStrictEqual(old, member);
    });
    await updateMembers(tx, lobbyId, changed);
    const members: Member[] = [];
    for (const member of after.members) {
      members.push(known.has(member.playerId) ? member : await this.#enter(tx, lobbyId, member));
    }
    await raiseRevs(tx, left);
    if (after.lobby.state === 'closed') await clearLobby(tx, lobbyId);
    return members;
  }

  /** The primary key of the members settles who was first, if a player enters two lobbies at once. */
  async #enter(tx: Tx, lobbyId: string, member: Member): Promise<Member> {
    while (!(await insertMember(tx, lobbyId, member))) {
      const other = await lobbyIdOf(tx.sql, member.playerId);
      // Null: it was left in the meantime, so the place is free.
      if (other !== null) throw alreadyInLobby(other);
    }
    // The name is read again under the player's lock: it may be another one since we looked.
    return { ...member, ...(await raiseRevs(tx, [member.playerId])).get(member.playerId) };
  }
}

export function alreadyInLobby(lobbyId: string): ProblemError {
  return new ProblemError('already-in-lobby', `You are in ${lobbyId}; leave it first.`, { extensions: { lobbyId } });
}

/** All that a change can alter before somebody's eyes: a member sees the most. */
function visibleParts({ lobby, members }: FullLobby): unknown {
  const { version: _version, updatedAt: _updatedAt, ...seen } = lobbyInList({ lobby, teams: [], rev: 0 });
  return [seen, members.map(({ rev: _rev, awaySince: _awaySince, ...member }) => member)];
}

function idsMissingIn(some: FullLobby, others: FullLobby): readonly string[] {
  const known = new Set(others.members.map((member) => member.playerId));
  return some.members.map((member) => member.playerId).filter((playerId) => !known.has(playerId));
}
