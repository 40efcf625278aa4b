import type { Problem, ProblemCode, ProblemDetail } from '../protocol/problems.ts';

/**
 * What goes wrong on this side of the wire:
 * - `network`: no answer: offline, refused, timed out. Retryable.
 * - `unexpected-response`: an answer that is not Gyre's, a proxy's error page for instance.
 * - `signed-out`: nobody is signed in, or the session ended.
 * - `not-in-lobby`: the lobby is over for this player; `detail` says why.
 * - `left`: the match was left on purpose.
 * - `match-closed`: the match's connection ended for good; `detail` is the reason.
 * - `spectator`: who watches a match says nothing in it.
 * - `match-abandoned`: the match ended without a result; `detail` is the reason.
 * - `message-too-large`: a payload over 8 KB.
 * - `queue-full`: too many inputs wait for a lost connection.
 * - `outcome-unknown`: a request was consumed, but so long ago that its reply is gone.
 * - `aborted`: given up by the caller's own signal.
 * - `closed`: the client was closed.
 */
export const CLIENT_ERROR_CODES = [
  'network',
  'unexpected-response',
  'signed-out',
  'not-in-lobby',
  'left',
  'match-closed',
  'spectator',
  'match-abandoned',
  'message-too-large',
  'queue-full',
  'outcome-unknown',
  'aborted',
  'closed',
] as const;
export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];
export type GyreErrorCode = ProblemCode | ClientErrorCode;

export interface GyreErrorInit {
  /** HTTP status; 0 if no answer came. */
  readonly status?: number;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | null;
  readonly requestId?: string | null;
  readonly errors?: readonly ProblemDetail[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Everything that this SDK rejects with. `code` is for programs, `message` for logs. */
export class GyreError<Code extends GyreErrorCode = GyreErrorCode> extends Error {
  override readonly name = 'GyreError';
  readonly code: Code;
  /** HTTP status; 0 if the server had no part in it. */
  readonly status: number;
  /** The same call may succeed later without being changed. */
  readonly retryable: boolean;
  /** How long the server asks to wait, in ms; null if it didn't say. */
  readonly retryAfterMs: number | null;
  /** To quote to the server's operator; null if the server had no part in it. */
  readonly requestId: string | null;
  readonly detail: string;
  /** The faults of an `invalid-request`, each with its place. */
  readonly errors: readonly ProblemDetail[];
  /** Further fields of the problem, such as `lobbyId` of `already-in-lobby` or `state` of `wrong-state`. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: Code, detail: string, init: GyreErrorInit = {}) {
    super(`${code}: ${detail}`, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.detail = detail;
    this.status = init.status ?? 0;
    this.retryable = init.retryable ?? false;
    this.retryAfterMs = init.retryAfterMs ?? null;
    this.requestId = init.requestId ?? null;
    this.errors = init.errors ?? [];
    this.extensions = init.extensions ?? {};
  }

  /** Whether something caught is a GyreError, and of this code if one is given. */
  static is<Code extends GyreErrorCode = GyreErrorCode>(error: unknown, code?: Code): error is GyreError<Code> {
    return error instanceof GyreError && (code === undefined || error.code === code);
  }
}

const KNOWN_FIELDS = new Set(['type', 'title', 'status', 'code', 'detail', 'requestId', 'retryable', 'errors']);

/** The error that a response stands for; `body` is its parsed JSON, or undefined. */
export function errorOfResponse(response: Response, body: unknown): GyreError {
  const headers = {
    status: response.status,
    retryAfterMs: parseRetryAfter(response.headers.get('Retry-After'), Date.now()),
    requestId: response.headers.get('X-Request-Id'),
  };
  if (!isProblem(body)) {
    const retryable = response.status === 429 || (response.status >= 502 && response.status <= 504);
    return new GyreError('unexpected-response', `the server answered ${response.status}`, { ...headers, retryable });
  }
  return errorOfProblem(body, headers);
}

/** The error that a problem stands for, wherever it came from. */
export function errorOfProblem(problem: Problem, init: GyreErrorInit = {}): GyreError {
  const extensions = Object.fromEntries(Object.entries(problem).filter(([field]) => !KNOWN_FIELDS.has(field)));
  return new GyreError(problem.code, problem.detail, {
    status: problem.status,
    retryable: problem.retryable,
    requestId: problem.requestId,
    errors: problem.errors,
    extensions,
    ...init,
  });
}

/** A problem of a code that this build doesn't know passes too: clients are older than servers. */
export function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  const { code, detail, status } = body as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number';
}

/** RFC 9110, 10.2.3: seconds or an HTTP date; null for anything else. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

/** Turns anything caught into a GyreError, so that callers see one class. */
export function asGyreError(error: unknown): GyreError {
  if (GyreError.is(error)) return error;
  return new GyreError('network', error instanceof Error ? error.message : 'no answer', {
    retryable: true,
    cause: error,
  });
}
