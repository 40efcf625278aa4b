import { GameInfo } from '../../protocol/games.ts';
import { page } from '../../protocol/shapes.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { GameRegistry } from './registry.ts';

export function gameRoutes(games: GameRegistry): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/games',
      summary: 'The games that are played here',
      tag: 'Games',
      auth: 'none',
      responses: { 200: { description: 'All of them, on one page.', body: page(GameInfo) } },
      handler: async () => ({ status: 200, body: { items: games.infos(), nextCursor: null } }),
    }),
  ];
}
