import { isDeepStrictEqual } from 'node:util';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { LobbyExitReason } from '../../protocol/states.ts';
import type { Clock } from '../clock.ts';
import type { FullLobby } from '../lobbies/full-lobby.ts';
import type { HubConnection } from '../realtime/ports.ts';
import type { Database } from '../store/transaction.ts';
import { Coalescer } from './coalescer.ts';
import { loadVersions, loadViews, type PlayerView, type PlayerViews, type ViewVersions } from './player-views.ts';
import { SocketMemory } from './socket-memory.ts';

export interface PlayerFeedsParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly lobbyView: (full: FullLobby, viewerId: string) => Lobby;
  readonly onError: (error: unknown) => void;
}

/** A player who has sockets here. */
interface Feed {
  readonly sockets: Set<SocketMemory>;
  /** What the sockets were brought up to; null: nothing yet. */
  seen: ViewVersions | null;
  /** Why the player left a lobby last; null: unknown, or told. */
  exit: LobbyExitReason | null;
}

const MAX_BATCH = 500;

/**
 * Keeps the sockets of all players here up to date. It learns that something may have changed, reads what it is now,
 * for many players at once, and tells each socket what is new to it. One batch after another: what a socket is told
 * never goes back in time.
 */
export class PlayerFeeds {
  readonly #parts: PlayerFeedsParts;
  readonly #feeds = new Map<string, Feed>();
  readonly #byLobby = new Map<string, Set<string>>();
  readonly #byMatch = new Map<string, Set<string>>();
  readonly #touched: Coalescer<string>;
  /** Lobbies and matches that were touched while a batch is read, which may miss that; null: none is. */
  #touchedMeanwhile: Set<string> | null = null;

  constructor(parts: PlayerFeedsParts) {
    this.#parts = parts;
    this.#touched = new Coalescer({
      run: (playerIds) => this.#update(playerIds),
      maxBatch: MAX_BATCH,
      onError: parts.onError,
    });
  }

  add(connection: HubConnection): void {
    const feed: Feed = this.#feeds.get(connection.playerId) ?? { sockets: new Set(), seen: null, exit: null };
    feed.sockets.add(new SocketMemory(connection));
    this.#feeds.set(connection.playerId, feed);
    this.#touched.add(connection.playerId);
  }

  remove(connection: HubConnection): void {
    const feed = this.#feeds.get(connection.playerId);
    if (!feed) return;
    for (const socket of feed.sockets) if (socket.connection === connection) feed.sockets.delete(socket);
    if (feed.sockets.size > 0) return;
    this.#feeds.delete(connection.playerId);
    this.#index(connection.playerId, feed, null);
  }

  /** A player's lobby or match may have changed. @param exit why the player left a lobby, if it is that */
  touch(playerId: string, exit?: LobbyExitReason): void {
    const feed = this.#feeds.get(playerId);
    if (!feed) return;
    if (exit) feed.exit = exit;
    this.#touched.add(playerId);
  }

  touchLobby(lobbyId: string): void {
    this.#touchedMeanwhile?.add(lobbyId);
    for (const playerId of this.#byLobby.get(lobbyId) ?? []) this.#touched.add(playerId);
  }

  touchMatch(matchId: string): void {
    this.#touchedMeanwhile?.add(matchId);
    for (const playerId of this.#byMatch.get(matchId) ?? []) this.#touched.add(playerId);
  }

  /** Sockets of a player, in the order in which they came. */
  connections(playerId: string): HubConnection[] {
    return [...(this.#feeds.get(playerId)?.sockets ?? [])].map((socket) => socket.connection);
  }

  /** Open sockets that have had their first views. */
  greeted(playerId: string): HubConnection[] {
    const sockets = [...(this.#feeds.get(playerId)?.sockets ?? [])];
    return sockets.filter((socket) => socket.greeted).map((socket) => socket.connection);
  }

  /** Looks at everyone's versions, in one query: what a lost nudge has missed is caught up with. */
  async recheck(): Promise<void> {
    const seenBefore = new Map([...this.#feeds].map(([playerId, { seen }]) => [playerId, seen]));
    if (seenBefore.size === 0) return;
    const versions = await loadVersions(this.#parts.db, [...seenBefore.keys()]);
    for (const [playerId, seen] of seenBefore) {
      if (seen && !isDeepStrictEqual(seen, versions.get(playerId))) this.touch(playerId);
    }
  }

  /** Resolves when everyone is up to date with what is known to have changed. */
  async idle(): Promise<void> {
    await this.#touched.idle();
  }

  async stop(): Promise<void> {
    await this.#touched.stop();
  }

  async #update(playerIds: readonly string[]): Promise<void> {
    const meanwhile = (this.#touchedMeanwhile = new Set<string>());
    const shownMatchIds = new Set(playerIds.flatMap((playerId) => this.#shownMatches(playerId)));
    const asked = { playerIds, shownMatchIds: [...shownMatchIds] };
    const views = await loadViews(this.#parts.db, asked, this.#parts.lobbyView);
    this.#touchedMeanwhile = null;
    for (const playerId of playerIds) {
      try {
        this.#deliver(playerId, views);
      } catch (error) {
        // One socket's fault is not the others'.
        this.#parts.onError(error);
      }
    }
    for (const id of meanwhile) {
      this.touchLobby(id);
      this.touchMatch(id);
    }
  }

  #shownMatches(playerId: string): string[] {
    return [...(this.#feeds.get(playerId)?.sockets ?? [])].flatMap((socket) => socket.matchId ?? []);
  }

  #deliver(playerId: string, { players, matches }: PlayerViews): void {
    const feed = this.#feeds.get(playerId);
    const view = players.get(playerId);
    // The last socket has gone in the meantime; or the player, which can't be.
    if (!feed || !view) return;
    const now = this.#parts.clock.now();
    for (const socket of feed.sockets) socket.deliver({ view, exit: feed.exit, matches, now });
    const seen = versionsOf(view);
    if (seen.lobbyId !== feed.seen?.lobbyId) feed.exit = null;
    this.#index(playerId, feed, seen);
  }

  #index(playerId: string, feed: Feed, seen: ViewVersions | null): void {
    move(this.#byLobby, playerId, { from: feed.seen?.lobbyId, to: seen?.lobbyId });
    move(this.#byMatch, playerId, { from: feed.seen?.matchId, to: seen?.matchId });
    feed.seen = seen;
  }
}

function versionsOf({ rev, lobby, match }: PlayerView): ViewVersions {
  return {
    rev,
    lobbyId: lobby?.id ?? null,
    lobbyVersion: lobby?.version ?? null,
    matchId: match?.id ?? null,
    matchVersion: match?.version ?? null,
  };
}

type Place = string | null | undefined;

/** Moves a player from one of the index's sets to another. */
function move(index: Map<string, Set<string>>, playerId: string, { from, to }: { from: Place; to: Place }): void {
  if (from === to) return;
  const left = index.get(from ?? '');
  left?.delete(playerId);
  if (left?.size === 0) index.delete(from ?? '');
  if (!to) return;
  const entered = index.get(to) ?? new Set();
  index.set(to, entered.add(playerId));
}
