export { Gyre } from './gyre.ts';
export type { GyreOptions, GyreStatus, Resumed } from './gyre.ts';
export { GyreError } from './gyre-error.ts';
export type { ClientErrorCode, GyreErrorCode } from './gyre-error.ts';
export type { Live } from './live.ts';
export type { KeyValueStorage, StorageMode } from './vault.ts';
export type {
  AnyLobby,
  AnyLobbySummary,
  AnyLobbyView,
  GameName,
  JoinOptions,
  Lobbies,
  LobbyList,
  LobbyOptions,
} from './lobbies.ts';
export type { DataChange, Lobby, LobbyChange, LobbyCloseReason } from './lobby.ts';
export type { Chat } from './chat.ts';
export type { Comparison, LobbyQuery, LobbyWhere } from './lobby-filter.ts';
export type { AnyMatch, AnyMatchView, Matches, MatchQuery, WatchableQuery } from './matches.ts';
export type { Match, MatchCloseReason, MatchStatus } from './match.ts';
export type { PredictOptions, Prediction, PredictionStats } from './prediction.ts';
export type { InterpolateOptions, Interpolation } from './interpolation.ts';
export type { NetStats } from './net-stats.ts';
export { showNetOverlay } from './net-overlay.ts';
export type { NetOverlayOptions } from './net-overlay.ts';
export type { SimulatedConditions } from './simulated-network.ts';
export type * from './views.ts';
export type { MatchResult, Placement, RequestReply } from '../protocol/room-messages.ts';
export type {
  GameType,
  GameTypes,
  SettingsOf,
  StateOf,
  MessageNameOf,
  PayloadOf,
  EventNameOf,
  EventOf,
  RefusalOf,
} from '../protocol/game-types.ts';
