import type { GameTypes } from '../protocol/game-types.ts';
import { CurrentLobby } from './current-lobby.ts';
import { DropIns } from './drop-in.ts';
import { GyreError } from './gyre-error.ts';
import { HttpClient } from './http-client.ts';
import type { FetchFunction } from './http-client.ts';
import { HubPool } from './hub-pool.ts';
import type { HubHandlers } from './hub.ts';
import { firstFound, Listeners, LiveValue } from './live.ts';
import type { Live } from './live.ts';
import { LobbiesClient } from './lobbies-client.ts';
import type { AnyLobby, GameName, Lobbies, LobbyOptions } from './lobbies.ts';
import { MatchesClient } from './matches-client.ts';
import type { AnyMatch, Matches } from './matches.ts';
import type { Match } from './match.ts';
import { Routes } from './routes.ts';
import { pause } from './pause.ts';
import { Session } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedConditions } from './simulated-network.ts';
import type { WebSocketClass } from './socket.ts';
import { platformTiming } from './timing.ts';
import { Vault } from './vault.ts';
import type { StorageMode } from './vault.ts';
import type { GameView, JoinedLobbyView, NoticeView, PageView, PlayerView, PublicPlayerView } from './views.ts';

export interface GyreOptions {
  /** Where the service is: `https://play.example.com`, with a path if it lives below one. */
  readonly endpoint: string;
  /** Where the player's secrets are kept; left out: `device`. Without such a storage, as on Node, it is `memory`. */
  readonly storage?: StorageMode | undefined;
  /** Left out: the platform's. */
  readonly fetch?: FetchFunction | undefined;
  /** Left out: the platform's. */
  readonly WebSocket?: WebSocketClass | undefined;
  /** For development: a bad network. Left out: none. */
  readonly simulate?: SimulatedConditions | undefined;
}

/** Who is signed in, and where they are. */
export interface GyreStatus<Games extends GameTypes> {
  readonly player: PlayerView | null;
  /** The hub's connection: whether views are live. `closed` while nobody is signed in. */
  readonly connection: 'connecting' | 'connected' | 'reconnecting' | 'closed';
  readonly lobby: AnyLobby<Games> | null;
  /** The match that this client sits in. */
  readonly match: AnyMatch<Games> | null;
}

export interface Resumed<Games extends GameTypes> {
  readonly player: PlayerView;
  readonly lobby: AnyLobby<Games> | null;
  readonly match: AnyMatch<Games> | null;
}

/** How long {@link Gyre.resume} waits for a hub before it goes on without. */
const RESUME_PATIENCE_MS = 10_000;
/** Before another hub of a session that is alive after all. */
const SESSION_PAUSE_MS = 1_000;

/**
 * A player's connection to a Gyre service. `Games` is the type of the service's registry of games, from which every
 * setting, message and state has its type.
 */
export class Gyre<Games extends GameTypes = GameTypes> implements Live<GyreStatus<Games>> {
  readonly lobbies: Lobbies<Games>;
  readonly matches: Matches<Games>;
  readonly #status: LiveValue<GyreStatus<Games>>;
  readonly #notices = new Listeners<[NoticeView]>();
  readonly #ended = new AbortController();
  readonly #http: HttpClient;
  readonly #session: Session;
  readonly #hubs: HubPool;
  readonly #lobby: CurrentLobby;
  readonly #lobbies: LobbiesClient;
  readonly #dropIns: DropIns;
  readonly #matches: MatchesClient;
  readonly #network: SimulatedNetwork;
  /** Counts the greetings of the hub: how often it has told all that it tells on a connect. */
  readonly #greetings = new LiveValue(0);
  #games: Promise<readonly GameView<GameName<Games>>[]> | null = null;

  constructor(options: GyreOptions) {
    const endpoint = new URL(options.endpoint).href.replace(/\/$/, '');
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    const WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#http = new HttpClient({ endpoint, fetch, signal: this.#ended.signal });
    this.#session = new Session({
      http: this.#http,
      vault: new Vault(options.storage ?? 'device', endpoint),
      endpoint,
    });
    const api = this.#session;
    this.#network = new SimulatedNetwork(options.simulate ?? null);
    const parts = { api, endpoint, WebSocket, network: this.#network, routes: new Routes(), timing: platformTiming };
    this.#matches = new MatchesClient(parts);
    this.#lobby = new CurrentLobby({
      api,
      myId: () => this.player?.id ?? null,
      takeSeat: (matchId) => this.#matches.join(matchId),
    });
    this.#hubs = new HubPool({ ...parts, handlers: this.#handlers() });
    this.#lobbies = new LobbiesClient({ api, current: this.#lobby, hubs: this.#hubs });
    this.#dropIns = new DropIns({ lobbies: this.#lobbies, current: this.#lobby, timing: platformTiming });
    this.lobbies = this.#lobbies;
    this.matches = this.#matches;
    this.#status = new LiveValue<GyreStatus<Games>>({ player: null, connection: 'closed', lobby: null, match: null });
    this.#followParts();
  }

  get view(): GyreStatus<Games> {
    return this.#status.view;
  }

  get subscribe(): Live<GyreStatus<Games>>['subscribe'] {
    return this.#status.subscribe;
  }

  /** The signed-in player; null before. */
  get player(): PlayerView | null {
    return this.#session.player.view;
  }

  /** The lobby that the player is in; null: in none, or the hub hasn't told yet. */
  get lobby(): AnyLobby<Games> | null {
    return this.view.lobby;
  }

  /** The match that this client sits in. */
  get match(): AnyMatch<Games> | null {
    return this.view.match;
  }

  /** For development: the bad network that every frame goes through; null: none. May be set at any time. */
  get simulate(): SimulatedConditions | null {
    return this.#network.conditions;
  }

  set simulate(conditions: SimulatedConditions | null) {
    this.#network.conditions = conditions;
  }

  /** The server's time, in ms since 1970, for countdowns that end `…At`; this device's own until the hub has told. */
  serverNowMs(): number {
    return Date.now() + (this.#hubs.main?.clockOffsetMs ?? 0);
  }

  /**
   * Signs in without an account. The device's key, a secret of 256 bits, is drawn at the first time; later it brings
   * back the same player, and `displayName` (1–24 characters) is ignored then. Left out: `Guest-` and four digits.
   */
  async signInAsGuest({ displayName }: { readonly displayName?: string | undefined } = {}): Promise<PlayerView> {
    const before = this.player?.id;
    const player = await this.#session.signInAsGuest(displayName);
    if (before !== undefined && before !== player.id) this.#signedOut();
    this.#hubs.start();
    return player;
  }

  /**
   * Takes up where this device or tab stopped, after a reload or a crash: the same player, lobby and seat. Null if
   * nobody was signed in here, or the session has ended; signing in as a guest brings back the same player even then.
   */
  async resume(): Promise<Resumed<Games> | null> {
    const player = await this.#session.resume();
    if (!player) return null;
    const before = this.#greetings.view;
    this.#hubs.start();
    const patience = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(RESUME_PATIENCE_MS)]);
    if (before === 0) await firstFound(this.#greetings, (count) => (count > before ? count : null), patience);
    await this.#resumeLobby(player);
    await this.#resumeMatch(player);
    return { player, lobby: this.lobby, match: this.match };
  }

  /**
   * Ends the session, here and on the server, and closes every connection. The device's key stays, so that the same
   * guest can sign in again; `forget` drops it, and with it the only way to that guest.
   */
  async signOut({ forget = false }: { readonly forget?: boolean } = {}): Promise<void> {
    await this.#session.signOut(forget);
  }

  /** The games that the service runs. Asked once. */
  games(): Promise<readonly GameView<GameName<Games>>[]> {
    this.#games ??= this.#http
      .anonymous<PageView<GameView<GameName<Games>>>>({ method: 'GET', path: '/v1/games' })
      .then(({ items }) => items)
      .catch((error: unknown) => {
        this.#games = null;
        throw error;
      });
    return this.#games;
  }

  /**
   * The drop-in road: joins a lobby of the game or makes one by `create`, is ready, and resolves with the seat taken, in a match
   * that runs already if the game lets players in late. Whoever is in a lobby of this game stays in it, and plays on from there.
   * `signal` leaves the lobby again. Called once more on the way, it gives the same match.
   */
  async play<Name extends GameName<Games>>(
    game: Name,
    options: { readonly create?: LobbyOptions<Games[Name]>; readonly signal?: AbortSignal } = {},
  ): Promise<Match<Games[Name]>> {
    const { startMode } = (await this.games()).find(({ name }) => name === game) ?? { startMode: 'host' };
    // Strangers can't be left to wait for a host who isn't looking.
    const create = { startMode: startMode === 'instant' ? startMode : 'all-ready', ...options.create } as const;
    const { signal = new AbortController().signal } = options;
    return this.#dropIns.play({ game, create, signal });
  }

  /** Changes the signed-in player's name, 1–24 characters. */
  async updateProfile(change: { readonly displayName: string }): Promise<PlayerView> {
    const player = await this.#session.call<PlayerView>({ method: 'PATCH', path: '/v1/players/me', body: change });
    this.#session.player.set(player);
    return player;
  }

  getPlayer(playerId: string): Promise<PublicPlayerView> {
    return this.#session.call({ method: 'GET', path: `/v1/players/${encodeURIComponent(playerId)}` });
  }

  /** Calls `listener` for each notice of the service to its player. */
  onNotice(listener: (notice: NoticeView) => void): () => void {
    return this.#notices.add(listener);
  }

  /** Closes every connection without leaving or signing out: what closing the tab does. The client is of no use then. */
  close(): void {
    this.#ended.abort();
    this.#hubs.stop();
    this.#hubs.fail();
    this.#matches.reset('closed');
    this.#lobby.reset('client-closed');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** For when the hub doesn't come up in time. */
  async #resumeLobby({ lobbyId }: PlayerView): Promise<void> {
    if (this.#greetings.view > 0 || lobbyId === null) return;
    const path = `/v1/lobbies/${lobbyId}`;
    const view = await this.#session.call<JoinedLobbyView>({ method: 'GET', path }).catch(unlessOver);
    if (view) this.#lobby.learned(view.rev, view, null);
  }

  async #resumeMatch({ matchId }: PlayerView): Promise<void> {
    const id = this.#greetings.view > 0 ? this.#matches.playing.view?.id : matchId;
    if (!id) return;
    await this.#matches.join(id).catch(unlessOver);
  }

  #handlers(): HubHandlers {
    return {
      lobby: (rev, lobby, reason) => this.#lobby.learned(rev, lobby, reason),
      match: (rev, match) => this.#matches.learned(rev, match),
      chat: (lobbyId, message) => this.#lobby.said(lobbyId, message),
      notice: (notice) => this.#notices.call(notice),
      greeted: () => this.#greeted(),
      signedOut: () => void this.#checkSession(),
    };
  }

  /** The hub was closed for good. Another tab may have signed in anew since: then this one goes on with that session. */
  async #checkSession(): Promise<void> {
    const before = this.player?.id;
    this.#hubs.stop();
    if (!(await this.#session.isAlive())) return;
    if (this.player?.id !== before) this.#signedOut();
    await pause(SESSION_PAUSE_MS, this.#ended.signal);
    if (!this.#ended.signal.aborted && this.player) this.#hubs.start();
  }

  #greeted(): void {
    this.#greetings.set(this.#greetings.view + 1);
    // The next greeting tries again; until then there is only a gap in what is shown.
    this.#lobby.live.view?.chat.catchUp().catch(() => undefined);
  }

  #followParts(): void {
    const set = (change: Partial<GyreStatus<Games>>): void => this.#status.set({ ...this.#status.view, ...change });
    this.#session.player.subscribe((player) => {
      set({ player });
      if (player === null) this.#signedOut();
    });
    this.#hubs.connection.subscribe((connection) => set({ connection }));
    this.#lobby.live.subscribe((lobby) => set({ lobby }));
    this.#matches.current.subscribe((match) => set({ match }));
  }

  #signedOut(): void {
    this.#hubs.stop();
    this.#greetings.set(0);
    this.#matches.reset('signed-out');
    this.#lobby.reset('signed-out');
  }
}

/** What is over or gone is no reason not to come back; being shut out is. */
function unlessOver(error: unknown): null {
  if (!GyreError.is(error) || error.code === 'closed' || error.code === 'signed-out') throw error;
  return null;
}
