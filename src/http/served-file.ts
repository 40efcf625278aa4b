/** A file that is kept in memory, and how it is answered with. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

export interface ServedFile {
  /** Media type. */
  readonly type: string;
  /** With its quotes. */
  readonly etag: string;
  readonly bytes: Buffer;
}

export function servedFile(bytes: Buffer, type: string): ServedFile {
  return { bytes, type, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}

/** Answers GET or HEAD; left out, `cacheControl` makes every reader ask whether the file has changed. */
export function sendFile(
  req: Request,
  res: Response,
  { bytes, type, etag }: ServedFile,
  cacheControl = 'no-cache',
): void {
  res.set({ 'Content-Type': type, 'Cache-Control': cacheControl, ETag: etag, 'X-Content-Type-Options': 'nosniff' });
  if (isCurrent(req.headers['if-none-match'], etag)) res.status(304).end();
  else res.set('Content-Length', String(bytes.length)).end(req.method === 'HEAD' ? undefined : bytes);
}

export function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** RFC 9110, 13.1.2. Express' own `req.fresh` takes no-cache, which `fetch` adds by itself, for a wish to be sent it all. */
function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
