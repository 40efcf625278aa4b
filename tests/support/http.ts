/** A tiny client for tests over real HTTP: `await api(url).as(ann).post('/v1/lobbies', { game: 'connect-four' })`. */
import { randomBytes } from 'node:crypto';
import type { SignedIn } from '../../protocol/players.ts';

/** An answer, its body parsed as JSON; `null` for none, text for what isn't JSON. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** Of the body's problem; null for none. */
  readonly code: string | null;
}

/** What a request may carry besides its body. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** Somebody who has signed in. */
export interface TestPlayer extends SignedIn {
  readonly deviceKey: string;
}

export class Api {
  readonly #url: string;
  /** On each request. */
  protected readonly headers: RequestHeaders;

  constructor(url: string, headers: RequestHeaders = {}) {
    this.#url = url.replace(/\/$/, '');
    this.headers = headers;
  }

  /** The same client, signed in. */
  as(who: SignedIn): Api {
    return this.with({ Authorization: `Bearer ${who.session.accessToken}` });
  }

  /** The same client, with these headers on each request. */
  with(headers: RequestHeaders): Api {
    return new Api(this.#url, { ...this.headers, ...headers });
  }

  get<Body = unknown>(path: string, headers?: RequestHeaders): Promise<Answer<Body>> {
    return this.send('GET', path, { headers });
  }

  post<Body = unknown>(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer<Body>> {
    return this.send('POST', path, { body, headers });
  }

  put<Body = unknown>(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer<Body>> {
    return this.send('PUT', path, { body, headers });
  }

  patch<Body = unknown>(path: string, body?: unknown, headers?: RequestHeaders): Promise<Answer<Body>> {
    return this.send('PATCH', path, { body, headers });
  }

  delete<Body = unknown>(path: string, headers?: RequestHeaders): Promise<Answer<Body>> {
    return this.send('DELETE', path, { headers });
  }

  /** Any request. `body` is sent as JSON, `raw` as it is; `undefined`: none. */
  async send<Body = unknown>(
    method: string,
    path: string,
    {
      body,
      raw,
      headers = {},
    }: { body?: unknown; raw?: string | Uint8Array; headers?: RequestHeaders | undefined } = {},
  ): Promise<Answer<Body>> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = content === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...type, ...this.headers, ...headers },
      ...(content !== undefined && { body: content as BodyInit }),
      redirect: 'manual',
    });
    const parsed = parseBody(await response.text());
    return { status: response.status, headers: response.headers, body: parsed as Body, code: codeOf(parsed) };
  }

  /** Signs in a new guest. */
  async signIn(displayName?: string): Promise<TestPlayer> {
    const deviceKey = randomBytes(32).toString('base64url');
    const { status, body } = await this.post<SignedIn>('/v1/auth/guest', { deviceKey, displayName });
    if (status !== 201) throw new Error(`signing in gave ${status}: ${JSON.stringify(body)}`);
    return { ...body, deviceKey };
  }
}

/** @param url where the service is, such as `http://127.0.0.1:2567` */
export function api(url: string): Api {
  return new Api(url);
}

function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function codeOf(body: unknown): string | null {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
  return typeof code === 'string' ? code : null;
}
