import type { GameType, SettingsInputOf } from '../protocol/game-types.ts';
import type { LobbyExitReason, StartMode } from '../protocol/states.ts';
import type { Chat } from './chat.ts';
import type { Live } from './live.ts';
import type { Match } from './match.ts';
import type { JoinedLobbyView } from './views.ts';

type Nullable<Fields> = { readonly [Field in keyof Fields]?: Fields[Field] | null | undefined };

/** A merge-patch of free data: null removes a key; a scope that is null is emptied. */
export interface DataChange {
  readonly public?: Readonly<Record<string, unknown>> | null | undefined;
  readonly members?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What a host may change. Left out: as it is. */
export interface LobbyChange<Game extends GameType = GameType> {
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
export type LobbyCloseReason = LobbyExitReason | 'signed-out' | 'client-closed';

/**
 * The lobby that the player is in. `view` follows every change, whoever made it. Methods reject with a `GyreError`,
 * such as `not-host` or `wrong-state`.
 */
export interface Lobby<Game extends GameType = GameType> extends Live<JoinedLobbyView<Game>> {
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
  update(change: LobbyChange<Game>, options?: { readonly ifUnchanged?: boolean }): Promise<void>;
  /** Host. The player is out, and can't come back until {@link unban}. */
  kick(playerId: string): Promise<void>;
  unban(playerId: string): Promise<void>;
  makeHost(playerId: string): Promise<void>;
  /** Host. Left out: 3,000 ms; 0–10,000. */
  start(options?: { readonly countdownMs?: number }): Promise<void>;
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
  nextMatch(options?: { readonly signal?: AbortSignal }): Promise<Match<Game>>;
}
