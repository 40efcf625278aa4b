import type { Lobby } from '../../protocol/lobbies.ts';
import { LOBBIES_PUSH_PER_SECOND } from '../../protocol/limits.ts';
import type { HubConnection } from '../realtime/ports.ts';
import { Turns } from './turns.ts';

/** A page of lobbies that somebody watches. */
export interface Watch {
  /** The same for all who watch the same page. */
  readonly key: string;
  /** Reads the page, as an outsider sees it. */
  load(): Promise<readonly Lobby[]>;
}

interface Board {
  readonly watch: Watch;
  /** What each watcher has, as JSON; null: its answer is on its way. */
  readonly watchers: Map<HubConnection, string | null>;
  items: readonly Lobby[];
  json: string;
  /** Something may have changed since the page was read. */
  stale: boolean;
  loading: Promise<void> | null;
  timer: NodeJS.Timeout | null;
  pushedAtMs: number;
}

/** The pool of connections is for requests. */
const READS_AT_ONCE = 2;
const PUSH_EVERY_MS = 1_000 / LOBBIES_PUSH_PER_SECOND;

/**
 * Watched pages: one query for all who watch the same, and a push only where the page is another one than before. However
 * many different pages are watched, few are read at once: with too many, pushes come later, and nobody else waits.
 */
export class LobbyWatches {
  readonly #reads = new Turns(READS_AT_ONCE);
  readonly #boards = new Map<string, Board>();
  readonly #watched = new Map<HubConnection, Board>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Watches a page in place of the one before. Resolves to what is on it now. */
  async watch(connection: HubConnection, watch: Watch): Promise<readonly Lobby[]> {
    this.unwatch(connection);
    const board = this.#boards.get(watch.key) ?? emptyBoard(watch);
    this.#boards.set(watch.key, board);
    this.#watched.set(connection, board);
    board.watchers.set(connection, null);
    try {
      await this.#refresh(board);
    } catch (error) {
      this.unwatch(connection);
      throw error;
    }
    if (board.watchers.has(connection)) board.watchers.set(connection, board.json);
    return board.items;
  }

  /** Also when the socket is gone. */
  unwatch(connection: HubConnection): void {
    const board = this.#watched.get(connection);
    this.#watched.delete(connection);
    board?.watchers.delete(connection);
    if (board?.watchers.size === 0) this.#drop(board);
  }

  /** Some lobby has changed. */
  touch(): void {
    for (const board of this.#boards.values()) {
      board.stale = true;
      this.#arm(board);
    }
  }

  stop(): void {
    for (const connection of this.#watched.keys()) this.unwatch(connection);
  }

  #drop(board: Board): void {
    if (board.timer) clearTimeout(board.timer);
    this.#boards.delete(board.watch.key);
  }

  #arm(board: Board): void {
    const waitMs = Math.max(0, board.pushedAtMs + PUSH_EVERY_MS - performance.now());
    board.timer ??= setTimeout(() => {
      this.#push(board).catch((error: unknown) => {
        this.#onError(error);
        board.timer = null;
        if (board.watchers.size > 0) this.#arm(board);
      });
    }, waitMs).unref();
  }

  async #push(board: Board): Promise<void> {
    board.pushedAtMs = performance.now();
    await this.#refresh(board);
    // One object for all: it is encoded once.
    const message = { items: board.items };
    for (const [connection, has] of board.watchers) {
      if (has === null || has === board.json) continue;
      board.watchers.set(connection, board.json);
      connection.send('lobbies', message);
    }
    board.timer = null;
    if (board.stale && board.watchers.size > 0) this.#arm(board);
  }

  /** Reads the page again if something may have changed since it was read; whoever asks meanwhile shares that. */
  async #refresh(board: Board): Promise<void> {
    // A read that is under way may have begun before the change.
    await board.loading;
    if (board.stale) board.loading ??= this.#reads.run(() => this.#load(board));
    await board.loading;
  }

  async #load(board: Board): Promise<void> {
    board.stale = false;
    try {
      board.items = await board.watch.load();
      board.json = JSON.stringify(board.items);
    } catch (error) {
      board.stale = true;
      throw error;
    } finally {
      board.loading = null;
    }
  }
}

function emptyBoard(watch: Watch): Board {
  return {
    watch,
    watchers: new Map(),
    items: [],
    json: '',
    stale: true,
    loading: null,
    timer: null,
    pushedAtMs: -Infinity,
  };
}
