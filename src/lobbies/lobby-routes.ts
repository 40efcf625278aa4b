import { z } from 'zod';
import { Lobby, LobbyPatch, StartRequest } from '../../protocol/lobbies.ts';
import { page } from '../../protocol/shapes.ts';
import type { GameRegistry } from '../games/registry.ts';
import { PageCursor, PageLimit } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { entranceRoutes } from './entrance-routes.ts';
import { isVisible, lobbyNotFound } from './lobby-access.ts';
import { parseQueryFilter } from './lobby-filter.ts';
import type { LobbyQuery } from './lobby-list.ts';
import { LobbyHosting } from './lobby-hosting.ts';
import { parseSort } from './lobby-query.ts';
import { findLobby } from './lobby-store.ts';
import { memberRoutes } from './member-routes.ts';
import { Passwords } from './passwords.ts';
import {
  callOf,
  HOST_PROBLEMS,
  LobbyParams,
  type LobbyRoutesParts,
  NO_CONTENT,
  replyWith,
  TAG,
  wholeLobby,
} from './route-parts.ts';
import { talkRoutes } from './talk-routes.ts';

/** Every route of lobbies. */
export function lobbyRoutes(parts: LobbyRoutesParts): readonly Route[] {
  const { presence } = parts.lobbies;
  const passwords = new Passwords();
  const routes = [
    ...entranceRoutes(parts, passwords),
    ...readingRoutes(parts),
    ...hostRoutes(parts, passwords),
    ...memberRoutes(parts),
    ...talkRoutes(parts),
  ];
  // Whoever was away is back by this very call, and is to be seen so in its answer.
  return routes.map((route) => ({
    ...route,
    shared: (query) => {
      const answer = route.shared(query);
      return answer && { body: (callerId) => (presence.isArriving(callerId) ? null : answer.body(callerId)) };
    },
    handler: async (context) => {
      if (!context.player) return route.handler(context);
      await presence.arrived(context.player.id);
      try {
        return await route.handler(context);
      } finally {
        // A join may have taken longer than its first sign of life counts: without another, its member would never be missed.
        presence.sign(context.player.id);
      }
    },
  }));
}

const ListQuery = z
  .object({ limit: PageLimit, sort: z.string().optional(), cursor: PageCursor })
  .catchall(z.union([z.string(), z.array(z.string())]))
  .meta({ description: '`<field>=<value>` or `<field>.<op>=<value>`, op being `ne lt le gt ge in`; all must hold.' });

type ListQuery = z.output<typeof ListQuery>;

function lobbyQuery(
  { limit, sort: order, cursor: _cursor, ...conditions }: ListQuery,
  games: GameRegistry,
): LobbyQuery {
  const sort = parseSort(order);
  const written = Object.entries(conditions).flatMap(([name, texts]) =>
    [texts].flat().map((text) => [name, text] as const),
  );
  return { filter: parseQueryFilter(written, games), sort, limit };
}

function readingRoutes({ db, clock, games, lobbies }: LobbyRoutesParts): readonly Route[] {
  const { list, pages, changes } = lobbies;
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/lobbies',
      summary: 'List lobbies',
      description:
        'Filters over `game state locked hasPassword memberCount maxPlayers openSlots createdAt` and `data.<key>` for ' +
        'the lobbyKeys of games. Without a word about `state`, only open ones. Private lobbies are never listed.',
      tag: TAG,
      auth: 'player',
      limit: 'list',
      query: ListQuery,
      responses: { 200: { description: 'Lobbies, without their members', body: page(Lobby) } },
      problems: ['invalid-filter', 'invalid-cursor'],
      shared: (query) => (query.cursor === undefined ? pages.answerTo(lobbyQuery(query, games)) : null),
      handler: async ({ player, query }) => ({
        status: 200,
        body: await list.read(lobbyQuery(query, games), player.id, query.cursor),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/lobbies/{id}',
      summary: 'Read a lobby',
      tag: TAG,
      auth: 'player',
      params: LobbyParams,
      responses: { 200: wholeLobby('The lobby as the caller may see it') },
      problems: ['not-found'],
      handler: async ({ player, params }) => {
        const full = await findLobby(db, params.id);
        if (full === null || !isVisible(full, player.id, clock.now())) throw lobbyNotFound(params.id);
        return replyWith(changes, full, { status: 200, viewerId: player.id });
      },
    }),
  ];
}

function hostRoutes(parts: LobbyRoutesParts, passwords: Passwords): readonly Route[] {
  const { changes } = parts.lobbies;
  const hosting = new LobbyHosting({ changes, ...parts });
  return [
    defineRoute({
      method: 'PATCH',
      path: '/v1/lobbies/{id}',
      summary: 'Change a lobby',
      description: 'A merge-patch (RFC 7386). New `settings`, `maxPlayers` or `startMode` clear all ready marks.',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      body: LobbyPatch,
      responses: { 200: wholeLobby('The lobby') },
      problems: HOST_PROBLEMS,
      handler: async (context) => {
        const { password, ...body } = context.body;
        const passwordHash = typeof password === 'string' ? await passwords.hash(password) : password;
        const viewerId = context.player.id;
        return context.transact(async (tx) =>
          replyWith(changes, await hosting.patch(tx, callOf(context), { ...body, passwordHash }), {
            status: 200,
            viewerId,
          }),
        );
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/v1/lobbies/{id}',
      summary: 'Close a lobby',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      responses: { 204: NO_CONTENT },
      problems: HOST_PROBLEMS,
      handler: (context) =>
        context.transact(async (tx) => {
          await hosting.close(tx, callOf(context));
          return { status: 204 };
        }),
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies/{id}/start',
      summary: 'Begin the countdown',
      description:
        'In an `instant` lobby nobody has to be ready for it, nor `minPlayers` be there; an `all-ready` lobby starts by itself.',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      body: StartRequest,
      responses: { 202: wholeLobby('The lobby, in its countdown') },
      problems: [...HOST_PROBLEMS, 'too-few-players', 'not-ready'],
      handler: async (context) => {
        const viewerId = context.player.id;
        return context.transact(async (tx) =>
          replyWith(changes, await hosting.start(tx, callOf(context), context.body.countdownMs ?? undefined), {
            status: 202,
            viewerId,
          }),
        );
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/v1/lobbies/{id}/start',
      summary: 'Stop the countdown',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      responses: { 200: wholeLobby('The lobby, open again') },
      problems: HOST_PROBLEMS,
      handler: async (context) => {
        const viewerId = context.player.id;
        return context.transact(async (tx) =>
          replyWith(changes, await hosting.cancel(tx, callOf(context)), { status: 200, viewerId }),
        );
      },
    }),
  ];
}
