/** Which pages may call (the Fetch standard's CORS protocol) and connect. There are no cookies, so any may by default. */
import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderList } from './header-list.ts';

type Headers = Readonly<Record<string, string>>;

const EXPOSED = 'ETag, Location, Retry-After, X-Request-Id, Idempotency-Replayed';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const REQUEST_HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Gyre-Protocol';
/** The longest that Chromium honours. */
const PREFLIGHT_KEPT_SECONDS = '7200';

const FOR_ANYONE: HeaderList = ['Access-Control-Allow-Origin', '*', 'Access-Control-Expose-Headers', EXPOSED];

export class OriginPolicy {
  readonly #allowed: ReadonlySet<string> | null;

  /** @param origins null: any. @param publicUrl the page that we serve ourselves may always call us */
  constructor(origins: readonly string[] | null, publicUrl: string | null = null) {
    this.#allowed = origins && new Set([...origins, ...(publicUrl === null ? [] : [new URL(publicUrl).origin])]);
  }

  /** A caller that isn't a page has no origin, and is always accepted. */
  allows(origin: string | undefined): boolean {
    return origin === undefined || this.#allowed === null || this.#allowed.has(origin.toLowerCase());
  }

  /** Headers of every answer. */
  headers(origin: string | undefined): HeaderList {
    if (this.#allowed === null) return FOR_ANYONE;
    if (origin === undefined || !this.allows(origin)) return ['Vary', 'Origin'];
    return ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', EXPOSED, 'Vary', 'Origin'];
  }

  /** Headers of the answer to a preflight, besides {@link headers}. */
  preflightHeaders(origin: string | undefined): Headers {
    if (!this.allows(origin)) return {};
    return {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': REQUEST_HEADERS,
      'Access-Control-Max-Age': PREFLIGHT_KEPT_SECONDS,
    };
  }
}

export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
