/** Routes as data: one table is matched, checked, validated, answered and documented. */
import type { z } from 'zod';
import type { RateLimitName } from '../../protocol/limits.ts';
import type { ProblemCode } from '../../protocol/problems.ts';
import type { Tx } from '../store/transaction.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Who may call: anyone, a signed-in player, whoever has the operator's token. */
export type RouteAuth = 'none' | 'player' | 'operator';

/** A signed-in caller. */
export interface Caller {
  readonly id: string;
  /** The sign-in that the access token belongs to, `s_…`. */
  readonly sessionId: string;
}

/** What a handler answers. Refusals are thrown as `ProblemError`. */
export interface Reply {
  /** 200–299. */
  readonly status: number;
  /** JSON; left out for 204. */
  readonly body?: unknown;
  /** Version of what the body shows: sent as `ETag`, with `Vary: Authorization`. */
  readonly version?: number;
  /** Path of what was created. */
  readonly location?: string;
}

/** What a handler is given. `Params`, `Query` and `Body` are what the route's schemas make of the request. */
export interface RouteContext<Auth extends RouteAuth = RouteAuth, Params = unknown, Query = unknown, Body = unknown> {
  /** null unless the route is for players. */
  readonly player: Auth extends 'player' ? Caller : null;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Version in `If-Match`: compare with {@link requireVersion}. null: not sent. 0: matches no version. */
  readonly ifMatch: number | null;
  readonly requestId: string;
  /** The client's own address, as far as trusted proxies tell. */
  readonly address: string;
  /**
   * Runs `work` in one SQL transaction. If the request carries an `Idempotency-Key`, a 2xx reply is kept in that same
   * transaction; when there is one already it is returned and `work` doesn't run. Every effect of an idempotent route
   * belongs in here; its handler answers with what this resolves to. May be called again after it rejected.
   */
  readonly transact: (work: (tx: Tx) => Promise<Reply>) => Promise<Reply>;
}

/** One answer to many: the bytes of a 200 without a version, kept ready. */
export interface SharedAnswer {
  /**
   * JSON; a promise of it while it is read anew. null: this caller's answer is another one, and the handler makes it.
   * Rejects with a `ProblemError`, or whatever a handler would.
   */
  body(callerId: string): Buffer | null | Promise<Buffer | null>;
}

/** One answer of a route, for its documentation. */
export interface ResponseSpec {
  readonly description: string;
  /** Left out: no body. */
  readonly body?: z.ZodType;
  /** The answer carries `ETag`. */
  readonly etag?: boolean;
  readonly location?: boolean;
}

export interface RouteSpec<
  Auth extends RouteAuth,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> {
  readonly method: Method;
  /** From the root, parameters in braces: `/v1/lobbies/{id}`. `me` is replaced by the caller's id in all of them. */
  readonly path: string;
  /** A few words, for the documentation. */
  readonly summary: string;
  /** More, in sentences. Left out: none. */
  readonly description?: string;
  /** Heading in the documentation, such as `Lobbies`. */
  readonly tag: string;
  readonly auth: Auth;
  /** Left out: only the overall budget of the address. Without a player, the limit counts per address alone. */
  readonly limit?: RateLimitName;
  /** A path whose parameters don't fit is 404. Left out: ids for each parameter. */
  readonly params?: Params;
  /**
   * All values are strings; `me` in `player` and `playerId` is replaced by the caller's id. Faults are 400
   * `invalid-request`. Left out: no parameter is known.
   */
  readonly query?: Query;
  /** If `{}` fits, the body may be left out. Left out: `{}` or nothing. */
  readonly body?: Body;
  /** By status, 2xx only. */
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Codes of the route's own; those that every route may answer are added by themselves. */
  readonly problems?: readonly ProblemCode[];
  /** Whether `Idempotency-Key` counts. Left out: on every POST of players. */
  readonly idempotent?: boolean;
  /**
   * A GET of players that many ask alike, with the same answer for all or most of them: asked once for each query that
   * the handler has answered. null: such a query is the handler's every time. Left out: all are.
   */
  shared?(query: z.output<Query>): SharedAnswer | null;
  handler(context: RouteContext<Auth, z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Reply>;
}

/** A route of the table, whatever its types. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: string;
  readonly auth: RouteAuth;
  readonly limit: RateLimitName | null;
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  readonly problems: readonly ProblemCode[];
  readonly idempotent: boolean;
  shared(query: unknown): SharedAnswer | null;
  handler(context: RouteContext): Promise<Reply>;
}

/** Declares a route: see {@link RouteSpec} for what may be left out. */
export function defineRoute<
  const Auth extends RouteAuth,
  Params extends z.ZodType = z.ZodType<Readonly<Record<string, string>>>,
  Query extends z.ZodType = z.ZodType<Record<never, never>>,
  Body extends z.ZodType = z.ZodType<Record<never, never>>,
>(spec: RouteSpec<Auth, Params, Query, Body>): Route {
  return {
    description: '',
    problems: [],
    idempotent: spec.method === 'POST' && spec.auth === 'player',
    ...spec,
    limit: spec.limit ?? null,
    params: spec.params ?? null,
    query: spec.query ?? null,
    body: spec.body ?? null,
    // The schemas of this very route have made what its functions are given.
    shared: (query) => spec.shared?.(query as z.output<Query>) ?? null,
    handler: (context) => spec.handler(context as Parameters<typeof spec.handler>[0]),
  };
}
