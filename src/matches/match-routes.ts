import { z } from 'zod';
import { Match, SeatGrant, SeatRequest } from '../../protocol/matches.ts';
import { Id, page, type Page } from '../../protocol/shapes.ts';
import { MATCH_STATES } from '../../protocol/states.ts';
import { decodeCursor, encodeCursor, PageCursor, PageLimit } from '../http/paging.ts';
import { ProblemError } from '../http/problem.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { listCondition, maySee } from './match-access.ts';
import { findMatch, findMatches } from './match-store.ts';
import { matchView } from './match-view.ts';
import { grantSeat, type SeatGrantParts } from './seat-grants.ts';

const TAG = 'Matches';

const MatchList = z.strictObject({
  player: Id.optional().meta({ description: 'Whose matches; left out: those that are played now and may be watched' }),
  game: z.string().optional(),
  state: z.enum(MATCH_STATES).optional(),
  limit: PageLimit,
  cursor: PageCursor,
});

/** The routes of matches and of the seats in them. */
export function matchRoutes(parts: SeatGrantParts): Route[] {
  return [listRoute(parts), getRoute(parts), seatRoute(parts)];
}

function getRoute({ db, watchable }: SeatGrantParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/matches/{id}',
    summary: 'A match',
    description: 'For those who have or had a seat in it, and for whoever may watch it.',
    tag: TAG,
    auth: 'player',
    responses: { 200: { description: 'The match', body: Match } },
    problems: ['not-found'],
    handler: async ({ player, params }) => {
      const match = await findMatch(db, params.id ?? '');
      if (!match || !maySee(match, player.id, watchable)) {
        throw new ProblemError('not-found', `There is no match ${params.id}.`);
      }
      return { status: 200, body: matchView(match) };
    },
  });
}

function listRoute({ db, watchable }: SeatGrantParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/matches',
    summary: 'Matches, newest first',
    description:
      "With `player=me` one's own, otherwise those that are played now and that the caller may watch: of games with `spectators`, without those of private lobbies.",
    tag: TAG,
    auth: 'player',
    query: MatchList,
    responses: { 200: { description: 'A page of matches', body: page(Match) } },
    problems: ['invalid-cursor'],
    handler: async ({ player: caller, query: { limit, cursor, ...filter } }) => {
      const bound = { list: 'matches', callerId: caller.id, ...filter };
      const query = {
        player: filter.player ?? null,
        game: filter.game ?? null,
        state: filter.state ?? null,
        before: cursor === undefined ? null : decodeCursor(cursor, bound, Id),
      };
      const found = await findMatches(db, listCondition(query, caller.id, watchable), limit + 1);
      const items = found.slice(0, limit).map(matchView);
      const last = found.length > limit ? items.at(-1) : undefined;
      const body: Page<Match> = { items, nextCursor: last ? encodeCursor(last.id, bound) : null };
      return { status: 200, body };
    },
  });
}

function seatRoute(parts: SeatGrantParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/matches/{id}/seat',
    summary: 'The right to take one’s seat, or to watch',
    description:
      'With `spectate` the right to watch: of games with `spectators`, while the match is played, unless its lobby is private. May be called again at any time while the match lives: the seat then belongs to whoever uses the newest right. `colyseus` goes as it is into `consumeSeatReservation` of a Colyseus 0.18 SDK.',
    tag: TAG,
    auth: 'player',
    idempotent: false,
    body: SeatRequest,
    responses: { 200: { description: 'The right', body: SeatGrant } },
    problems: ['not-found', 'not-in-match', 'wrong-state', 'match-over', 'match-moving'],
    handler: async ({ player, params, body }) => {
      const asked = { matchId: params.id ?? '', playerId: player.id, spectate: body.spectate ?? false };
      return { status: 200, body: await grantSeat(parts, asked) };
    },
  });
}
