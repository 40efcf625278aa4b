import { z } from 'zod';
import { GameInfo } from '../../protocol/games.ts';
import { type Page, page } from '../../protocol/shapes.ts';
import { decodeCursor, encodeCursor, PageCursor, PageLimit } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { GameRegistry } from './registry.ts';

/** What the cursors of this list are bound to. */
const QUERY = 'games';

export function gameRoutes(games: GameRegistry): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/games',
      summary: 'The games that are played here',
      tag: 'Games',
      auth: 'none',
      query: z.strictObject({ limit: PageLimit, cursor: PageCursor }),
      responses: { 200: { description: 'In the order of their registration.', body: page(GameInfo) } },
      problems: ['invalid-cursor'],
      handler: async ({ query }) => ({ status: 200, body: gamesPage(games, query) }),
    }),
  ];
}

function gamesPage(
  games: GameRegistry,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<GameInfo> {
  const from = cursor === undefined ? 0 : decodeCursor(cursor, QUERY, z.int().nonnegative());
  const infos = games.infos();
  const items = infos.slice(from, from + limit);
  const next = from + items.length;
  return { items, nextCursor: next < infos.length ? encodeCursor(next, QUERY) : null };
}
