import { z } from 'zod';
import { ClusterView, DrainAnswer, DrainRequest } from '../../protocol/admin.ts';
import { ProblemError } from '../http/problem.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../store/transaction.ts';
import { clusterView } from './cluster-view.ts';

const TAG = 'Operation';
const MATCHES_DEFAULT = 200;
const MATCHES_MAX = 1_000;

/** Empties processes. */
export interface DrainPort {
  /**
   * Has a process move its matches away and exit; resolves when that has begun. Asking again changes nothing.
   * @param incarnation null: this very process
   */
  drain(incarnation: string | null): Promise<'draining' | 'unknown'>;
}

export interface AdminParts {
  readonly db: Database;
  readonly drains: DrainPort;
}

/** The operator's routes, closed without `GYRE_OPERATOR_TOKEN`. */
export function adminRoutes(parts: AdminParts): Route[] {
  return [clusterRoute(parts), drainRoute(parts)];
}

const ClusterQuery = z.strictObject({
  matches: z.enum(['true', 'false']).optional().meta({ description: 'Whether the matches being played are named' }),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(z.int().min(1).max(MATCHES_MAX))
    .default(MATCHES_DEFAULT)
    .meta({
      description: 'Of the matches, the newest first',
      override: { type: 'integer', minimum: 1, maximum: MATCHES_MAX, default: MATCHES_DEFAULT },
    }),
});

function clusterRoute({ db }: AdminParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/admin/cluster',
    summary: 'Who is alive, and who owns which match',
    description:
      'As the database has it, so every process answers the same. Processes that have ended are shown for ten minutes more, and for as long as matches wait in their name.',
    tag: TAG,
    auth: 'operator',
    query: ClusterQuery,
    responses: { 200: { description: 'The cluster', body: ClusterView } },
    handler: async ({ query }) => {
      return { status: 200, body: await clusterView(db, query.matches === 'true' ? query.limit : null) };
    },
  });
}

function drainRoute({ drains }: AdminParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/admin/drain',
    summary: 'Empty a process',
    description:
      'It moves its matches to others, takes nothing new, and exits. Any process may be asked for any; asking again changes nothing.',
    tag: TAG,
    auth: 'operator',
    body: DrainRequest,
    responses: { 202: { description: 'It has begun', body: DrainAnswer } },
    problems: ['not-found'],
    handler: async ({ body }) => {
      const { incarnation = null } = body;
      if ((await drains.drain(incarnation)) === 'unknown') {
        throw new ProblemError('not-found', `There is no process ${incarnation} that is alive.`);
      }
      const answer: DrainAnswer = { state: 'draining' };
      return { status: 202, body: answer };
    },
  });
}
