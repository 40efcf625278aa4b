/** Problems (RFC 9457): what a refusal is inside the service, and what its client reads. */
import {
  PROBLEMS,
  type Problem,
  type ProblemCode,
  type ProblemDetail,
  type ProblemKind,
} from '../../protocol/problems.ts';
import { sqlState } from '../store/transaction.ts';

export interface ProblemOptions {
  /** Faults of the request, by place. Left out: none. */
  readonly errors?: readonly ProblemDetail[];
  /** Fields of the code's own, such as `{ lobbyId }` or `{ state }`. They can't replace the fields of every problem. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** When the same request may succeed. Left out: a second for 429 and 503, else unknown. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A refusal with a code of the one table; thrown anywhere in the service, answered at its edge. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly ProblemDetail[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | null;

  /** @param detail one sentence about this very case, without secrets: clients see it */
  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.extensions = options.extensions ?? {};
    const mayPass = this.status === 429 || this.status === 503;
    this.retryAfterMs = options.retryAfterMs ?? (mayPass ? DEFAULT_RETRY_AFTER_MS : null);
  }

  /** HTTP status of the code. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

const DEFAULT_RETRY_AFTER_MS = 1_000;

/** A 400 `invalid-request` about one place of the body, `pointer` as in `#/settings/turnMs`. */
export function invalidField(pointer: string, code: string, detail: string): ProblemError {
  return new ProblemError('invalid-request', `${pointer}: ${detail}`, { errors: [{ pointer, code, detail }] });
}

/** A 400 about one parameter of the query (or a header), `code` being `invalid-request` unless told otherwise. */
export function invalidParameter(
  parameter: string,
  fault: { readonly code: string; readonly detail: string },
  code: ProblemCode = 'invalid-request',
): ProblemError {
  return new ProblemError(code, `${parameter}: ${fault.detail}`, { errors: [{ parameter, ...fault }] });
}

/** Whatever was thrown, as a problem: a database that is away is 503, everything unknown 500 with its cause kept. */
export function asProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isDependencyAway(error)) {
    return new ProblemError('dependency-unavailable', 'The database is away; try again soon.', { cause: error });
  }
  return new ProblemError('internal', 'This is a fault of the server, not of the request.', { cause: error });
}

/** The problem+json body for anything that was thrown. */
export function toProblem(error: unknown, requestId: string): Problem {
  const { code, detail, errors, extensions } = asProblemError(error);
  const { status, title, retryable }: ProblemKind = PROBLEMS[code];
  return { ...extensions, type: `/problems/${code}`, title, status, code, detail, requestId, retryable, errors };
}

/** Headers that go with a problem: `Retry-After` in whole seconds, at least 1; `WWW-Authenticate` for a 401. */
export function problemHeaders(error: ProblemError): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'application/problem+json',
    ...(error.retryAfterMs !== null && { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))) }),
    ...(error.status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  };
}

/** Connection lost (class 08), server shutting down or starting (57P0x), stuck (57014, 25P03), too many connections, not let in (28, 3D000). */
const AWAY_SQLSTATES = /^(08...|28...|3D000|57P0[123]|57014|25P03|53300)$/;
const AWAY_ERRNOS = new Set(
  // The last four are what a cut network ends in.
  'ECONNREFUSED ECONNRESET ENOTFOUND EAI_AGAIN EPIPE ETIMEDOUT ENOENT EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN'.split(
    ' ',
  ),
);
/** The driver gives these no code. */
const AWAY_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|cannot use a pool after calling end/i;

function isDependencyAway(error: unknown): boolean {
  if (AWAY_SQLSTATES.test(sqlState(error))) return true;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const syscall =
      'syscall' in cause && (cause.syscall === 'connect' || cause.syscall === 'read' || cause.syscall === 'write');
    if (syscall && 'code' in cause && AWAY_ERRNOS.has(String(cause.code))) return true;
    if (AWAY_MESSAGES.test(cause.message)) return true;
  }
  return false;
}
