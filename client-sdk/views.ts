import type { GameType, SettingsOf } from '../protocol/game-types.ts';
import type { MatchResult } from '../protocol/room-messages.ts';
import type { AbandonReason, LobbyReason, LobbyState, MatchState, StartMode } from '../protocol/states.ts';

/** What the server says, as plain immutable data. Times named `…At` are RFC 3339, UTC. */

/** The signed-in player. */
export interface PlayerView {
  readonly id: string;
  readonly displayName: string;
  readonly kind: 'guest';
  readonly createdAt: string;
  readonly lobbyId: string | null;
  /** null until the match is playing. */
  readonly matchId: string | null;
}

/** What others see of a player. */
export interface PublicPlayerView {
  readonly id: string;
  readonly displayName: string;
}

/** Free data of a lobby or member: `public` for everyone who may see the lobby, `members` for its members. */
export interface DataView {
  readonly public: Readonly<Record<string, unknown>>;
  readonly members?: Readonly<Record<string, unknown>>;
}

export interface TeamView {
  readonly name: string;
  readonly maxPlayers: number;
}

export interface LobbyMemberView {
  readonly playerId: string;
  readonly displayName: string;
  readonly ready: boolean;
  readonly team: string | null;
  readonly connected: boolean;
  readonly joinedAt: string;
  readonly data: DataView;
}

/** A lobby as it is in lists. */
export interface LobbySummary<Game extends GameType = GameType> {
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
export interface LobbyView<Game extends GameType = GameType> extends LobbySummary<Game> {
  readonly members: readonly LobbyMemberView[];
  readonly code?: string;
  readonly rev?: number;
}

/** The lobby that the player is in. */
export interface JoinedLobbyView<Game extends GameType = GameType> extends LobbyView<Game> {
  /** What others join it by, also if it is private. */
  readonly code: string;
  readonly rev: number;
}

export interface ChatMessageView {
  readonly id: string;
  readonly playerId: string;
  readonly displayName: string;
  readonly text: string;
  readonly sentAt: string;
}

export interface MatchSeatView {
  readonly index: number;
  readonly playerId: string | null;
  readonly displayName: string;
  readonly team: string | null;
  readonly isBot: boolean;
}

/** A match as REST and the hub tell of it; its live state is the {@link Match}'s. */
export interface MatchView<Game extends GameType = GameType> {
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
export interface GameView<Name extends string = string> {
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
export interface PageView<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Something that the service or its operator tells the player. */
export interface NoticeView {
  readonly code: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}
