/** The demo page, as it was built: a handful of files, read once and served from memory. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { isRead, sendFile, type ServedFile, servedFile } from './served-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** In the order of preference. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** A name below `/assets/` has its content's hash in it. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * Nothing from elsewhere, and no script or style that isn't a file of ours. WebSockets go wherever a seat says, which
 * may be another address of the same service.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** One file, by content encoding; `identity` is always there. */
type Variants = ReadonlyMap<string, ServedFile>;

/**
 * Serves a built page: `/` is its document, `/assets/…` what that loads. Calls `next()` for everything else.
 * Throws if the dist is not there.
 */
export function webFiles(distDir: string): RequestHandler {
  const { files } = JSON.parse(readFileSync(path.join(distDir, 'manifest.json'), 'utf8')) as { files: string[] };
  const read = (name: string) => readFileSync(path.join(distDir, name));
  const found = new Map<string, Variants>();
  for (const name of files) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const compressed = ENCODINGS.filter(([, suffix]) => files.includes(name + suffix)).map(
      ([encoding, suffix]) => [encoding, servedFile(read(name + suffix), type)] as const,
    );
    found.set(
      name === 'index.html' ? '/' : `/assets/${name}`,
      new Map([...compressed, ['identity', servedFile(read(name), type)]]),
    );
  }
  return (req, res, next) => {
    const variants = isRead(req) ? found.get(req.path) : undefined;
    if (!variants) return next();
    if (req.path === '/') res.set('Content-Security-Policy', PAGE_POLICY);
    send(req, res, variants);
  };
}

function send(req: Request, res: Response, variants: Variants): void {
  res.vary('Accept-Encoding');
  const encoding = req.acceptsEncodings([...variants.keys()]);
  const chosen = encoding === false ? 'identity' : encoding;
  const file = variants.get(chosen) ?? variants.get('identity');
  if (!file) throw new Error('A file of the page has no variant.');
  if (chosen !== 'identity') res.set('Content-Encoding', chosen);
  sendFile(req, res, file, req.path === '/' ? 'no-cache' : FOR_EVER);
}
