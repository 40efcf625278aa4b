/** A client of the wire contract that checks every answer it gets. */
import { expect } from '@jest/globals';
import { checkAnswer, type WireAnswer } from './answers.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

interface ClientOptions {
  readonly headers?: RequestHeaders;
  /** What `Access-Control-Allow-Origin` must say. `*` by default. */
  readonly allowedOrigin?: string | null;
}

interface Sending {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array;
  readonly headers?: RequestHeaders;
}

export class WireClient {
  readonly url: string;
  readonly #headers: RequestHeaders;
  readonly #allowedOrigin: string | null;

  constructor(url: string, { headers = {}, allowedOrigin = '*' }: ClientOptions = {}) {
    this.url = url;
    this.#headers = headers;
    this.#allowedOrigin = allowedOrigin;
  }

  /** The same client, with these headers on each request. */
  with(headers: RequestHeaders): WireClient {
    return new WireClient(this.url, {
      headers: { ...this.#headers, ...headers },
      allowedOrigin: this.#allowedOrigin,
    });
  }

  get<Body = Record<string, unknown>>(path: string, headers: RequestHeaders = {}): Promise<WireAnswer<Body>> {
    return this.send('GET', path, { headers });
  }

  post<Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    headers: RequestHeaders = {},
  ): Promise<WireAnswer<Body>> {
    return this.send('POST', path, { body, headers });
  }

  put<Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    headers: RequestHeaders = {},
  ): Promise<WireAnswer<Body>> {
    return this.send('PUT', path, { body, headers });
  }

  patch<Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    headers: RequestHeaders = {},
  ): Promise<WireAnswer<Body>> {
    return this.send('PATCH', path, { body, headers });
  }

  delete<Body = Record<string, unknown>>(path: string, headers: RequestHeaders = {}): Promise<WireAnswer<Body>> {
    return this.send('DELETE', path, { headers });
  }

  /** Any request. `body` is sent as JSON, `raw` as it is; neither: no body. */
  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { body, raw, headers = {} }: Sending = {},
  ): Promise<WireAnswer<Body>> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(content !== undefined && { 'Content-Type': 'application/json' }), ...this.#headers, ...headers },
      ...(content !== undefined && { body: content as BodyInit }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('Content-Type') ?? '');
    const parsed: unknown = text === '' ? null : isJson ? JSON.parse(text) : text;
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: parsed as Body,
      code: response.status < 400 ? null : codeOf(parsed),
    };
    if (method !== 'HEAD') checkAnswer(answer, this.#allowedOrigin);
    return answer;
  }
}

/** The body of a success; says what came instead. */
export function expectOk<Body>({ status, body, text }: WireAnswer<Body>, expected: number): Body {
  expect(status === expected ? expected : `${status}: ${text}`).toBe(expected);
  return body;
}

function codeOf(body: unknown): string | null {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
  return typeof code === 'string' ? code : null;
}
