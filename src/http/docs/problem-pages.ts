/** The pages that `type` of a problem leads to. */
import { PROBLEMS, type ProblemCode, type ProblemKind } from '../../../protocol/problems.ts';
import { escapeHtml, htmlPage, inlineMarkdown } from './html.ts';

/** What to do about it, where the title alone doesn't say. */
const ADVICE: Partial<Readonly<Record<ProblemCode, string>>> = {
  'invalid-request': '`errors` names each fault: `pointer` into the body, or `parameter` of the query.',
  'invalid-filter': '`errors` names the parameter: an unknown field or operator, or a value of the wrong type.',
  'invalid-cursor': 'A cursor belongs to the very filter and order that it came from. Start again without one.',
  'token-expired': 'Get a new access token at `POST /v1/auth/refresh`; if it was the refresh token, sign in again.',
  'token-invalid': 'The token was not issued here, or its session has ended. Sign in again.',
  'token-reused':
    'A refresh token is used once. It came again after its grace of 30 s, so the session was ended in case it was stolen.',
  'already-in-lobby': 'A player is in one lobby at a time; `lobbyId` names it. Leave it first.',
  'not-ready': '`notReady` lists the players who are not.',
  'too-few-players': '`needed` says how many it takes.',
  'wrong-state': '`state` says what it is now.',
  'idempotency-in-progress': 'Ask again with the same key to get the answer of the first request.',
  'idempotency-mismatch': 'A key stands for one request. Draw a new one for another body.',
  'version-mismatch': '`version` is the present one. Read it again, and decide again.',
  'body-too-large': 'A body may have 64 KB.',
  'unsupported-media-type': 'Send `application/json` in UTF-8; a PATCH may be `application/merge-patch+json`.',
  'rate-limited': 'Wait for `Retry-After` seconds.',
  internal: 'A fault of the server. Its logs know more under the `requestId`.',
};

/** null for a code that doesn't exist. */
export function problemPage(code: string): string | null {
  if (!isProblemCode(code)) return null;
  const { title, status, retryable }: ProblemKind = PROBLEMS[code];
  const advice = ADVICE[code] ?? '';
  return htmlPage(
    title,
    `<p><a href="/problems">Problems</a></p><h1>${escapeHtml(title)}</h1>
<p>Code <code>${code}</code>, status ${status}. ${inlineMarkdown(advice)}</p>
<p>${retryable ? 'The same request may succeed later without being changed.' : 'The same request will not succeed unless something changes.'}</p>`,
  );
}

/** A list of all codes. */
export function problemIndexPage(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      `<tr><td>${status}</td><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${escapeHtml(title)}</td></tr>`,
  );
  return htmlPage('Problems', `<h1>Problems</h1><p><a href="/docs">API</a></p><table>${rows.join('')}</table>`);
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
