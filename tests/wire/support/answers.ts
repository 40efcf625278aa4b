/** What holds for every answer of the wire contract, whatever was asked. */
import { expect } from '@jest/globals';

/** An answer, its body parsed as JSON if it is JSON; null for none. */
export interface WireAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
  /** Of the body's problem; null for none. */
  readonly code: string | null;
}

/** A problem+json body, with whatever its code adds. */
export interface WireProblem {
  readonly code: string;
  readonly errors: readonly { readonly pointer?: string; readonly parameter?: string; readonly code: string }[];
  readonly [extension: string]: unknown;
}

const STATUS_OF_CODES: Readonly<Record<number, string>> = {
  400: 'invalid-request invalid-filter invalid-cursor',
  401: 'unauthenticated token-expired token-invalid token-reused',
  403: 'not-host not-member wrong-password kicked banned not-in-match',
  404: 'not-found no-lobby',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  409: 'lobby-full already-in-lobby not-ready too-few-players team-full wrong-state match-over idempotency-in-progress',
  412: 'version-mismatch',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  422: 'idempotency-mismatch',
  423: 'lobby-locked',
  426: 'client-too-old',
  429: 'rate-limited',
  500: 'internal',
  503: 'draining dependency-unavailable no-capacity match-moving',
};
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  'already-in-lobby': ['lobbyId'],
  'not-ready': ['notReady'],
  'too-few-players': ['needed'],
  'wrong-state': ['state'],
  'version-mismatch': ['version'],
};
const EXPOSED = ['ETag', 'Location', 'Retry-After', 'X-Request-Id', 'Idempotency-Replayed'];

/** Fails on an answer that breaks a rule which all answers share. */
export function checkAnswer({ status, headers, body }: WireAnswer<unknown>, allowedOrigin: string | null): void {
  expect(headers.get('X-Request-Id')).toMatch(/^\S{4,}$/);
  expect(headers.get('Set-Cookie')).toBeNull();
  expect(headers.get('Access-Control-Allow-Origin')).toBe(allowedOrigin);
  expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
  if (allowedOrigin !== null) {
    const exposed = (headers.get('Access-Control-Expose-Headers') ?? '').split(/, */).map((name) => name.toLowerCase());
    expect(exposed).toEqual(expect.arrayContaining(EXPOSED.map((name) => name.toLowerCase())));
  }
  if (status >= 400) checkProblem(status, headers, body as WireProblem);
}

function checkProblem(status: number, headers: Headers, body: WireProblem): void {
  expect(headers.get('Content-Type')).toMatch(/^application\/problem\+json(;|$)/);
  const { type, title, code, detail, requestId, retryable, errors, ...extensions } = body;
  expect(STATUS_OF_CODES[status]?.split(' ')).toContain(code);
  expect(body.status).toBe(status);
  expect(type).toBe(`/problems/${code}`);
  expect([typeof title, typeof detail]).toEqual(['string', 'string']);
  expect(requestId).toBe(headers.get('X-Request-Id'));
  expect(retryable).toBe(status === 429 || status === 503 || code === 'idempotency-in-progress');
  expect(Object.keys(extensions).filter((name) => name !== 'status')).toEqual(EXTENSIONS[code] ?? []);
  for (const fault of errors) checkFault(fault);
  if (status === 429 || status === 503) expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  expect(headers.get('WWW-Authenticate')).toBe(status === 401 ? 'Bearer' : null);
}

function checkFault(fault: WireProblem['errors'][number]): void {
  const place = 'parameter' in fault ? 'parameter' : 'pointer';
  expect(Object.keys(fault).toSorted()).toEqual(['code', 'detail', place].toSorted());
  expect(fault.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  if (fault.pointer !== undefined) expect(fault.pointer).toMatch(/^#(\/|$)/);
}
