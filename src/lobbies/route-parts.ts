import { z } from 'zod';
import { Lobby } from '../../protocol/lobbies.ts';
import type { ProblemCode } from '../../protocol/problems.ts';
import { Id } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import type { GameRegistry } from '../games/registry.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import type { Caller, Reply, ResponseSpec } from '../http/route.ts';
import type { Database } from '../store/transaction.ts';
import type { FullLobby } from './full-lobby.ts';
import type { Lobbies } from './lobbies.ts';
import type { LobbyCall } from './lobby-access.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import type { MatchPort } from './ports.ts';

/** What the routes of lobbies are made of, and have in common. */

export interface LobbyRoutesParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly games: GameRegistry;
  readonly limits: RateLimits;
  readonly lobbies: Lobbies;
  readonly matches: MatchPort;
}

export const LobbyParams = z.object({ id: Id });
export const MemberParams = z.object({ id: Id, playerId: Id });
export const TAG = 'Lobbies';
/** Any route of one lobby. */
export const LOBBY_PROBLEMS = ['not-found', 'version-mismatch'] as const satisfies readonly ProblemCode[];
export const HOST_PROBLEMS = [...LOBBY_PROBLEMS, 'not-member', 'not-host', 'wrong-state'] as const;

export const NO_CONTENT: ResponseSpec = { description: 'Done' };

export function wholeLobby(description: string): ResponseSpec {
  return { description, body: Lobby, etag: true };
}

export function callOf(context: {
  readonly player: Caller;
  readonly params: { readonly id: string };
  readonly ifMatch: number | null;
}): LobbyCall {
  return { lobbyId: context.params.id, playerId: context.player.id, ifMatch: context.ifMatch };
}

/** The whole lobby, as the caller sees it. */
export function replyWith(
  changes: LobbyChanges,
  full: FullLobby,
  { status, viewerId }: { readonly status: number; readonly viewerId: string },
): Reply {
  return { status, body: changes.view(full, viewerId), version: full.lobby.version };
}
