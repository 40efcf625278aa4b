import type { ChatMessage, Lobby } from './lobbies.ts';
import type { Match } from './matches.ts';
import type { LobbyExitReason } from './states.ts';

/** Name of the hub's room. */
export const HUB_ROOM = 'hub';

/** Server → client on the hub, by message type. On every connect and reconnect: `hello`, `lobby`, `match`, in this order. */
export interface HubMessages {
  readonly hello: { readonly protocol: number; readonly playerId: string; readonly serverTimeAt: string };
  /** `reason` says why `lobby` is null. */
  readonly lobby: { readonly rev: number; readonly lobby: Lobby | null; readonly reason: LobbyExitReason | null };
  readonly match: { readonly rev: number; readonly match: Match | null };
  readonly lobbies: { readonly items: readonly Lobby[] };
  readonly chat: { readonly lobbyId: string; readonly message: ChatMessage };
  readonly notice: { readonly code: string; readonly text: string; readonly data: Readonly<Record<string, unknown>> };
}

/** Client → server, as Colyseus requests only. */
export interface HubRequests {
  /** `where` and `sort` as in `GET /v1/lobbies`; replaces the watch before. */
  readonly watch: {
    readonly where: Readonly<Record<string, string | number | boolean>>;
    readonly sort?: string;
    readonly limit?: number;
  };
  readonly unwatch: Readonly<Record<string, never>>;
}
