import { z } from 'zod';
import { ChatMessage, ChatSend, ReportCreate } from '../../protocol/lobbies.ts';
import { page } from '../../protocol/shapes.ts';
import { PageCursor, PageLimit } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { LobbyTalk } from './lobby-talk.ts';
import { callOf, LOBBY_PROBLEMS, LobbyParams, type LobbyRoutesParts, TAG } from './route-parts.ts';

/** Chat and reports, over HTTP. */
export function talkRoutes(parts: LobbyRoutesParts): readonly Route[] {
  const talk = new LobbyTalk(parts);
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies/{id}/messages',
      summary: 'Say something to the members',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      body: ChatSend,
      responses: { 201: { description: 'The message', body: ChatMessage } },
      problems: [...LOBBY_PROBLEMS, 'not-member'],
      handler: (context) =>
        context.transact(async (tx) => ({
          status: 201,
          body: await talk.say(tx, callOf(context), context.body.text),
        })),
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/lobbies/{id}/messages',
      summary: 'Read what was said, newest first',
      tag: TAG,
      auth: 'player',
      params: LobbyParams,
      query: z.strictObject({ limit: PageLimit, cursor: PageCursor }),
      responses: { 200: { description: 'Messages', body: page(ChatMessage) } },
      problems: ['not-found', 'not-member', 'invalid-cursor'],
      handler: async (context) => {
        const { limit, cursor = null } = context.query;
        const call = { ...callOf(context), ifMatch: null };
        return { status: 200, body: await talk.read(call, { limit, cursor }) };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies/{id}/reports',
      summary: 'Report a player to the operator',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      body: ReportCreate,
      responses: { 202: { description: 'Kept', body: z.object({}) } },
      problems: [...LOBBY_PROBLEMS, 'not-member'],
      handler: (context) =>
        context.transact(async (tx) => {
          await talk.report(tx, callOf(context), context.body);
          return { status: 202, body: {} };
        }),
    }),
  ];
}
