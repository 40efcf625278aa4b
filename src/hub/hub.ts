import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { CloseCode } from '../../protocol/close-codes.ts';
import { JsonObject } from '../../protocol/shapes.ts';
import { canonicalJson } from '../http/canonical-json.ts';
import { asProblemError, ProblemError } from '../http/problem.ts';
import { parseOrProblem } from '../http/zod-problem.ts';
import type { Bus } from '../cluster/ports.ts';
import type { LobbyList } from '../lobbies/lobby-list.ts';
import type { PresencePort } from '../matches/ports.ts';
import type { HubAdmission, HubConnection, HubExit, HubService } from '../realtime/ports.ts';
import { sessions } from '../store/schema.ts';
import { ChatFeed } from './chat-feed.ts';
import type { HubRights } from './hub-rights.ts';
import { LobbyWatches } from './lobby-watches.ts';
import { PlayerFeeds, type PlayerFeedsParts } from './player-feeds.ts';

export interface HubParts extends PlayerFeedsParts {
  readonly bus: Bus;
  readonly rights: HubRights;
  readonly lists: Pick<LobbyList, 'parseWatch' | 'read'>;
  readonly presence: PresencePort;
}

/** Nudges may be lost; then a hub is behind for this long at most. */
const RECHECK_MS = 5_000;
/** A socket that was admitted is ready long before, or gone. */
const ENDED_KEPT_MS = 60_000;
/** Enough for the devices and tabs of one person; each costs memory, and a message with every change. */
const MAX_SOCKETS_PER_PLAYER = 16;
/** Requests of one socket that may wait for their answers: a client that asks for more has not read those it has. */
const MAX_WAITING_REQUESTS = 8;
/** Nobody's id: what an outsider sees. */
const OUTSIDER = '';

const WatchRequest = z.strictObject({
  where: JsonObject,
  sort: z.string().optional(),
  limit: z.int().optional(),
});
const UnwatchRequest = z.strictObject({});

/** What is behind the hub's sockets: it shows players what becomes of their lobby and match, and lists that they watch. */
export class Hub implements HubService {
  readonly #parts: HubParts;
  readonly #feeds: PlayerFeeds;
  readonly #watches: LobbyWatches;
  readonly #chat: ChatFeed;
  /** In the order in which they came. */
  readonly #open = new Set<HubConnection>();
  readonly #waiting = new WeakMap<HubConnection, number>();
  readonly #requests: Readonly<Record<string, (connection: HubConnection, payload: unknown) => Promise<unknown>>>;
  #unsubscribe: (() => void)[] = [];
  /** Sign-ins that have ended a short while ago. */
  readonly #endedAtMs = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#feeds = new PlayerFeeds(parts);
    this.#watches = new LobbyWatches(parts.onError);
    this.#chat = new ChatFeed({ ...parts, socketsOf: (playerId) => this.#feeds.greeted(playerId) });
    this.#requests = {
      watch: (connection, payload) => this.#watch(connection, payload),
      unwatch: async (connection, payload) => this.#unwatch(connection, payload),
    };
  }

  /** Listens to the bus from now on. */
  start(): void {
    const { bus } = this.#parts;
    const recheck = () => void this.recheck().catch(this.#parts.onError);
    this.#unsubscribe = [
      bus.subscribe('player', ({ playerId, exit }) => this.#feeds.touch(playerId, exit)),
      bus.subscribe('lobby', ({ lobbyId }) => {
        this.#feeds.touchLobby(lobbyId);
        this.#watches.touch();
      }),
      bus.subscribe('match', ({ matchId }) => this.#feeds.touchMatch(matchId)),
      bus.subscribe('chat', ({ messageId }) => this.#chat.said(messageId)),
      bus.subscribe('session', ({ sessionId }) => this.#signedOut(new Set([sessionId]))),
      bus.onReturn(recheck),
    ];
    this.#timer = setInterval(recheck, RECHECK_MS).unref();
  }

  /** Tells nobody anything more. Sockets are the caller's to close. */
  async stop(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    if (this.#timer) clearInterval(this.#timer);
    this.#watches.stop();
    await Promise.all([this.#feeds.stop(), this.#chat.stop()]);
  }

  admit(sessionId: string, token: string | null): HubAdmission | null | Promise<HubAdmission | null> {
    const { rights } = this.#parts;
    const admission = rights.use(sessionId, token);
    if (admission !== null || token === null) return admission;
    const identity = rights.ofBefore(sessionId, token);
    return identity === null ? null : this.#readmit(sessionId, { ...identity, reconnectionToken: token });
  }

  connected(connection: HubConnection): void {
    // Since it was admitted: until now it was told nothing.
    if (this.#endedAtMs.has(connection.authSessionId)) {
      connection.close(CloseCode.signedOut);
      return;
    }
    this.#makeRoom(connection.playerId);
    this.#open.add(connection);
    this.#parts.presence.socket(connection.playerId, 1);
    this.#feeds.add(connection);
  }

  disconnected(connection: HubConnection, exit: HubExit): void {
    // A newer socket of the same right has it now.
    if (exit !== 'replaced') this.#parts.rights.released(connection.sessionId, { forGood: exit === 'left' });
    // It may never have become ready.
    if (!this.#open.delete(connection)) return;
    this.#feeds.remove(connection);
    this.#watches.unwatch(connection);
    this.#parts.presence.socket(connection.playerId, -1);
  }

  knows(name: string): boolean {
    return Object.hasOwn(this.#requests, name);
  }

  async request(connection: HubConnection, name: string, payload: unknown): Promise<unknown> {
    const answer = this.knows(name) ? this.#requests[name] : undefined;
    if (!answer) throw new ProblemError('invalid-request', `The hub knows no request "${name}".`);
    const waiting = this.#waiting.get(connection) ?? 0;
    if (waiting >= MAX_WAITING_REQUESTS) {
      throw new ProblemError('rate-limited', `${waiting} requests of this socket wait for their answers.`);
    }
    this.#waiting.set(connection, waiting + 1);
    try {
      return await answer(connection, payload);
    } catch (error) {
      const problem = asProblemError(error);
      if (problem.status >= 500) this.#parts.onError(error);
      throw problem;
    } finally {
      this.#waiting.set(connection, (this.#waiting.get(connection) ?? 1) - 1);
    }
  }

  /**
   * Catches up with what lost nudges would have told: views, watched lists, ended sign-ins. Done every few seconds, and
   * when the bus was away and is back.
   */
  async recheck(): Promise<void> {
    this.#forgetEnded();
    this.#watches.touch();
    await this.#feeds.recheck();
    await this.#recheckSessions();
  }

  /** Resolves when everyone has been told what is known to have changed. */
  async idle(): Promise<void> {
    await Promise.all([this.#feeds.idle(), this.#chat.idle()]);
  }

  async #watch(connection: HubConnection, payload: unknown): Promise<unknown> {
    const query = this.#parts.lists.parseWatch(parseOrProblem(WatchRequest, payload, { pointer: '#' }));
    const load = async () => (await this.#parts.lists.read(query, OUTSIDER)).items;
    const items = await this.#watches.watch(connection, { key: canonicalJson(query), load });
    // Gone while its page was read.
    if (!this.#open.has(connection)) this.#watches.unwatch(connection);
    return { items };
  }

  #unwatch(connection: HubConnection, payload: unknown): unknown {
    parseOrProblem(UnwatchRequest, payload ?? {}, { pointer: '#' });
    this.#watches.unwatch(connection);
    return {};
  }

  /** A client of the process before this one: its token is as good as its sign-in. */
  async #readmit(sessionId: string, admission: HubAdmission): Promise<HubAdmission | null> {
    const [signedIn] = await this.#parts.db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, admission.authSessionId), isNull(sessions.endedAt)));
    return signedIn ? this.#parts.rights.renew(sessionId, admission) : null;
  }

  /** Those that came first go first: a client that is still there asks for another right, and the newest device counts. */
  #makeRoom(playerId: string): void {
    const theirs = this.#feeds.connections(playerId);
    for (const oldest of theirs.slice(0, Math.max(0, theirs.length + 1 - MAX_SOCKETS_PER_PLAYER))) {
      oldest.close(CloseCode.replaced);
    }
  }

  #signedOut(authSessionIds: ReadonlySet<string>): void {
    for (const id of authSessionIds) {
      this.#parts.rights.revoke(id);
      this.#endedAtMs.set(id, this.#parts.clock.now().getTime());
    }
    for (const connection of this.#open) {
      if (authSessionIds.has(connection.authSessionId)) connection.close(CloseCode.signedOut);
    }
  }

  #forgetEnded(): void {
    const beforeMs = this.#parts.clock.now().getTime() - ENDED_KEPT_MS;
    for (const [id, endedAtMs] of this.#endedAtMs) if (endedAtMs < beforeMs) this.#endedAtMs.delete(id);
  }

  async #recheckSessions(): Promise<void> {
    const ids = new Set([...this.#open].map((connection) => connection.authSessionId));
    if (ids.size === 0) return;
    const ended = await this.#parts.db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(sql`${sessions.id} = any(${sql.param([...ids])})`, isNotNull(sessions.endedAt)));
    this.#signedOut(new Set(ended.map(({ id }) => id)));
  }
}
