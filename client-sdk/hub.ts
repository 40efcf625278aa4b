import { HUB_ROOM } from '../protocol/hub.ts';
import { hubVerdict } from './close-verdict.ts';
import { asGyreError } from './gyre-error.ts';
import type { GyreError } from './gyre-error.ts';
import { LiveValue } from './live.ts';
import type { Live } from './live.ts';
import type { FlatWhere } from './lobby-filter.ts';
import { pause } from './pause.ts';
import { RoomLink } from './room-link.ts';
import type { LinkEnd, LinkParts, LinkStatus } from './room-link.ts';
import type { SeatGrant } from './seat-grant.ts';
import type { Api } from './session.ts';
import type { ChatMessageView, JoinedLobbyView, LobbySummary, MatchView, NoticeView } from './views.ts';
import type { LobbyExitReason } from '../protocol/states.ts';

export interface HubHandlers {
  lobby(rev: number, lobby: JoinedLobbyView | null, reason: LobbyExitReason | null): void;
  match(rev: number, match: MatchView | null): void;
  chat(lobbyId: string, message: ChatMessageView): void;
  notice(notice: NoticeView): void;
  /** The hub has told everything that it tells on each connect. */
  greeted(): void;
  /** The session ended: signed out elsewhere, or banned. */
  signedOut(): void;
}

export interface HubOptions extends LinkParts {
  readonly api: Api;
  readonly handlers: HubHandlers;
}

/** What is watched: the wire's form of a lobby query. */
export interface WatchRequest {
  readonly where: FlatWhere;
  readonly sort?: string;
  readonly limit?: number;
}
export interface Watcher {
  items(items: readonly LobbySummary[]): void;
  /** The server won't have this query; nothing more comes. */
  failed(error: GyreError): void;
}

const PING_EVERY_MS = 10_000;
const WATCH_RETRY_MS = 1_000;
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['signed-out', 'banned', 'closed']);

/** The WebSocket that a signed-in player keeps open. Comes back for ever, until it is stopped. */
export class Hub {
  readonly #options: HubOptions;
  readonly #link: RoomLink<unknown>;
  readonly #ended = new AbortController();
  /** The server's clock minus this device's, in ms. */
  readonly #clockOffsetMs = new LiveValue(0);
  #watch: { readonly request: WatchRequest; readonly watcher: Watcher } | null = null;
  /** What is told of a page is told of the one that is watched. */
  #isAnswered = false;
  #joined = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#link = new RoomLink<unknown>({
      ...options,
      name: HUB_ROOM,
      ask: () => options.api.call<SeatGrant>({ method: 'POST', path: '/v1/hub', once: true }),
      isFinal: ({ status, code }) => status === 401 || FINAL_REFUSALS.has(code),
      verdict: hubVerdict,
      pingEveryMs: PING_EVERY_MS,
      onJoined: () => this.#onJoined(),
      onDropped: () => {
        this.#joined = false;
      },
      onMessage: (type, payload) => this.#message(type, payload),
      onEnd: (end) => this.#onEnd(end),
    });
    void this.#link.run();
  }

  get status(): Live<LinkStatus> {
    return this.#link.status;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs.view;
  }

  get isWatching(): boolean {
    return this.#watch !== null;
  }

  /** Watches a page of lobbies, in place of the one before; null: none. Kept up over reconnects. */
  watch(watch: { readonly request: WatchRequest; readonly watcher: Watcher } | null): void {
    this.#watch = watch;
    this.#isAnswered = false;
    if (!this.#joined) return;
    if (watch) void this.#askToWatch();
    // It fails only with the connection, and the next one watches nothing by itself.
    else this.#link.room.ask('unwatch', {}, () => undefined).catch(() => undefined);
  }

  stop(): void {
    this.#ended.abort();
    this.#link.end();
  }

  #onJoined(): void {
    this.#joined = true;
    this.#isAnswered = false;
    if (this.#watch) void this.#askToWatch();
  }

  async #askToWatch(): Promise<void> {
    const watch = this.#watch;
    if (!watch) return;
    try {
      await this.#link.room.ask('watch', watch.request, (answer) => {
        if (this.#watch !== watch) return;
        this.#isAnswered = true;
        watch.watcher.items((answer as LobbiesMessage).items);
      });
    } catch (caught) {
      const error = asGyreError(caught);
      if (this.#watch !== watch) return;
      if (!error.retryable) return watch.watcher.failed(error);
      await pause(error.retryAfterMs ?? WATCH_RETRY_MS, this.#ended.signal);
      if (this.#joined && this.#watch === watch && !this.#ended.signal.aborted) await this.#askToWatch();
    }
  }

  #onEnd(end: LinkEnd): void {
    this.#ended.abort();
    if ('error' in end && end.error.code === 'closed') return;
    this.#options.handlers.signedOut();
  }

  #message(type: string, payload: unknown): void {
    const { handlers } = this.#options;
    switch (type) {
      case 'hello':
        this.#clockOffsetMs.set(Date.parse((payload as Hello).serverTimeAt) - Date.now());
        break;
      case 'lobby': {
        const { rev, lobby, reason } = payload as LobbyMessage;
        handlers.lobby(rev, lobby, reason);
        break;
      }
      case 'match': {
        const { rev, match } = payload as MatchMessage;
        handlers.match(rev, match);
        handlers.greeted();
        break;
      }
      case 'lobbies':
        if (this.#isAnswered) this.#watch?.watcher.items((payload as LobbiesMessage).items);
        break;
      case 'chat': {
        const { lobbyId, message } = payload as { lobbyId: string; message: ChatMessageView };
        handlers.chat(lobbyId, message);
        break;
      }
      case 'notice':
        handlers.notice(payload as NoticeView);
        break;
      default:
        // A newer server's: clients ignore what they don't know.
        break;
    }
  }
}

interface Hello {
  readonly serverTimeAt: string;
}
interface LobbyMessage {
  readonly rev: number;
  readonly lobby: JoinedLobbyView | null;
  readonly reason: LobbyExitReason | null;
}
interface LobbiesMessage {
  readonly items: readonly LobbySummary[];
}
interface MatchMessage {
  readonly rev: number;
  readonly match: MatchView | null;
}
