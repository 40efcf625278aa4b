import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import { asGyreError, errorOfResponse, GyreError } from './gyre-error.ts';
import { backoffMs, pause } from './pause.ts';
import { randomId } from './random-id.ts';

export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** Where access tokens come from. Both reject with `signed-out` if nobody is signed in. */
export interface TokenSource {
  /** A token that is good for a while yet. */
  accessToken(): Promise<string>;
  /** Another one than `stale`, which the server called expired or invalid. */
  renew(stale: string): Promise<string>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the endpoint, with its query: `/v1/lobbies?limit=5`. */
  readonly path: string;
  readonly body?: object | undefined;
  /** Sent under an own Idempotency-Key, so that a lost answer can be asked for again. */
  readonly keyed?: boolean;
  /** Safe to repeat as it is, beyond GET and PUT, which always are. */
  readonly repeatable?: boolean;
  /** Never repeated here: its caller tries again by itself. */
  readonly once?: boolean;
  readonly ifMatch?: string | undefined;
}

export interface HttpOptions {
  readonly endpoint: string;
  readonly fetch: FetchFunction;
  /** Ends everything under way. */
  readonly signal: AbortSignal;
}

const MAX_TRIES = 4;
const TRY_TIMEOUT_MS = 15_000;
/** A server that asks for more patience than this is not waited for; its caller is told how long. */
const MAX_WAIT_MS = 10_000;
const BACKOFF = { firstMs: 250, maxMs: 4_000 };

/** JSON over HTTP: sends, repeats what is safe to repeat, and turns everything else into a {@link GyreError}. */
export class HttpClient {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** With the caller's access token, which is renewed at most once on the way. */
  async authorized<Body>(request: HttpRequest, tokens: TokenSource): Promise<Body> {
    const token = await tokens.accessToken();
    const keyed = withKey(request);
    try {
      return await this.#repeating<Body>(keyed, token);
    } catch (error) {
      if (!isStaleToken(error)) throw error;
      return await this.#repeating<Body>(keyed, await tokens.renew(token));
    }
  }

  /** Without a token. */
  anonymous<Body>(request: HttpRequest): Promise<Body> {
    return this.#repeating<Body>(withKey(request), null);
  }

  async #repeating<Body>(request: KeyedRequest, token: string | null): Promise<Body> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#once<Body>(request, token);
      } catch (error) {
        const failure = this.#options.signal.aborted
          ? new GyreError('closed', 'the client was closed')
          : asGyreError(error);
        const waitMs = failure.retryAfterMs ?? backoffMs(BACKOFF, failures);
        if (failures + 1 >= MAX_TRIES || waitMs > MAX_WAIT_MS || !mayRepeat(request, failure)) throw failure;
        // Everyone who was turned away got the same Retry-After: jitter, but never sooner than asked.
        await pause(waitMs + Math.random() * 100, this.#options.signal);
      }
    }
  }

  async #once<Body>(request: KeyedRequest, token: string | null): Promise<Body> {
    const response = await this.#options.fetch(`${this.#options.endpoint}${request.path}`, {
      method: request.method,
      headers: headersOf(request, token),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // Nothing of Gyre's uses cookies, and a cached view would be an old one.
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]),
    });
    const body = await readJson(response);
    if (!response.ok) throw errorOfResponse(response, body);
    if (body === undefined && response.status !== 204) {
      throw new GyreError('unexpected-response', 'the answer is not JSON', { status: response.status });
    }
    return body as Body;
  }
}

type KeyedRequest = HttpRequest & { readonly idempotencyKey?: string };

function withKey(request: HttpRequest): KeyedRequest {
  return request.keyed ? { ...request, idempotencyKey: randomId(128) } : request;
}

function headersOf(request: KeyedRequest, token: string | null): Record<string, string> {
  return {
    Accept: 'application/json',
    'X-Gyre-Protocol': String(PROTOCOL_VERSION),
    ...(request.body && {
      'Content-Type': request.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    }),
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(request.idempotencyKey !== undefined && { 'Idempotency-Key': request.idempotencyKey }),
    ...(request.ifMatch !== undefined && { 'If-Match': request.ifMatch }),
  };
}

/** A 429 did nothing, so anything may follow it; of an unanswered request only what can't happen twice. */
function mayRepeat(request: KeyedRequest, error: GyreError): boolean {
  if (!error.retryable || request.once) return false;
  if (error.code === 'rate-limited') return true;
  if (request.method === 'GET' || request.method === 'PUT') return true;
  return request.repeatable === true || request.idempotencyKey !== undefined;
}

function isStaleToken(error: unknown): boolean {
  return GyreError.is(error, 'token-expired') || GyreError.is(error, 'token-invalid');
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
