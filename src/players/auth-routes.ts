import { GuestSignIn, RefreshRequest, SignedIn } from '../../protocol/players.ts';
import { ProblemError } from '../http/problem.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import type { SessionService } from './session-service.ts';

export interface AuthRoutesDeps {
  readonly db: Database;
  readonly sessions: SessionService;
  /** Resolves when all processes that can be reached know that a session has ended. It must not reject. */
  readonly tellOthers: (sessionId: string) => Promise<void>;
}

export function authRoutes(deps: AuthRoutesDeps): readonly Route[] {
  return [guestRoute(deps), refreshRoute(deps), signOutRoute(deps)];
}

function guestRoute({ db, sessions }: AuthRoutesDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/auth/guest',
    summary: 'Sign in as a guest',
    description:
      'The device key is a secret that the client draws (256 random bits) and keeps; the same key is the same player. Without one, a new player is made.',
    tag: 'Sign in',
    auth: 'none',
    limit: 'create',
    body: GuestSignIn,
    responses: {
      200: { description: 'The player of this device key.', body: SignedIn },
      201: { description: 'A new player.', body: SignedIn },
    },
    problems: ['banned'],
    async handler({ body }) {
      const { created, ...signedIn } = await inTransaction(db, (tx) => sessions.signInAsGuest(tx, body));
      return { status: created ? 201 : 200, body: signedIn };
    },
  });
}

function refreshRoute({ db, sessions, tellOthers }: AuthRoutesDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/auth/refresh',
    summary: 'Get new tokens',
    description:
      'The token presented is used up. Within 30 s it gets another successor, so that a lost reply or a second tab costs nothing; later the session ends.',
    tag: 'Sign in',
    auth: 'none',
    limit: 'update',
    body: RefreshRequest,
    responses: { 200: { description: 'The same player, new tokens.', body: SignedIn } },
    problems: ['token-expired', 'token-invalid', 'token-reused', 'banned'],
    async handler({ body }) {
      const outcome = await inTransaction(db, (tx) => sessions.refresh(tx, body.refreshToken));
      if ('player' in outcome) return { status: 200, body: outcome };
      await tellOthers(outcome.reusedIn);
      throw new ProblemError('token-reused', 'This token was used before: the session has ended. Sign in again.');
    },
  });
}

function signOutRoute({ sessions, tellOthers }: AuthRoutesDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/v1/auth/sessions/current',
    summary: 'Sign out',
    tag: 'Sign in',
    auth: 'player',
    responses: { 204: { description: 'The session has ended; its tokens are invalid, its hubs close.' } },
    handler: async ({ player, transact }) => {
      const reply = await transact(async (tx) => {
        await sessions.signOut(tx, player);
        return { status: 204 as const };
      });
      await tellOthers(player.sessionId);
      return reply;
    },
  });
}
