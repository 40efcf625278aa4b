/** Takes a request through the checks of the contract, in their order, to its handler. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { Id } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../ops/logging.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import type { Authenticator } from './authenticator.ts';
import { type HeaderList, setHeaders } from './header-list.ts';
import { IdempotentRequest, parseIdempotencyKey, type ReplayedReply } from './idempotency.ts';
import { parseIfMatch } from './if-match.ts';
import { type KnownRead, KnownReads } from './known-reads.ts';
import { isStorableText, parseJson } from './parse-json.ts';
import { invalidParameter, ProblemError } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { readBody, requireJsonType } from './request-body.ts';
import { infoOf } from './request-info.ts';
import type { RouteMatch, RouteTable } from './route-table.ts';
import type { Caller, Reply, Route, RouteContext } from './route.ts';
import { sendProblem, sendReply, sendShared } from './send.ts';
import { parseOrProblem } from './zod-problem.ts';

export interface DispatcherDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: RateLimits;
  readonly authenticator: Authenticator;
}

const NOTHING = z.strictObject({});
const IDS = z.record(z.string(), Id);
/** Parameters of a query in which `me` stands for the caller. */
const PLAYER_PARAMETERS = ['player', 'playerId'];

export class Dispatcher {
  readonly #table: RouteTable;
  readonly #deps: DispatcherDeps;
  readonly #reads = new KnownReads();

  constructor(table: RouteTable, deps: DispatcherDeps) {
    this.#table = table;
    this.#deps = deps;
  }

  /** Answers any request, whatever it is. Never rejects. */
  async handle(req: Request, res: Response): Promise<void> {
    try {
      const reply = await this.#answer(req, res);
      if (reply) sendReply(req, res, reply);
    } catch (error) {
      sendProblem(req, res, { error, log: this.#deps.log });
    }
  }

  /**
   * Answers a request like one that was answered before, if many share its answer; the same checks come first.
   * @param head headers of every answer
   * @returns false if it is no such request; then nothing has happened yet
   */
  answerShared(req: IncomingMessage, res: ServerResponse, head: HeaderList): boolean {
    const known = this.#reads.find(req);
    if (known === null) return false;
    try {
      const entered = this.#enter(req, known.route, () => this.#authenticate(req, known.route));
      const body = bodyFor(known, entered);
      if (Buffer.isBuffer(body)) sendShared(res, head, body);
      else void this.#answerSharedLater({ req, res, head }, { known, entered, body });
    } catch (error) {
      if (!res.headersSent) setHeaders(res, head);
      sendProblem(req, res, { error, log: this.#deps.log });
    }
    return true;
  }

  async #answerSharedLater({ req, res, head }: Exchange, { known, entered, body }: SharedCall): Promise<void> {
    try {
      const bytes = await body;
      if (bytes) return sendShared(res, head, bytes);
      const url = req.url ?? '';
      const player = await entered;
      const request = { req, url, route: known.route, player, json: {}, query: splitUrl(url).query, params: {} };
      const reply = await this.#run(request);
      setHeaders(res, head);
      sendReply(req, res, reply);
    } catch (error) {
      if (!res.headersSent) setHeaders(res, head);
      sendProblem(req, res, { error, log: this.#deps.log });
    }
  }

  /** The order of "Which one" in the contract. null: answered already. */
  async #answer(req: Request, res: Response): Promise<Reply | ReplayedReply | null> {
    const { path, query } = splitUrl(req.originalUrl);
    const match = this.#table.match(req.method, path);
    const route = match?.route ?? null;
    const player = await this.#enter(req, route, () => {
      requireProtocol(header(req, 'x-gyre-protocol'));
      if (!match) throw new ProblemError('not-found', `There is nothing at ${req.method} ${path.slice(0, 200)}.`);
      if (req.method === 'OPTIONS') return null;
      const wanted = requireMethod(req, res, match);
      requireJsonAccepted(req);
      return this.#authenticate(req, wanted);
    });
    if (!match || !route) return match && options(res, match);
    const json = await readJson(req, res);
    const url = req.originalUrl;
    return this.#run({ req, url, route, player, json, query, params: withMe(match.params, player) });
  }

  /** Counts a request and finds out who calls: at once, unless other processes count along. */
  #enter(req: IncomingMessage, route: Route | null, whoCalls: () => Caller | null): Entered {
    const info = infoOf(req);
    info.route = route?.path ?? null;
    if (!route?.limit) return whoCalls();
    return this.#deps.limits.admit({ name: route.limit, address: info.address }, whoCalls);
  }

  #authenticate({ headers }: IncomingMessage, route: Route): Caller | null {
    const { authenticator } = this.#deps;
    if (route.auth === 'player') return authenticator.player(headers.authorization);
    if (route.auth === 'operator') authenticator.operator(headers.authorization);
    return null;
  }

  async #run(request: ParsedRequest): Promise<Reply | ReplayedReply> {
    const { req, route, player, json, url } = request;
    const { db, clock } = this.#deps;
    const { ifMatch, key } = readConditions(req, route);
    const query = parseQuery(request);
    const body = parseOrProblem(route.body ?? NOTHING, json, { pointer: '#' });
    const keyed =
      player && key !== null
        ? new IdempotentRequest(
            { db, clock },
            { playerId: player.id, method: route.method, path: concretePath(request), key },
            json,
          )
        : null;
    const replayed = await keyed?.replay();
    if (replayed) return replayed;
    const { requestId, address } = infoOf(req);
    const transact: RouteContext['transact'] = (work) => (keyed ? keyed.transact(work) : inTransaction(db, work));
    const params = parseParams(request);
    const reply = await route.handler({ player, params, query, body, ifMatch, requestId, address, transact });
    if (req.method === 'GET' && player && !saysMe(request)) this.#reads.learn(req, { url, route, query });
    if (keyed && !keyed.settled) throw new Error(`${route.method} ${route.path} had an effect outside of transact()`);
    return reply;
  }
}

/** Who was let in; null: nobody in particular. */
type Entered = Caller | null | Promise<Caller | null>;

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly head: HeaderList;
}

interface SharedCall {
  readonly known: KnownRead;
  readonly entered: Entered;
  readonly body: Promise<Buffer | null> | null;
}

interface ParsedRequest {
  readonly req: IncomingMessage;
  /** As it came. */
  readonly url: string;
  readonly route: Route;
  readonly player: Caller | null;
  /** The body; `{}` if it was left out. */
  readonly json: unknown;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
}

function bodyFor({ answer }: KnownRead, entered: Entered): Buffer | null | Promise<Buffer | null> {
  if (entered instanceof Promise) return entered.then((player) => player && answer.body(player.id));
  return entered && answer.body(entered.id);
}

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const [path = '', ...query] = (url.split('#')[0] ?? '').split('?');
  return { path, query: new URLSearchParams(query.join('?')) };
}

/** Node joins what comes more than once. */
function header({ headers }: IncomingMessage, name: string): string | undefined {
  return headers[name]?.toString();
}

function requireProtocol(header: string | undefined): void {
  const isNumber = header !== undefined && /^\s*\d{1,6}\s*$/.test(header);
  if (!isNumber || Number(header) >= PROTOCOL_VERSION) return;
  throw new ProblemError('client-too-old', `This service speaks version ${PROTOCOL_VERSION} and newer.`);
}

function options(res: Response, { allow }: RouteMatch): null {
  res.setHeader('Allow', allow.join(', '));
  res.writeHead(204).end();
  return null;
}

function requireMethod(req: Request, res: Response, { route, allow }: RouteMatch): Route {
  if (route) return route;
  res.setHeader('Allow', allow.join(', '));
  throw new ProblemError('method-not-allowed', `${req.method} is not possible here; ${allow.join(', ')} are.`);
}

function requireJsonAccepted(req: Request): void {
  if (req.accepts('application/json') === false) throw new ProblemError('not-acceptable', 'Accept application/json.');
}

function withMe(params: Readonly<Record<string, string>>, player: Caller | null): Readonly<Record<string, string>> {
  if (!player) return params;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === 'me' ? player.id : value]));
}

async function readJson(req: Request, res: Response): Promise<unknown> {
  if (req.method === 'GET' || req.method === 'HEAD') return {};
  const bytes = await readBody(req, res);
  if (bytes.length === 0) return {};
  requireJsonType(req);
  return parseJson(bytes);
}

function readConditions(
  req: IncomingMessage,
  route: Route,
): { readonly ifMatch: number | null; readonly key: string | null } {
  const protocol = header(req, 'x-gyre-protocol');
  if (protocol !== undefined && !/^\s*\d{1,6}\s*$/.test(protocol)) {
    throw invalidParameter('X-Gyre-Protocol', { code: 'invalid-format', detail: 'must be a whole number' });
  }
  const key = route.idempotent ? parseIdempotencyKey(header(req, 'idempotency-key')) : null;
  return { ifMatch: parseIfMatch(req.headers['if-match']), key };
}

/** Whether its answer may depend on who calls. */
function saysMe({ route, query }: ParsedRequest): boolean {
  return route.path.includes('{') || PLAYER_PARAMETERS.some((name) => query.has(name));
}

/** A parameter that comes more than once is a list: only filters, which all must hold, take one. */
function parseQuery({ route, player, query }: ParsedRequest): unknown {
  const isMe = (name: string, value: string) => player && value === 'me' && PLAYER_PARAMETERS.includes(name);
  const values: Record<string, unknown> = Object.create(null);
  for (const name of new Set(query.keys())) {
    // The schemas' own library overlooks it.
    if (name === '__proto__') throw invalidParameter(name, { code: 'unknown-field', detail: 'is not a known field' });
    const texts = query.getAll(name);
    if (![name, ...texts].every(isStorableText)) {
      throw invalidParameter(name.slice(0, 100), { code: 'invalid-text', detail: 'must not contain NUL' });
    }
    const read = texts.map((text) => (isMe(name, text) ? player?.id : text));
    values[name] = read.length > 1 ? read : read[0];
  }
  return parseOrProblem(route.query ?? NOTHING, { ...values }, { parameter: true });
}

function parseParams({ route, params }: ParsedRequest): unknown {
  const parsed = (route.params ?? IDS).safeParse(params);
  if (parsed.success) return parsed.data;
  throw new ProblemError('not-found', 'There is nothing with such an id.');
}

function concretePath({ route, params }: ParsedRequest): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}
