/** The Express app: what answers which path. The guard stands in front of it. */
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { Dispatcher, type DispatcherDeps } from './http/dispatcher.ts';
import { docsPage } from './http/docs/docs-page.ts';
import { type OpenApiDocument, openApiDocument } from './http/docs/openapi.ts';
import { openApiRoute } from './http/docs/openapi-route.ts';
import { problemIndexPage, problemPage } from './http/docs/problem-pages.ts';
import { asProblemError, ProblemError } from './http/problem.ts';
import type { GuardOptions } from './http/guard.ts';
import { RouteTable } from './http/route-table.ts';
import type { Route } from './http/route.ts';
import { sendProblem, sendReply } from './http/send.ts';
import { type HeaderList, setHeaders } from './http/header-list.ts';
import type { Health } from './ops/health.ts';
import type { Logger } from './ops/logging.ts';

export interface AppOptions extends DispatcherDeps {
  /** All routes below `/v1`, of every concept. */
  readonly routes: readonly Route[];
  readonly health: Health;
  /** The shared address, for the documentation; null = wherever the document was fetched from. */
  readonly publicUrl: string | null;
  /** Answers `/sdk/…`, its path without that. Left out: 404. */
  readonly sdk?: RequestHandler;
  /** Answers every path that nothing else does: the web page. It calls `next()` for what it doesn't have. Left out: 404. */
  readonly page?: RequestHandler;
}

/** Our own pages load nothing from elsewhere; WebSockets go wherever a seat says. */
const PAGE_POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
const DATA_HEADERS = securityHeaders(DATA_POLICY);

/** What the guard hands requests to. */
export type App = Pick<GuardOptions, 'onRequest' | 'onRead'>;

export function createApp(options: AppOptions): App {
  const { publicUrl, health, log } = options;
  let made: OpenApiDocument | undefined;
  const document = () => (made ??= openApiDocument(table.routes, publicUrl ?? ''));
  const table = new RouteTable([...options.routes, openApiRoute(document)]);
  const dispatcher = new Dispatcher(table, options);

  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false);
  app.use('/v1', withHeaders(DATA_HEADERS), (req, res) => {
    health.requireServing();
    return dispatcher.handle(req, res);
  });
  app.use(withHeaders(securityHeaders(PAGE_POLICY)));
  getOnly(app, '/livez', (req, res) => sendReply(req, res, { status: 200, body: { status: 'alive' } }));
  getOnly(app, '/readyz', async (req, res) => {
    await health.requireReady();
    sendReply(req, res, { status: 200, body: { status: 'ready' } });
  });
  let docs: string | undefined;
  getOnly(app, '/docs', (_req, res) => sendPage(res, (docs ??= docsPage(document()))));
  getOnly(app, '/problems', (_req, res) => sendPage(res, problemIndexPage()));
  getOnly(app, '/problems/:code', (req, res) => sendPage(res, problemPage(String(req.params.code)) ?? nothingHere()));
  if (options.sdk) app.use('/sdk', options.sdk);
  if (options.page) app.use(options.page);
  app.use(nothingHere);
  app.use(problemEdge(log));
  return {
    onRequest: app,
    onRead: (req, res, head) => health.isServing && dispatcher.answerShared(req, res, [...head, ...DATA_HEADERS]),
  };
}

/** Links carry lobby codes, hence no referrer. */
function securityHeaders(policy: string): HeaderList {
  return ['Content-Security-Policy', policy, 'Referrer-Policy', 'no-referrer'];
}

function withHeaders(headers: HeaderList): RequestHandler {
  return (_req, res, next) => {
    setHeaders(res, headers);
    next();
  };
}

function getOnly(app: Express, path: string, answer: (req: Request, res: Response) => void | Promise<void>): void {
  app.get(path, answer);
  app.all(path, (req, res) => {
    res.setHeader('Allow', 'GET, HEAD, OPTIONS');
    if (req.method !== 'OPTIONS') throw new ProblemError('method-not-allowed', `${req.method} is not possible here.`);
    res.writeHead(204).end();
  });
}

function sendPage(res: Response, html: string): void {
  res.setHeader('Cache-Control', 'no-cache');
  res.type('html').send(html);
}

function nothingHere(): never {
  throw new ProblemError('not-found', 'There is nothing here.');
}

/** Whatever went wrong in a handler that isn't a route of the table. */
function problemEdge(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => sendProblem(req, res, { error: fromExpress(error), log });
}

/** Express and its file server have errors of their own: a malformed `%`, a path that leads out of a folder. */
function fromExpress(error: unknown): ProblemError {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (error instanceof ProblemError || status < 400 || status >= 500) return asProblemError(error);
  return status === 400
    ? new ProblemError('invalid-request', 'The address is not valid.')
    : new ProblemError('not-found', 'There is nothing here.');
}
