/** Answers, written out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../ops/logging.ts';
import type { HeaderList } from './header-list.ts';
import { jsonBytes } from './kept-bytes.ts';
import { asProblemError, problemHeaders, toProblem } from './problem.ts';
import { infoOf } from './request-info.ts';
import type { Reply } from './route.ts';

/** An answer may be kept by its one reader, who has to ask whether it still holds; a token or a secret by nobody. */
const READ_CACHING = 'private, no-cache';
const JSON_TYPE = 'application/json';

export function sendReply(
  req: IncomingMessage,
  res: ServerResponse,
  reply: Reply & { readonly replayed?: true },
): void {
  const etag = reply.version === undefined ? null : `"${reply.version}"`;
  if (etag !== null) {
    res.setHeader('ETag', etag);
    res.appendHeader('Vary', 'Authorization');
  }
  if (reply.location !== undefined) res.setHeader('Location', reply.location);
  if (reply.replayed) res.setHeader('Idempotency-Replayed', 'true');
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  res.setHeader('Cache-Control', isRead ? READ_CACHING : 'no-store');
  if (isRead && etag !== null && matchesEtag(req.headers['if-none-match'], etag)) {
    res.writeHead(304).end();
    return;
  }
  res.statusCode = reply.status;
  sendJson(req, res, reply.body);
}

/** Sends what `sendReply` would for a 200 to a GET without a version; `head` is what comes before that's own headers. */
export function sendShared(res: ServerResponse, head: HeaderList, body: Buffer): void {
  const own = ['Cache-Control', READ_CACHING, 'Content-Type', JSON_TYPE, 'Content-Length', String(body.length)];
  res.writeHead(200, [...head, ...own]);
  res.end(body);
}

/** Answers with the problem that anything thrown is. Faults of our own are logged here, once, with their cause. */
export function sendProblem(
  req: IncomingMessage,
  res: ServerResponse,
  { error, log }: { error: unknown; log: Logger },
): void {
  const { requestId } = infoOf(req);
  const problem = asProblemError(error);
  if (problem.code === 'internal') log.error({ requestId, err: problem.cause ?? problem }, 'request failed');
  else if (problem.code === 'dependency-unavailable') log.warn({ requestId, err: problem.cause }, 'dependency away');
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  res.statusCode = problem.status;
  for (const [name, value] of Object.entries(problemHeaders(problem))) res.setHeader(name, value);
  res.setHeader('Cache-Control', 'no-store');
  sendJson(req, res, toProblem(problem, requestId));
}

function sendJson(req: IncomingMessage, res: ServerResponse, body: unknown): void {
  if (body === undefined) {
    res.end();
    return;
  }
  const bytes = jsonBytes(body);
  if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', JSON_TYPE);
  res.setHeader('Content-Length', bytes.length);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

/** Weak comparison (RFC 9110, 13.1.2). */
function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
