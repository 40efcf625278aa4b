import { HostChange, MemberPatch } from '../../protocol/lobbies.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { memberNotFound } from './lobby-access.ts';
import { LobbyHosting } from './lobby-hosting.ts';
import { LobbyMembers } from './lobby-members.ts';
import {
  callOf,
  HOST_PROBLEMS,
  LOBBY_PROBLEMS,
  LobbyParams,
  type LobbyRoutesParts,
  MemberParams,
  NO_CONTENT,
  replyWith,
  TAG,
  wholeLobby,
} from './route-parts.ts';

/** What members change about themselves, and the host about members, over HTTP. */
export function memberRoutes(parts: LobbyRoutesParts): readonly Route[] {
  const { changes } = parts.lobbies;
  const members = new LobbyMembers({ changes, matches: parts.matches });
  const hosting = new LobbyHosting({ changes, ...parts });
  return [
    defineRoute({
      method: 'PATCH',
      path: '/v1/lobbies/{id}/members/{playerId}',
      summary: 'Change one’s own mark, team and data',
      description: 'A merge-patch (RFC 7386), only for oneself: `playerId` is `me`.',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: MemberParams,
      body: MemberPatch,
      responses: { 200: wholeLobby('The lobby') },
      problems: [...LOBBY_PROBLEMS, 'not-member', 'wrong-state', 'team-full'],
      handler: async (context) => {
        const { player, params, body } = context;
        if (params.playerId !== player.id) throw memberNotFound(params.id, params.playerId);
        return context.transact(async (tx) =>
          replyWith(changes, await members.patch(tx, callOf(context), body), { status: 200, viewerId: player.id }),
        );
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/v1/lobbies/{id}/members/{playerId}',
      summary: 'Leave; as the host, kick',
      description: 'One’s own id leaves. Another’s is a kick, which also bars the player from coming back.',
      tag: TAG,
      auth: 'player',
      params: MemberParams,
      responses: { 204: NO_CONTENT },
      problems: HOST_PROBLEMS,
      handler: async (context) => {
        const { player, params } = context;
        return context.transact(async (tx) => {
          if (params.playerId === player.id) await members.leave(tx, callOf(context));
          else await members.kick(tx, callOf(context), params.playerId);
          return { status: 204 };
        });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/v1/lobbies/{id}/bans/{playerId}',
      summary: 'Let a kicked player come back',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: MemberParams,
      responses: { 204: { description: 'Done, also if there was no bar' } },
      problems: HOST_PROBLEMS,
      handler: (context) =>
        context.transact(async (tx) => {
          await members.lift(tx, callOf(context), context.params.playerId);
          return { status: 204 };
        }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/lobbies/{id}/host',
      summary: 'Make another member the host',
      tag: TAG,
      auth: 'player',
      limit: 'update',
      params: LobbyParams,
      body: HostChange,
      responses: { 200: wholeLobby('The lobby') },
      problems: HOST_PROBLEMS,
      handler: async (context) => {
        const viewerId = context.player.id;
        return context.transact(async (tx) =>
          replyWith(changes, await hosting.handOver(tx, callOf(context), context.body.playerId), {
            status: 200,
            viewerId,
          }),
        );
      },
    }),
  ];
}
