/**
 * What can be inferred from a game's definition, structurally: neither zod nor the schema package is imported, so
 * that a client's types stay small.
 */
interface Typed {
  readonly _zod: {
    readonly input: unknown;
    readonly output: unknown;
  };
}
/** The parts of a game definition that clients use. `defineGame()` returns one. */
interface GameType {
  readonly name: string;
  readonly state: {
    readonly '~type': object;
  };
  readonly settings: Typed;
  readonly messages: Readonly<Record<string, Typed>>;
  readonly events: Readonly<Record<string, Typed>>;
  readonly refusals: readonly string[];
}
/** A registry of games, by name: `typeof games`. */
type GameTypes = Readonly<Record<string, GameType>>;
type StateOf<Game extends GameType> = Game['state']['~type'];
type SettingsOf<Game extends GameType> = Game['settings']['_zod']['output'];
/** Settings as a host may write them: all optional. */
type SettingsInputOf<Game extends GameType> = Game['settings']['_zod']['input'];
type MessageNameOf<Game extends GameType> = keyof Game['messages'] & string;
type PayloadOf<Game extends GameType, Name extends MessageNameOf<Game>> = Game['messages'][Name]['_zod']['input'];
type EventNameOf<Game extends GameType> = keyof Game['events'] & string;
type EventOf<Game extends GameType, Name extends EventNameOf<Game>> = Game['events'][Name]['_zod']['output'];
type RefusalOf<Game extends GameType> = Game['refusals'][number];
/** Arguments after a message's name: none where the payload is `undefined`. */
type PayloadArgs<Game extends GameType, Name extends MessageNameOf<Game>> = undefined extends PayloadOf<Game, Name> ? [payload?: PayloadOf<Game, Name>] : [payload: PayloadOf<Game, Name>];
type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;
/**
 * Something that changes while one looks at it.
 *
 * `view` is immutable: a change gives another object. `subscribe` calls its listener at once with the present view and
 * again after each change, until the function that it gives back is called. Both work detached from their object, so
 * `useSyncExternalStore(live.subscribe, () => live.view)` needs no binding.
 */
interface Live<View> {
  readonly view: View;
  readonly subscribe: (listener: (view: View) => void) => () => void;
}
/** Closed sets of the contract. An illegal move between states is 409 `wrong-state`. */
declare const LOBBY_STATES: readonly ['open', 'countdown', 'starting', 'in-match', 'closed'];
type LobbyState = (typeof LOBBY_STATES)[number];
/** Why a lobby last fell back to `open`. */
declare const LOBBY_REASONS: readonly ['cancelled', 'player-left', 'player-not-ready', 'no-capacity', 'room-failed', 'seat-failed', 'match-abandoned'];
type LobbyReason = (typeof LOBBY_REASONS)[number];
declare const START_MODES: readonly ['host', 'all-ready', 'instant'];
type StartMode = (typeof START_MODES)[number];
declare const MATCH_STATES: readonly ['reserved', 'playing', 'finished', 'abandoned'];
type MatchState = (typeof MATCH_STATES)[number];
declare const ABANDON_REASONS: readonly ['deploy', 'incompatible-build', 'crashed', 'ended-by-operator'];
type AbandonReason = (typeof ABANDON_REASONS)[number];
/** Why a player is no longer in the lobby, in the hub's `lobby` message. */
declare const LOBBY_EXIT_REASONS: readonly ['left', 'kicked', 'closed', 'expired'];
type LobbyExitReason = (typeof LOBBY_EXIT_REASONS)[number];
/** Where a player's secrets are kept between page loads. */
/**
 * - `device`: localStorage: all tabs of this browser are the same player, also after a restart.
 * - `tab`: sessionStorage: each tab is a player of its own, also after a reload.
 * - `memory`: gone with the page or process; for tests and tools.
 * - or an own storage, for a platform that has neither.
 */
type StorageMode = 'device' | 'tab' | 'memory' | KeyValueStorage;
/** The part of the browser's `Storage` that is used. */
interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
/** The answer to a request: refused by the game's rules, or not. */
type RequestReply<Refusal extends string = string> = {
  readonly ok: true;
} | {
  readonly ok: false;
  readonly refused: Refusal;
};
interface Placement {
  readonly seatIndex: number;
  readonly playerId: string | null;
  /** 1 is best; equal places are a draw: 1, 1, 3. */
  readonly place: number;
  readonly score: number | null;
}
interface MatchResult {
  readonly placements: readonly Placement[];
  readonly data: Readonly<Record<string, unknown>>;
}
/** What the server says, as plain immutable data. Times named `…At` are RFC 3339, UTC. */
/** The signed-in player. */
interface PlayerView {
  readonly id: string;
  readonly displayName: string;
  readonly kind: 'guest';
  readonly createdAt: string;
  readonly lobbyId: string | null;
  /** null until the match is playing. */
  readonly matchId: string | null;
}
/** What others see of a player. */
interface PublicPlayerView {
  readonly id: string;
  readonly displayName: string;
}
/** Free data of a lobby or member: `public` for everyone who may see the lobby, `members` for its members. */
interface DataView {
  readonly public: Readonly<Record<string, unknown>>;
  readonly members?: Readonly<Record<string, unknown>>;
}
interface TeamView {
  readonly name: string;
  readonly maxPlayers: number;
}
interface LobbyMemberView {
  readonly playerId: string;
  readonly displayName: string;
  readonly ready: boolean;
  readonly team: string | null;
  readonly connected: boolean;
  readonly joinedAt: string;
  readonly data: DataView;
}
/** A lobby as it is in lists. */
interface LobbySummary<Game extends GameType = GameType> {
  readonly id: string;
  readonly version: number;
  readonly game: Game['name'];
  readonly name: string;
  readonly state: LobbyState;
  /** Why it last fell back to `open`. */
  readonly reason: LobbyReason | null;
  readonly locked: boolean;
  readonly private: boolean;
  readonly hasPassword: boolean;
  readonly hostId: string;
  readonly startMode: StartMode;
  readonly minPlayers: number;
  readonly maxPlayers: number;
  readonly memberCount: number;
  readonly openSlots: number;
  readonly teams: readonly TeamView[];
  readonly settings: Readonly<SettingsOf<Game>>;
  readonly data: DataView;
  readonly countdownEndsAt: string | null;
  readonly matchId: string | null;
  readonly lastMatchId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
/** A single lobby. `code` is there for its members. */
interface LobbyView<Game extends GameType = GameType> extends LobbySummary<Game> {
  readonly members: readonly LobbyMemberView[];
  readonly code?: string;
  readonly rev?: number;
}
/** The lobby that the player is in. */
interface JoinedLobbyView<Game extends GameType = GameType> extends LobbyView<Game> {
  /** What others join it by, also if it is private. */
  readonly code: string;
  readonly rev: number;
}
interface ChatMessageView {
  readonly id: string;
  readonly playerId: string;
  readonly displayName: string;
  readonly text: string;
  readonly sentAt: string;
}
interface MatchSeatView {
  readonly index: number;
  readonly playerId: string | null;
  readonly displayName: string;
  readonly team: string | null;
  readonly isBot: boolean;
}
/** A match as REST and the hub tell of it; its live state is the {@link Match}'s. */
interface MatchView<Game extends GameType = GameType> {
  readonly id: string;
  readonly version: number;
  readonly game: Game['name'];
  readonly lobbyId: string | null;
  readonly state: MatchState;
  /** When abandoned; else null. */
  readonly reason: AbandonReason | null;
  readonly settings: Readonly<SettingsOf<Game>>;
  readonly seats: readonly MatchSeatView[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly result: MatchResult | null;
}
/** A game that the service runs. */
interface GameView<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  readonly minPlayers: number;
  readonly maxPlayers: number;
  readonly teams: readonly TeamView[];
  readonly startMode: StartMode;
  readonly lateJoin: boolean;
  readonly spectators: boolean;
  /** Keys under `data.public` that lists can be filtered by. */
  readonly lobbyKeys: readonly string[];
  /** JSON Schema of the settings. */
  readonly settingsSchema: Readonly<Record<string, unknown>>;
  readonly defaultSettings: Readonly<Record<string, unknown>>;
}
/** A page of a list; `nextCursor` is null on the last one. */
interface PageView<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
/** Something that the service or its operator tells the player. */
interface NoticeView {
  readonly code: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}
/** A lobby's chat: `view` has the messages that are known here, oldest first. */
interface Chat extends Live<readonly ChatMessageView[]> {
  /** 1–500 characters. */
  send(text: string): Promise<ChatMessageView>;
  /** Brings up to `limit` (1–100, default 50) messages from before those in `view`; false if there are no more. */
  loadHistory(limit?: number): Promise<boolean>;
}
/** How what others do is shown: a little late, between two states that have arrived. */
interface InterpolateOptions<Game extends GameType, Sample> {
  /** What is shown of a state, by keys that stay the same. A sample is a plain copy, not an instance of the state. */
  readonly of: (state: StateOf<Game>) => Iterable<readonly [key: string, sample: Sample]>;
  /**
   * The sample `share` of the way between two. Where there is nothing newer, `share` goes beyond 1 for a short while. A
   * teleport is its business: it may give `to` for samples that are too far apart.
   */
  readonly mix: (from: Sample, to: Sample, share: number) => Sample;
  /** How late it is shown, in ms. Left out or `auto`: one step of the room, and what three of four states are late by at most; 300 at most. */
  readonly delayMs?: number | 'auto' | undefined;
  /** How far it is shown beyond the newest state, in ms. 0: not at all. Left out: 100. */
  readonly extrapolateMs?: number | undefined;
}
/** What others do, as it is to be drawn. */
interface Interpolation<Sample> {
  /** What to draw now. Empty before the first state. */
  at(): ReadonlyMap<string, Sample>;
  /**
   * The match time that is being shown, in ms: what the player saw when a shot was fired, for the room to look back to. null
   * before the first state.
   */
  seenMs(): number | null;
  /** How late it is shown at present, in ms. */
  readonly delayMs: number;
  /** Keeps no more states. */
  stop(): void;
}
/** How the connection to a room does, for overlays. Rates are of the last 5 s. */
interface NetStats {
  /** Round trip, averaged, in ms; null before the first measurement. */
  readonly pingMs: number | null;
  /** By how much one state in ten, or more, is late, in ms; 0 for a game that doesn't time its patches. */
  readonly jitterMs: number;
  /** Steps a second, as the room times them; null for a game without a tick rate. */
  readonly tickRateHz: number | null;
  readonly patchesPerSecond: number;
  /** What arrives. */
  readonly bytesPerSecond: number;
  /** Inputs that the room has not consumed yet. */
  readonly pendingInputs: number;
  /** Of all predictions of this match, in the last minute. */
  readonly correctionsLastMinute: number;
  /** How far off the last prediction was; null before the first comparison. */
  readonly lastError: number | null;
}
/** How a client runs ahead of its room: by the game's own rule, on a plain copy of what is its own. */
interface PredictOptions<Game extends GameType, Name extends MessageNameOf<Game>, Own extends object> {
  /** The message whose effect is foreseen. */
  readonly input: Name;
  /** A plain copy of what is this player's own; null while there is nothing, before a spawn for instance. */
  readonly own: (state: StateOf<Game>, seatIndex: number) => Own | null;
  /**
   * The game's rule, as the room runs it: what one input makes of `own`. It gets a copy of its own and may change that. It
   * must round as the fields of the state do, or replays differ by that much.
   */
  readonly step: (own: Own, payload: PayloadOf<Game, Name>, state: StateOf<Game>) => Own;
  /** How far apart two are. Left out: the greatest difference of two numbers at the same place. */
  readonly distance?: ((one: Own, other: Own) => number) | undefined;
  /** A difference up to this is none. Left out: 0.001. */
  readonly tolerance?: number | undefined;
  /** `share` (0–1) of the way between two. Left out: numbers at the same place are mixed, everything else is `to`'s. */
  readonly mix?: ((from: Own, to: Own, share: number) => Own) | undefined;
  /** How long a correction glides, in ms. 0: it jumps. Left out: 100. */
  readonly smoothMs?: number | undefined;
  /** How long `view` takes to arrive where a push leads, in ms. 0: it jumps. Left out: the time between pushes, at most 100. */
  readonly glideMs?: number | undefined;
}
/** What one player does, shown before the room has answered. */
interface Prediction<Payload, Own extends object> {
  /**
   * Applies an input at once and sends it, consumed exactly once. False, and nothing happens, while the connection is lost
   * or the match is closed. Throws as `match.send` does.
   */
  push(payload: Payload): boolean;
  /** What to draw now; null while there is nothing. */
  readonly view: Own | null;
  /** Where the inputs so far lead, without smoothing; null while there is nothing. */
  readonly own: Own | null;
  readonly stats: PredictionStats;
  /** No more inputs are taken; what was pushed stays sent. */
  stop(): void;
}
interface PredictionStats {
  /** Inputs that the room has not consumed yet. */
  readonly pending: number;
  /** How often what was foreseen was compared with what the room made of it. */
  readonly compared: number;
  /** How often it was not the same. */
  readonly corrections: number;
  readonly correctionsLastMinute: number;
  /** The distances of the last 256 comparisons, 0 where there was no difference, newest last. */
  readonly errors: readonly number[];
  /** Corrections by their distance: up to each power of two. */
  readonly histogram: readonly {
    readonly upTo: number;
    readonly count: number;
  }[];
}
/**
 * Why a match is closed for this client:
 * - `finished`: it has a result;
 * - `abandoned`: it ended without one; `incompatible-build` is one way to;
 * - `left`: its player left on purpose, here or elsewhere;
 * - `seat-given-up`: away for longer than the game waits;
 * - `replaced`: the same seat was taken on another tab or device;
 * - `kicked`, `banned`, `signed-out`;
 * - `bad-input`, `too-many-messages`: the room closed us for what we sent;
 * - `not-found`: there is no such match for this player;
 * - `closed`: `gyre.close()` was called.
 */
type MatchCloseReason = 'finished' | 'abandoned' | 'incompatible-build' | 'left' | 'seat-given-up' | 'replaced' | 'kicked' | 'banned' | 'signed-out' | 'bad-input' | 'too-many-messages' | 'not-found' | 'closed';
interface MatchStatus {
  /** `reconnecting` may take as long as the server is away; inputs wait meanwhile. */
  readonly connection: 'connected' | 'reconnecting' | 'closed';
  /** Round trip to the room, averaged, in ms; null before the first measurement. */
  readonly pingMs: number | null;
  /** This player's seat; null for a spectator. */
  readonly seatIndex: number | null;
  /**
   * Which life of the room this is: higher when another process, or another start of it, has taken over. Its time stood
   * still in between, which it doesn't when only the connection was lost. null before the first connection.
   */
  readonly epoch: number | null;
  /** Why `connection` is `closed`; null before. */
  readonly closeReason: MatchCloseReason | null;
}
/**
 * A match that this client sits in, or watches: then its `seatIndex` is null, and `send`, `request` and `predict` fail with
 * `spectator`. It comes back by itself, for as long as the seat is there.
 */
interface Match<Game extends GameType = GameType> extends Live<MatchStatus> {
  readonly id: string;
  readonly game: Game['name'];
  /** Players, settings and times, as REST and the hub tell of them. */
  readonly info: MatchView<Game>;
  /**
   * The room's state, decoded: a mirror to read. It is the same instance for the whole match, changed in place by each
   * patch, also over reconnects.
   */
  readonly state: StateOf<Game>;
  /**
   * The match's time in ms, which what is due in the state is told in (`turnEndsAtMs`): an estimate of what it is in the room
   * now. It never runs backwards, but for a room's next life, stands still while the connection is lost, and goes on from what
   * the room says. null before the first connection. To be drawn by, not to be counted on.
   */
  nowMs(): number | null;
  /** Calls `listener` at once with the present state, and after each patch. */
  onPatch(listener: (state: StateOf<Game>) => void): () => void;
  /** Calls `listener` for each event of this name that the room sends. */
  on<Name extends EventNameOf<Game>>(name: Name, listener: (event: EventOf<Game, Name>) => void): () => void;
  /**
   * Sends an input that needs no answer. It is consumed exactly once, in order with all others, also if the connection
   * or the room's process is lost in between. Ignored once the match is closed.
   * Throws `message-too-large`, `queue-full`, and `spectator` without a seat.
   */
  send<Name extends MessageNameOf<Game>>(name: Name, ...payload: PayloadArgs<Game, Name>): void;
  /**
   * Sends an input and resolves with what the game's rules said to it. Consumed exactly once, like {@link send}; the
   * promise outlives lost connections. Rejects with `match-closed`, `match-abandoned` or `left` if the match ends first.
   */
  request<Name extends MessageNameOf<Game>>(name: Name, ...payload: PayloadArgs<Game, Name>): Promise<RequestReply<RefusalOf<Game>>>;
  /**
   * Shows what this player does before the room has answered, by running the game's own rule on a copy. Rejected inputs and
   * whatever else happens in the room correct it. Throws `spectator` without a seat.
   */
  predict<Name extends MessageNameOf<Game>, Own extends object>(options: PredictOptions<Game, Name, Own>): Prediction<PayloadOf<Game, Name>, Own>;
  /** Shows what others do smoothly: a little late, between two states that have arrived. */
  interpolate<Sample>(options: InterpolateOptions<Game, Sample>): Interpolation<Sample>;
  /** How the connection does at present. `showNetOverlay` draws it. */
  netStats(): NetStats;
  /** Leaves for good: the seat is given up. Resolves when the room knows, or after 5 s without an answer; a spectator at once. */
  leave(): Promise<void>;
  /**
   * The result, once it is durable, by whatever road it comes. Rejects with `match-abandoned`, `left`, or `match-closed`
   * if this client is shut out before there is one.
   */
  readonly result: Promise<MatchResult>;
  /** Resolves when the connection has ended for good. Never rejects. */
  readonly closed: Promise<MatchCloseReason>;
}
type Nullable<Fields> = { readonly [Field in keyof Fields]?: Fields[Field] | null | undefined; };
/** A merge-patch of free data: null removes a key; a scope that is null is emptied. */
interface DataChange {
  readonly public?: Readonly<Record<string, unknown>> | null | undefined;
  readonly members?: Readonly<Record<string, unknown>> | null | undefined;
}
/** What a host may change. Left out: as it is. */
interface LobbyChange<Game extends GameType = GameType> {
  readonly name?: string | undefined;
  readonly private?: boolean | undefined;
  /** null: none. */
  readonly password?: string | null | undefined;
  readonly maxPlayers?: number | undefined;
  readonly locked?: boolean | undefined;
  readonly startMode?: StartMode | undefined;
  /** null for a setting, or for all: its default. */
  readonly settings?: Nullable<SettingsInputOf<Game>> | null | undefined;
  readonly data?: DataChange | null | undefined;
}
/** Why one is no longer in a lobby; `signed-out` and `client-closed`: nobody is told any more. */
type LobbyCloseReason = LobbyExitReason | 'signed-out' | 'client-closed';
/**
 * The lobby that the player is in. `view` follows every change, whoever made it. Methods reject with a `GyreError`,
 * such as `not-host` or `wrong-state`.
 */
interface Lobby<Game extends GameType = GameType> extends Live<JoinedLobbyView<Game>> {
  readonly id: string;
  readonly game: Game['name'];
  /** Whether the signed-in player is the host. */
  readonly isHost: boolean;
  readonly chat: Chat;
  /** Resolves when the player is no longer in this lobby. Never rejects. */
  readonly closed: Promise<LobbyCloseReason>;
  setReady(ready?: boolean): Promise<void>;
  /** null: none; players without a team are spread at the start. */
  setTeam(team: string | null): Promise<void>;
  /** Changes one's own data. */
  setData(data: DataChange | null): Promise<void>;
  /** Host. With `ifUnchanged`, rejects with `version-mismatch` if somebody changed the lobby since `view`. */
  update(change: LobbyChange<Game>, options?: {
    readonly ifUnchanged?: boolean;
  }): Promise<void>;
  /** Host. The player is out, and can't come back until {@link unban}. */
  kick(playerId: string): Promise<void>;
  unban(playerId: string): Promise<void>;
  makeHost(playerId: string): Promise<void>;
  /** Host. Left out: 3,000 ms; 0–10,000. */
  start(options?: {
    readonly countdownMs?: number;
  }): Promise<void>;
  /** Host. Stops a countdown. */
  cancel(): Promise<void>;
  /** Leaves the lobby, and gives up the seat if its match is on. */
  leave(): Promise<void>;
  /** Host. Closes it for everyone. */
  close(): Promise<void>;
  /** Tells the operator about a player, and a chat message of theirs if there is one. */
  report(playerId: string, reason: string, messageId?: string): Promise<void>;
  /**
   * The lobby's next match, once it has begun and this player's seat in it is taken: the running one if it was not given
   * out yet. Rejects with `not-in-lobby` if the lobby ends first, and with `aborted` by the signal.
   */
  nextMatch(options?: {
    readonly signal?: AbortSignal;
  }): Promise<Match<Game>>;
}
/** A value to equal, or comparisons that must all hold. */
type Comparison<Value> = Value | {
  readonly ne?: Value | undefined;
  readonly lt?: Value | undefined;
  readonly le?: Value | undefined;
  readonly gt?: Value | undefined;
  readonly ge?: Value | undefined;
  /** 1–20 values. */
  readonly in?: readonly Value[] | undefined;
};
/** Which lobbies: everything that is named must hold. Left out: `state` is `open`. */
interface LobbyWhere<Name extends string = string> {
  readonly game?: Name | undefined;
  readonly state?: Comparison<LobbyState> | undefined;
  readonly locked?: boolean | undefined;
  readonly hasPassword?: boolean | undefined;
  readonly memberCount?: Comparison<number> | undefined;
  readonly maxPlayers?: Comparison<number> | undefined;
  readonly openSlots?: Comparison<number> | undefined;
  /** RFC 3339. */
  readonly createdAt?: Comparison<string> | undefined;
  /** Values under `data.public`, for the keys that the game lists as `lobbyKeys`. */
  readonly data?: Readonly<Record<string, Comparison<string>>> | undefined;
}
type SortField = 'createdAt' | 'openSlots' | 'memberCount';
/** Which lobbies, in which order, how many. */
interface LobbyQuery<Name extends string = string> extends LobbyWhere<Name> {
  /** `-` for descending. Left out: `-createdAt`. */
  readonly sort?: SortField | `-${SortField}` | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}
/** The names of a registry's games. */
type GameName<Games extends GameTypes> = keyof Games & string;
/** `Of<A> | Of<B>` for the games A and B, so that `game` tells which it is. */
type AnyLobby<Games extends GameTypes> = { [Name in GameName<Games>]: Lobby<Games[Name]>; }[GameName<Games>];
type AnyLobbySummary<Games extends GameTypes> = { [Name in GameName<Games>]: LobbySummary<Games[Name]>; }[GameName<Games>];
type AnyLobbyView<Games extends GameTypes> = { [Name in GameName<Games>]: LobbyView<Games[Name]>; }[GameName<Games>];
/** A new lobby. Everything that is left out has the game's or the service's default. */
interface LobbyOptions<Game extends GameType = GameType> {
  /** 1–40 characters; left out: `<displayName>'s game`. */
  readonly name?: string | undefined;
  /** In no list; joined by its code. */
  readonly private?: boolean | undefined;
  readonly password?: string | undefined;
  readonly maxPlayers?: number | undefined;
  readonly startMode?: StartMode | undefined;
  readonly settings?: SettingsInputOf<Game> | undefined;
  readonly data?: DataChange | undefined;
}
interface JoinOptions {
  readonly password?: string | undefined;
  /** Of a private lobby. */
  readonly code?: string | undefined;
  readonly team?: string | undefined;
}
/**
 * Lobbies that match a query, live. `view` is empty until `ready`.
 * Stop it with {@link stop}, or let `using` do it.
 */
interface LobbyList<Summary extends LobbySummary = LobbySummary> extends Live<readonly Summary[]> {
  /** Resolves with the first page; rejects if the query is refused. */
  readonly ready: Promise<void>;
  readonly stop: () => void;
  [Symbol.dispose](): void;
}
/** Finding, making and entering lobbies. A player is in one at most. Everything rejects with a `GyreError`. */
interface Lobbies<Games extends GameTypes> {
  create<Name extends GameName<Games>>(options: {
    readonly game: Name;
  } & LobbyOptions<Games[Name]>): Promise<Lobby<Games[Name]>>;
  /** By what a list showed, or by an id. One who is in already just gets it. */
  join<Game extends Games[GameName<Games>]>(lobby: LobbySummary<Game> | LobbyView<Game> | JoinedLobbyView<Game>, options?: JoinOptions): Promise<Lobby<Game>>;
  join(lobbyId: string, options?: JoinOptions): Promise<AnyLobby<Games>>;
  /** Six letters, in any case. */
  joinByCode(code: string, options?: {
    readonly password?: string | undefined;
  }): Promise<AnyLobby<Games>>;
  /**
   * Joins a lobby that fits, or makes one by `create`. Without `create` it rejects with `no-lobby` if none fits.
   */
  quickJoin<Name extends GameName<Games>>(options: {
    readonly game: Name;
    readonly where?: LobbyWhere<Name> | undefined;
    readonly create?: LobbyOptions<Games[Name]> | undefined;
  }): Promise<Lobby<Games[Name]>>;
  /** One page; `cursor` is the `nextCursor` of the page before. */
  list<Name extends GameName<Games>>(query: LobbyQuery<Name> & {
    readonly game: Name;
  }, cursor?: string): Promise<PageView<LobbySummary<Games[Name]>>>;
  list(query?: LobbyQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyLobbySummary<Games>>>;
  /** The first page, kept up to date through the hub, at most four times a second. */
  watch<Name extends GameName<Games>>(query: LobbyQuery<Name> & {
    readonly game: Name;
  }): LobbyList<LobbySummary<Games[Name]>>;
  watch(query?: LobbyQuery<GameName<Games>>): LobbyList<AnyLobbySummary<Games>>;
  get(lobbyId: string): Promise<AnyLobbyView<Games>>;
}
type AnyMatch<Games extends GameTypes> = { [Name in GameName<Games>]: Match<Games[Name]>; }[GameName<Games>];
type AnyMatchView<Games extends GameTypes> = { [Name in GameName<Games>]: MatchView<Games[Name]>; }[GameName<Games>];
interface MatchQuery<Name extends string = string> {
  readonly game?: Name | undefined;
  readonly state?: MatchState | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}
/** Which matches to watch. */
interface WatchableQuery<Name extends string = string> {
  readonly game?: Name | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}
/** Matches, running and past. Everything rejects with a `GyreError`. */
interface Matches<Games extends GameTypes> {
  get(matchId: string): Promise<AnyMatchView<Games>>;
  /** The signed-in player's own matches, newest first; `cursor` is the `nextCursor` of the page before. */
  history(query?: MatchQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyMatchView<Games>>>;
  /** Takes one's seat in a running match, from a link for instance. Lobbies do it by `nextMatch()`. */
  join(matchId: string): Promise<AnyMatch<Games>>;
  /** Running matches that the player may watch, newest first; `cursor` is the `nextCursor` of the page before. */
  list<Name extends GameName<Games>>(query: WatchableQuery<Name> & {
    readonly game: Name;
  }, cursor?: string): Promise<PageView<MatchView<Games[Name]>>>;
  list(query?: WatchableQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyMatchView<Games>>>;
  /**
   * Watches a running match without a seat, besides the player's own match: `gyre.match` stays what it is. By what a list
   * showed, or by an id. Ends with the match, or by `leave()`. Rejects with `not-found` if it may not be watched.
   */
  watch<Game extends Games[GameName<Games>]>(match: MatchView<Game>): Promise<Match<Game>>;
  watch(matchId: string): Promise<AnyMatch<Games>>;
}
/** A bad network, for development: what it does to every frame, both ways. Left out: 0. */
interface SimulatedConditions {
  /** Round trip, in ms: half of it each way. */
  readonly latencyMs?: number | undefined;
  /** By how much the round trip differs, at most, up or down, in ms. */
  readonly jitterMs?: number | undefined;
  /**
   * Share (0–1) of frames that get lost on the way. A WebSocket runs over TCP, so a lost one arrives all the same: a
   * retransmission later (one and a half round trips, 100 ms at least), and those behind it wait for it.
   */
  readonly loss?: number | undefined;
  /** Of the chance: the same seed makes the same decisions. Left out: 1. */
  readonly seed?: number | undefined;
}
/** What a `WebSocket` class must be able to do: the browser's, Node's own, or the one of the package `ws`. */
type WebSocketClass = new (url: string) => WebSocket;
interface GyreOptions {
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
interface GyreStatus<Games extends GameTypes> {
  readonly player: PlayerView | null;
  /** The hub's connection: whether views are live. `closed` while nobody is signed in. */
  readonly connection: 'connecting' | 'connected' | 'reconnecting' | 'closed';
  readonly lobby: AnyLobby<Games> | null;
  /** The match that this client sits in. */
  readonly match: AnyMatch<Games> | null;
}
interface Resumed<Games extends GameTypes> {
  readonly player: PlayerView;
  readonly lobby: AnyLobby<Games> | null;
  readonly match: AnyMatch<Games> | null;
}
/**
 * A player's connection to a Gyre service. `Games` is the type of the service's registry of games, from which every
 * setting, message and state has its type.
 */
declare class Gyre<Games extends GameTypes = GameTypes> implements Live<GyreStatus<Games>> {
  #private;
  readonly lobbies: Lobbies<Games>;
  readonly matches: Matches<Games>;
  constructor(options: GyreOptions);
  get view(): GyreStatus<Games>;
  get subscribe(): Live<GyreStatus<Games>>['subscribe'];
  /** The signed-in player; null before. */
  get player(): PlayerView | null;
  /** The lobby that the player is in; null: in none, or the hub hasn't told yet. */
  get lobby(): AnyLobby<Games> | null;
  /** The match that this client sits in. */
  get match(): AnyMatch<Games> | null;
  /** For development: the bad network that every frame goes through; null: none. May be set at any time. */
  get simulate(): SimulatedConditions | null;
  set simulate(conditions: SimulatedConditions | null);
  /** The server's time, in ms since 1970, for countdowns that end `…At`; this device's own until the hub has told. */
  serverNowMs(): number;
  /**
   * Signs in without an account. The device's key, a secret of 256 bits, is drawn at the first time; later it brings
   * back the same player, and `displayName` (1–24 characters) is ignored then. Left out: `Guest-` and four digits.
   */
  signInAsGuest({ displayName }?: {
    readonly displayName?: string | undefined;
  }): Promise<PlayerView>;
  /**
   * Takes up where this device or tab stopped, after a reload or a crash: the same player, lobby and seat. Null if
   * nobody was signed in here, or the session has ended; signing in as a guest brings back the same player even then.
   */
  resume(): Promise<Resumed<Games> | null>;
  /**
   * Ends the session, here and on the server, and closes every connection. The device's key stays, so that the same
   * guest can sign in again; `forget` drops it, and with it the only way to that guest.
   */
  signOut({ forget }?: {
    readonly forget?: boolean;
  }): Promise<void>;
  /** The games that the service runs. Asked once. */
  games(): Promise<readonly GameView<GameName<Games>>[]>;
  /**
   * The drop-in road: joins a lobby of the game or makes one by `create`, is ready, and resolves with the seat taken, in a match
   * that runs already if the game lets players in late. Whoever is in a lobby of this game stays in it, and plays on from there.
   * `signal` leaves the lobby again. Called once more on the way, it gives the same match.
   */
  play<Name extends GameName<Games>>(game: Name, options?: {
    readonly create?: LobbyOptions<Games[Name]>;
    readonly signal?: AbortSignal;
  }): Promise<Match<Games[Name]>>;
  /** Changes the signed-in player's name, 1–24 characters. */
  updateProfile(change: {
    readonly displayName: string;
  }): Promise<PlayerView>;
  getPlayer(playerId: string): Promise<PublicPlayerView>;
  /** Calls `listener` for each notice of the service to its player. */
  onNotice(listener: (notice: NoticeView) => void): () => void;
  /** Closes every connection without leaving or signing out: what closing the tab does. The client is of no use then. */
  close(): void;
  [Symbol.dispose](): void;
}
declare const PROBLEMS: {
  readonly 'invalid-request': {
    readonly status: 400;
    readonly title: 'The request is not valid';
    readonly retryable: false;
  };
  readonly 'invalid-filter': {
    readonly status: 400;
    readonly title: 'The filter is not valid';
    readonly retryable: false;
  };
  readonly 'invalid-cursor': {
    readonly status: 400;
    readonly title: 'The cursor is not valid for this query';
    readonly retryable: false;
  };
  readonly unauthenticated: {
    readonly status: 401;
    readonly title: 'Sign in first';
    readonly retryable: false;
  };
  readonly 'token-expired': {
    readonly status: 401;
    readonly title: 'The token has expired';
    readonly retryable: false;
  };
  readonly 'token-invalid': {
    readonly status: 401;
    readonly title: 'The token is not valid';
    readonly retryable: false;
  };
  readonly 'token-reused': {
    readonly status: 401;
    readonly title: 'The refresh token was used before';
    readonly retryable: false;
  };
  readonly 'not-host': {
    readonly status: 403;
    readonly title: 'Only the host may do that';
    readonly retryable: false;
  };
  readonly 'not-member': {
    readonly status: 403;
    readonly title: 'Only members may do that';
    readonly retryable: false;
  };
  readonly 'wrong-password': {
    readonly status: 403;
    readonly title: 'The password is wrong';
    readonly retryable: false;
  };
  readonly kicked: {
    readonly status: 403;
    readonly title: 'You were removed from this lobby';
    readonly retryable: false;
  };
  readonly banned: {
    readonly status: 403;
    readonly title: 'You are banned from this service';
    readonly retryable: false;
  };
  readonly 'not-in-match': {
    readonly status: 403;
    readonly title: 'You have no seat in this match';
    readonly retryable: false;
  };
  readonly 'not-found': {
    readonly status: 404;
    readonly title: 'Not found';
    readonly retryable: false;
  };
  readonly 'no-lobby': {
    readonly status: 404;
    readonly title: 'No lobby fits';
    readonly retryable: false;
  };
  readonly 'method-not-allowed': {
    readonly status: 405;
    readonly title: 'The method is not allowed here';
    readonly retryable: false;
  };
  readonly 'not-acceptable': {
    readonly status: 406;
    readonly title: 'Only JSON is served here';
    readonly retryable: false;
  };
  readonly 'lobby-full': {
    readonly status: 409;
    readonly title: 'The lobby is full';
    readonly retryable: false;
  };
  readonly 'already-in-lobby': {
    readonly status: 409;
    readonly title: 'You are in a lobby already';
    readonly retryable: false;
  };
  readonly 'not-ready': {
    readonly status: 409;
    readonly title: 'Not everyone is ready';
    readonly retryable: false;
  };
  readonly 'too-few-players': {
    readonly status: 409;
    readonly title: 'There are too few players';
    readonly retryable: false;
  };
  readonly 'team-full': {
    readonly status: 409;
    readonly title: 'The team is full';
    readonly retryable: false;
  };
  readonly 'wrong-state': {
    readonly status: 409;
    readonly title: 'That is not possible now';
    readonly retryable: false;
  };
  readonly 'match-over': {
    readonly status: 409;
    readonly title: 'The match is over';
    readonly retryable: false;
  };
  readonly 'idempotency-in-progress': {
    readonly status: 409;
    readonly title: 'The first request is still running';
    readonly retryable: true;
  };
  readonly 'version-mismatch': {
    readonly status: 412;
    readonly title: 'It has changed in the meantime';
    readonly retryable: false;
  };
  readonly 'body-too-large': {
    readonly status: 413;
    readonly title: 'The body is too large';
    readonly retryable: false;
  };
  readonly 'unsupported-media-type': {
    readonly status: 415;
    readonly title: 'Send JSON';
    readonly retryable: false;
  };
  readonly 'idempotency-mismatch': {
    readonly status: 422;
    readonly title: 'The key was used with another body';
    readonly retryable: false;
  };
  readonly 'lobby-locked': {
    readonly status: 423;
    readonly title: 'The lobby is locked';
    readonly retryable: false;
  };
  readonly 'client-too-old': {
    readonly status: 426;
    readonly title: 'This client is too old';
    readonly retryable: false;
  };
  readonly 'rate-limited': {
    readonly status: 429;
    readonly title: 'Too many requests';
    readonly retryable: true;
  };
  readonly internal: {
    readonly status: 500;
    readonly title: 'Something went wrong';
    readonly retryable: false;
  };
  readonly draining: {
    readonly status: 503;
    readonly title: 'The server is restarting';
    readonly retryable: true;
  };
  readonly 'dependency-unavailable': {
    readonly status: 503;
    readonly title: 'A part of the service is away';
    readonly retryable: true;
  };
  readonly 'no-capacity': {
    readonly status: 503;
    readonly title: 'There is no room for a match';
    readonly retryable: true;
  };
  readonly 'match-moving': {
    readonly status: 503;
    readonly title: 'The match is being moved';
    readonly retryable: true;
  };
};
type ProblemCode = keyof typeof PROBLEMS;
/** One fault of a request: `pointer` into the body (RFC 6901, as a fragment), or `parameter` of the query. */
interface ProblemDetail {
  readonly pointer?: string;
  readonly parameter?: string;
  /** kebab-case: `too-small`, `too-large`, `wrong-type`, `unknown-field`, `required`, … */
  readonly code: string;
  readonly detail: string;
}
/**
 * What goes wrong on this side of the wire:
 * - `network`: no answer: offline, refused, timed out. Retryable.
 * - `unexpected-response`: an answer that is not Gyre's, a proxy's error page for instance.
 * - `signed-out`: nobody is signed in, or the session ended.
 * - `not-in-lobby`: the lobby is over for this player; `detail` says why.
 * - `left`: the match was left on purpose.
 * - `match-closed`: the match's connection ended for good; `detail` is the reason.
 * - `spectator`: who watches a match says nothing in it.
 * - `match-abandoned`: the match ended without a result; `detail` is the reason.
 * - `message-too-large`: a payload over 8 KB.
 * - `queue-full`: too many inputs wait for a lost connection.
 * - `outcome-unknown`: a request was consumed, but so long ago that its reply is gone.
 * - `aborted`: given up by the caller's own signal.
 * - `closed`: the client was closed.
 */
declare const CLIENT_ERROR_CODES: readonly ['network', 'unexpected-response', 'signed-out', 'not-in-lobby', 'left', 'match-closed', 'spectator', 'match-abandoned', 'message-too-large', 'queue-full', 'outcome-unknown', 'aborted', 'closed'];
type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];
type GyreErrorCode = ProblemCode | ClientErrorCode;
interface GyreErrorInit {
  /** HTTP status; 0 if no answer came. */
  readonly status?: number;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | null;
  readonly requestId?: string | null;
  readonly errors?: readonly ProblemDetail[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}
/** Everything that this SDK rejects with. `code` is for programs, `message` for logs. */
declare class GyreError<Code extends GyreErrorCode = GyreErrorCode> extends Error {
  readonly name = "GyreError";
  readonly code: Code;
  /** HTTP status; 0 if the server had no part in it. */
  readonly status: number;
  /** The same call may succeed later without being changed. */
  readonly retryable: boolean;
  /** How long the server asks to wait, in ms; null if it didn't say. */
  readonly retryAfterMs: number | null;
  /** To quote to the server's operator; null if the server had no part in it. */
  readonly requestId: string | null;
  readonly detail: string;
  /** The faults of an `invalid-request`, each with its place. */
  readonly errors: readonly ProblemDetail[];
  /** Further fields of the problem, such as `lobbyId` of `already-in-lobby` or `state` of `wrong-state`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  constructor(code: Code, detail: string, init?: GyreErrorInit);
  /** Whether something caught is a GyreError, and of this code if one is given. */
  static is<Code extends GyreErrorCode = GyreErrorCode>(error: unknown, code?: Code): error is GyreError<Code>;
}
interface NetOverlayOptions {
  /** Whose errors are plotted. Left out: no plot. */
  readonly prediction?: {
    readonly stats: PredictionStats;
  } | undefined;
  /** Where it is put. Left out: into a corner of the page. */
  readonly parent?: HTMLElement | undefined;
}
/**
 * For development: shows ping, jitter, tick rate, traffic and corrections of a match, and a plot of how far off each
 * prediction was. Gives back what removes it. In browsers only.
 */
declare function showNetOverlay(match: {
  netStats(): NetStats;
}, options?: NetOverlayOptions): () => void;
export { type AnyLobby, type AnyLobbySummary, type AnyLobbyView, type AnyMatch, type AnyMatchView, type Chat, type ChatMessageView, type ClientErrorCode, type Comparison, type DataChange, type DataView, type EventNameOf, type EventOf, type GameName, type GameType, type GameTypes, type GameView, Gyre, GyreError, type GyreErrorCode, type GyreOptions, type GyreStatus, type InterpolateOptions, type Interpolation, type JoinOptions, type JoinedLobbyView, type KeyValueStorage, type Live, type Lobbies, type Lobby, type LobbyChange, type LobbyCloseReason, type LobbyList, type LobbyMemberView, type LobbyOptions, type LobbyQuery, type LobbySummary, type LobbyView, type LobbyWhere, type Match, type MatchCloseReason, type MatchQuery, type MatchResult, type MatchSeatView, type MatchStatus, type MatchView, type Matches, type MessageNameOf, type NetOverlayOptions, type NetStats, type NoticeView, type PageView, type PayloadOf, type Placement, type PlayerView, type PredictOptions, type Prediction, type PredictionStats, type PublicPlayerView, type RefusalOf, type RequestReply, type Resumed, type SettingsOf, type SimulatedConditions, type StateOf, type StorageMode, type TeamView, type WatchableQuery, showNetOverlay };