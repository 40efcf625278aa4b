/**
 * The one table of problem codes (RFC 9457). `retryable` tells a client that the same request may succeed later
 * without being changed.
 */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid', retryable: false },
  'invalid-filter': { status: 400, title: 'The filter is not valid', retryable: false },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid for this query', retryable: false },
  unauthenticated: { status: 401, title: 'Sign in first', retryable: false },
  'token-expired': { status: 401, title: 'The token has expired', retryable: false },
  'token-invalid': { status: 401, title: 'The token is not valid', retryable: false },
  'token-reused': { status: 401, title: 'The refresh token was used before', retryable: false },
  'not-host': { status: 403, title: 'Only the host may do that', retryable: false },
  'not-member': { status: 403, title: 'Only members may do that', retryable: false },
  'wrong-password': { status: 403, title: 'The password is wrong', retryable: false },
  kicked: { status: 403, title: 'You were removed from this lobby', retryable: false },
  banned: { status: 403, title: 'You are banned from this service', retryable: false },
  'not-in-match': { status: 403, title: 'You have no seat in this match', retryable: false },
  'not-found': { status: 404, title: 'Not found', retryable: false },
  'no-lobby': { status: 404, title: 'No lobby fits', retryable: false },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here', retryable: false },
  'not-acceptable': { status: 406, title: 'Only JSON is served here', retryable: false },
  'lobby-full': { status: 409, title: 'The lobby is full', retryable: false },
  'already-in-lobby': { status: 409, title: 'You are in a lobby already', retryable: false },
  'not-ready': { status: 409, title: 'Not everyone is ready', retryable: false },
  'too-few-players': { status: 409, title: 'There are too few players', retryable: false },
  'team-full': { status: 409, title: 'The team is full', retryable: false },
  'wrong-state': { status: 409, title: 'That is not possible now', retryable: false },
  'match-over': { status: 409, title: 'The match is over', retryable: false },
  'idempotency-in-progress': { status: 409, title: 'The first request is still running', retryable: true },
  'version-mismatch': { status: 412, title: 'It has changed in the meantime', retryable: false },
  'body-too-large': { status: 413, title: 'The body is too large', retryable: false },
  'unsupported-media-type': { status: 415, title: 'Send JSON', retryable: false },
  'idempotency-mismatch': { status: 422, title: 'The key was used with another body', retryable: false },
  'lobby-locked': { status: 423, title: 'The lobby is locked', retryable: false },
  'client-too-old': { status: 426, title: 'This client is too old', retryable: false },
  'rate-limited': { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Something went wrong', retryable: false },
  draining: { status: 503, title: 'The server is restarting', retryable: true },
  'dependency-unavailable': { status: 503, title: 'A part of the service is away', retryable: true },
  'no-capacity': { status: 503, title: 'There is no room for a match', retryable: true },
  'match-moving': { status: 503, title: 'The match is being moved', retryable: true },
} as const satisfies Record<string, ProblemKind>;
export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of a request: `pointer` into the body (RFC 6901, as a fragment), or `parameter` of the query. */
export interface ProblemDetail {
  readonly pointer?: string;
  readonly parameter?: string;
  /** kebab-case: `too-small`, `too-large`, `wrong-type`, `unknown-field`, `required`, … */
  readonly code: string;
  readonly detail: string;
}

/** A problem+json body. The codes of {@link PROBLEMS} may add fields of their own, such as `lobbyId` or `state`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly requestId: string;
  readonly retryable: boolean;
  readonly errors: readonly ProblemDetail[];
  readonly [extension: string]: unknown;
}
