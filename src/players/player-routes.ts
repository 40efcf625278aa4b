import { z } from 'zod';
import { Player, PlayerPatch, PublicPlayer } from '../../protocol/players.ts';
import { Id } from '../../protocol/shapes.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../store/transaction.ts';
import type { PlayerService } from './player-service.ts';

export interface PlayerRoutesDeps {
  readonly db: Database;
  readonly players: PlayerService;
}

export function playerRoutes({ db, players }: PlayerRoutesDeps): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/players/me',
      summary: 'Your own player',
      tag: 'Players',
      auth: 'player',
      responses: { 200: { description: 'You, and where you are.', body: Player } },
      handler: async ({ player }) => ({ status: 200, body: await players.own(db, player.id) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/v1/players/me',
      summary: 'Change your name',
      tag: 'Players',
      auth: 'player',
      limit: 'update',
      body: PlayerPatch,
      responses: { 200: { description: 'You, changed.', body: Player } },
      handler: ({ player, body: { displayName }, transact }) =>
        transact(async (tx) => ({
          status: 200,
          body: await (displayName === undefined
            ? players.own(tx.sql, player.id)
            : players.rename(tx, player.id, displayName)),
        })),
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/players/{id}',
      summary: 'Anybody',
      tag: 'Players',
      auth: 'player',
      params: z.object({ id: Id }),
      responses: { 200: { description: 'What everyone may know of a player.', body: PublicPlayer } },
      problems: ['not-found'],
      handler: async ({ params }) => ({ status: 200, body: await players.byId(db, params.id) }),
    }),
  ];
}
