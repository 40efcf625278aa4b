/**
 * The guard: the only listener on the HTTP server. Whatever comes in gets an id, an address and its limits here, before
 * Express and before Colyseus see it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config.ts';
import type { Logger } from '../ops/logging.ts';
import { clientAddress } from './client-address.ts';
import { isPreflight, OriginPolicy } from './cors.ts';
import { type HeaderList, setHeaders } from './header-list.ts';
import { OpenSockets } from './open-sockets.ts';
import { isPeerPath, type PeerGate, type PipedUpgrade } from './peer-gate.ts';
import { ProblemError } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { endRaw, rawProblem } from './raw-response.ts';
import { pathOf, type RequestInfo, registerRequest } from './request-info.ts';
import { newRequestId } from '../store/ids.ts';
import { sendProblem } from './send.ts';
import { upgradeTarget } from './upgrade-target.ts';

export interface GuardOptions {
  readonly config: Pick<
    Config,
    'origins' | 'publicUrl' | 'directAddress' | 'trustedProxyHops' | 'rateLimits' | 'maxSocketsPerAddress'
  >;
  readonly limits: RateLimits;
  readonly log: Logger;
  /**
   * Takes the reads that are answered at once, `head` being the headers of every answer; false leaves the request to
   * `onRequest`.
   */
  readonly onRead: (req: IncomingMessage, res: ServerResponse, head: HeaderList) => boolean;
  /** Takes every other request that was let through: the Express app. */
  readonly onRequest: (req: IncomingMessage, res: ServerResponse) => void;
  /** Takes every WebSocket upgrade that was let through; `req.url` is `/{processId}/{roomId}` and its query. */
  readonly onUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Takes what the other processes of a cluster send; their paths have no limits. Left out: there are none. */
  readonly peers?: PeerGate;
  /** Left out: 10 s for headers, 30 s for all, 60 s for an answer. */
  readonly arrivalTimes?: ArrivalTimes;
}

/** How long a request may take to arrive. */
export interface ArrivalTimes {
  /** Until its headers are there. */
  readonly headersMs: number;
  /** Until all of it is there. */
  readonly requestMs: number;
  /** How long nothing may move on a connection while its answer is being made, or waits to be read. */
  readonly stalledMs: number;
  /** How often connections are looked at. */
  readonly checkMs: number;
}

const ARRIVAL_TIMES: ArrivalTimes = { headersMs: 10_000, requestMs: 30_000, stalledMs: 60_000, checkMs: 2_000 };
/** Longer than the 60 s of common load balancers, so that it is never us who hang up on a request under way. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** After the answer, a client may go on sending for so long. */
const LINGER_MS = 2_000;
/** Colyseus' own: seats are given out by REST alone. */
const CLOSED_PATHS = /^\/+matchmake(?:[/?]|$)/i;

/** An HTTP server that is guarded; it isn't listening yet. */
export function createGuardedServer(options: GuardOptions): Server {
  const guard = new Guard(options);
  const { headersMs, requestMs, stalledMs, checkMs } = options.arrivalTimes ?? ARRIVAL_TIMES;
  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // What says that it has no body is not made a stream that nobody reads.
    optimizeEmptyRequests: true,
    // Any other upgrade that a client offers (h2c) is not taken up, and the request answered as it is.
    shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.timeout = stalledMs;
  server.on('connection', (socket) => guard.connection(socket));
  server.on('request', (req, res) => guard.request(req, res));
  server.on('checkContinue', (req, res) => guard.request(req, res, { expectsContinue: true }));
  server.on('checkExpectation', (req, res) => guard.request(req, res));
  server.on('upgrade', (req, socket, head) => guard.upgrade(req, socket, head));
  server.on('clientError', (error, socket) => guard.malformed(error, socket as Socket));
  return server;
}

interface Upgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

class Guard {
  readonly #options: GuardOptions;
  readonly #origins: OriginPolicy;
  readonly #ownPrefix: string;
  readonly #sockets: OpenSockets;
  /** Ends the counting of a connection. */
  readonly #uncount = new WeakMap<object, () => void>();

  constructor(options: GuardOptions) {
    this.#options = options;
    const { origins, publicUrl, directAddress, rateLimits, maxSocketsPerAddress } = options.config;
    this.#sockets = new OpenSockets(rateLimits ? maxSocketsPerAddress : Infinity);
    this.#origins = new OriginPolicy(origins, publicUrl);
    const own = directAddress === null ? '/' : new URL(`http://${directAddress}`).pathname;
    this.#ownPrefix = own === '/' ? '' : own;
  }

  /** Counts a connection that is a client's own. A proxy's is shared by many: there, WebSockets are counted. */
  connection(socket: Socket): void {
    const { trustedProxyHops } = this.#options.config;
    if (trustedProxyHops > 0) return;
    try {
      this.#uncount.set(socket, this.#sockets.add(clientAddress(socket.remoteAddress, undefined, 0), socket));
    } catch (error) {
      endRaw(socket, rawProblem(error, newRequestId()));
    }
  }

  request(req: IncomingMessage, res: ServerResponse, { expectsContinue = false } = {}): void {
    if (isPeerPath(req.url) && this.#options.peers?.request(req, res)) {
      this.#letBe(req.socket);
      return;
    }
    const info = registerRequest(req, this.#options.config.trustedProxyHops);
    info.expectsContinue = expectsContinue;
    const own = ['X-Request-Id', info.requestId, 'X-Content-Type-Options', 'nosniff'];
    const head = [...own, ...this.#origins.headers(req.headers.origin)];
    const { limits, log, onRead } = this.#options;
    res.on('error', ignore);
    if (log.isLevelEnabled('info')) res.on('close', () => this.#log(req, res, info));
    try {
      limits.consumeRequest(info.address);
      if (onRead(req, res, head)) return;
      begin(req, res, head);
      this.#admit(req, res);
    } catch (error) {
      if (!res.headersSent && !res.hasHeader('X-Request-Id')) begin(req, res, head);
      sendProblem(req, res, { error, log });
    }
  }

  #admit(req: IncomingMessage, res: ServerResponse): void {
    if (isPreflight(req.method, req.headers)) {
      res.writeHead(204, this.#origins.preflightHeaders(req.headers.origin)).end();
      return;
    }
    req.url = originForm(req.url ?? '');
    if (CLOSED_PATHS.test(req.url))
      throw new ProblemError('not-found', 'Seats are given out at /v1/matches/{id}/seat.');
    this.#options.onRequest(req, res);
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever takes the socket over listens too; until then, a reset must not end the process.
    socket.on('error', () => socket.destroy());
    const { peers, config } = this.#options;
    const piped = peers?.piped(req) ?? null;
    if (piped !== null && piped.is !== 'foreign') {
      this.#pipedUpgrade(piped, { req, socket, head });
      return;
    }
    if (isPeerPath(req.url) && peers?.upgrade(req, socket, head)) {
      this.#letBe(socket);
      return;
    }
    const info = registerRequest(req, config.trustedProxyHops);
    try {
      this.#options.limits.consumeUpgrade(info.address);
      if (!this.#origins.allows(req.headers.origin)) {
        endRaw(socket, forbiddenOrigin(info));
        return;
      }
      const target = req.method === 'GET' ? upgradeTarget(req.url ?? '', this.#ownPrefix) : null;
      if (target === null || isPeerPath(target) || piped !== null) {
        throw new ProblemError('not-found', 'There is no room at this address.');
      }
      if (config.trustedProxyHops > 0) this.#sockets.add(info.address, socket);
      req.url = target;
      this.#options.onUpgrade(req, socket, head);
    } catch (error) {
      this.#refuseUpgrade(socket, info, error);
    }
  }

  /** What another process has let through was counted there, and its page's origin looked at. */
  #pipedUpgrade(piped: Exclude<PipedUpgrade, { is: 'foreign' }>, { req, socket, head }: Upgrade): void {
    this.#letBe(socket);
    const genuine = piped.is === 'genuine' ? piped : undefined;
    const info = registerRequest(req, this.#options.config.trustedProxyHops, genuine);
    if (genuine !== undefined && upgradeTarget(req.url ?? '', '') === req.url) {
      this.#options.onUpgrade(req, socket, head);
      return;
    }
    this.#refuseUpgrade(
      socket,
      info,
      new ProblemError('match-moving', 'The process that this was passed on to is gone.'),
    );
  }

  #refuseUpgrade(socket: Duplex, info: RequestInfo, error: unknown): void {
    endRaw(socket, rawProblem(error, info.requestId));
    this.#options.log.debug({ requestId: info.requestId, path: pathOf(info), err: error }, 'upgrade refused');
  }

  /** Counts a connection no more: it is another process's, which has many clients. */
  #letBe(socket: Duplex): void {
    this.#uncount.get(socket)?.();
  }

  /** What Node's parser gives up on: no HTTP, headers too large, too slow. */
  malformed(error: Error, socket: Socket): void {
    const code = 'code' in error ? error.code : '';
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    if (isAnswering(socket)) {
      // What has been answered of a pipeline gets through.
      socket.destroySoon();
      return;
    }
    const problem = new ProblemError('invalid-request', MALFORMED[String(code)] ?? 'This is not a valid HTTP request.');
    endRaw(socket, rawProblem(problem, newRequestId()));
  }

  #log(req: IncomingMessage, res: ServerResponse, info: RequestInfo): void {
    const { requestId, route, startedAtMs } = info;
    const ms = Math.round(performance.now() - startedAtMs);
    const line = { requestId, method: req.method, path: pathOf(info), route, status: res.statusCode, ms };
    // A client that went away got no answer, whatever its status would have been.
    const fields = res.writableFinished ? line : { ...line, aborted: true };
    this.#options.log[route === null ? 'debug' : 'info'](fields, 'request');
  }
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: `The headers may have ${MAX_HEADER_BYTES} bytes in all.`,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'The chunk extensions are too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
};

/** A proxy may send the whole address (RFC 9112, 3.2.2); everyone behind us expects a path. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  if (url === '*') return '/';
  if (!URL.canParse(url)) throw new ProblemError('invalid-request', 'The address of the request is not valid.');
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function forbiddenOrigin({ requestId }: RequestInfo): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Request-Id': requestId };
  return { status: 403, headers, body: 'Pages of this origin may not connect (GYRE_ORIGINS).\n' };
}

function begin(req: IncomingMessage, res: ServerResponse, head: HeaderList): void {
  setHeaders(res, head);
  res.on('finish', () => hangUpOnEndlessBody(req));
}

function ignore(): void {}

function hangUpOnEndlessBody(req: IncomingMessage): void {
  if (req.complete) return;
  const timer = setTimeout(() => {
    if (!req.complete) req.socket.destroy();
  }, LINGER_MS);
  timer.unref();
}

/** A response that has begun can't be followed by another. Node's own handler looks at the same field. */
function isAnswering(socket: Duplex): boolean {
  const message = (socket as { _httpMessage?: { headersSent?: boolean } | null })._httpMessage;
  return message?.headersSent === true;
}
