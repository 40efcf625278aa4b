import type { GameType, GameTypes, SettingsInputOf } from '../protocol/game-types.ts';
import type { StartMode } from '../protocol/states.ts';
import type { Live } from './live.ts';
import type { DataChange, Lobby } from './lobby.ts';
import type { LobbyQuery, LobbyWhere } from './lobby-filter.ts';
import type { JoinedLobbyView, LobbySummary, LobbyView, PageView } from './views.ts';

/** The names of a registry's games. */
export type GameName<Games extends GameTypes> = keyof Games & string;
/** `Of<A> | Of<B>` for the games A and B, so that `game` tells which it is. */
export type AnyLobby<Games extends GameTypes> = { [Name in GameName<Games>]: Lobby<Games[Name]> }[GameName<Games>];
export type AnyLobbySummary<Games extends GameTypes> = {
  [Name in GameName<Games>]: LobbySummary<Games[Name]>;
}[GameName<Games>];
export type AnyLobbyView<Games extends GameTypes> = {
  [Name in GameName<Games>]: LobbyView<Games[Name]>;
}[GameName<Games>];

/** A new lobby. Everything that is left out has the game's or the service's default. */
export interface LobbyOptions<Game extends GameType = GameType> {
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

export interface JoinOptions {
  readonly password?: string | undefined;
  /** Of a private lobby. */
  readonly code?: string | undefined;
  readonly team?: string | undefined;
}

/**
 * Lobbies that match a query, live. `view` is empty until `ready`.
 * Stop it with {@link stop}, or let `using` do it.
 */
export interface LobbyList<Summary extends LobbySummary = LobbySummary> extends Live<readonly Summary[]> {
  /** Resolves with the first page; rejects if the query is refused. */
  readonly ready: Promise<void>;
  readonly stop: () => void;
  [Symbol.dispose](): void;
}

/** Finding, making and entering lobbies. A player is in one at most. Everything rejects with a `GyreError`. */
export interface Lobbies<Games extends GameTypes> {
  create<Name extends GameName<Games>>(
    options: { readonly game: Name } & LobbyOptions<Games[Name]>,
  ): Promise<Lobby<Games[Name]>>;
  /** By what a list showed, or by an id. One who is in already just gets it. */
  join<Game extends Games[GameName<Games>]>(
    lobby: LobbySummary<Game> | LobbyView<Game> | JoinedLobbyView<Game>,
    options?: JoinOptions,
  ): Promise<Lobby<Game>>;
  join(lobbyId: string, options?: JoinOptions): Promise<AnyLobby<Games>>;
  /** Six letters, in any case. */
  joinByCode(code: string, options?: { readonly password?: string | undefined }): Promise<AnyLobby<Games>>;
  /**
   * Joins a lobby that fits, or makes one by `create`. Without `create` it rejects with `no-lobby` if none fits.
   */
  quickJoin<Name extends GameName<Games>>(options: {
    readonly game: Name;
    readonly where?: LobbyWhere<Name> | undefined;
    readonly create?: LobbyOptions<Games[Name]> | undefined;
  }): Promise<Lobby<Games[Name]>>;
  /** One page; `cursor` is the `nextCursor` of the page before. */
  list<Name extends GameName<Games>>(
    query: LobbyQuery<Name> & { readonly game: Name },
    cursor?: string,
  ): Promise<PageView<LobbySummary<Games[Name]>>>;
  list(query?: LobbyQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyLobbySummary<Games>>>;
  /** The first page, kept up to date through the hub, at most four times a second. */
  watch<Name extends GameName<Games>>(
    query: LobbyQuery<Name> & { readonly game: Name },
  ): LobbyList<LobbySummary<Games[Name]>>;
  watch(query?: LobbyQuery<GameName<Games>>): LobbyList<AnyLobbySummary<Games>>;
  get(lobbyId: string): Promise<AnyLobbyView<Games>>;
}
