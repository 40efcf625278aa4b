/** The TypeScript SDK, as this server ships it: what is installed always fits what answers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Request, RequestHandler } from 'express';
import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { isRead, sendFile, type ServedFile, servedFile } from './served-file.ts';

export interface SdkFilesOptions {
  /** The address that others reach this server by; null: the one that the request came to. */
  readonly publicUrl?: string | null;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Path below `/sdk`, file in the SDK's dist, media type. */
const FILES = [
  ['/gyre-client.tgz', 'gyre-client.tgz', 'application/gzip'],
  ['/gyre-client.js', 'gyre-client.js', 'text/javascript; charset=utf-8'],
  ['/gyre-client.d.ts', 'index.d.ts', 'text/plain; charset=utf-8'],
] as const;

/**
 * Serves a built SDK below where it is mounted: an index that says how to install it (JSON, or a page for a browser),
 * the package, the bundle for browsers and the types. Reads its few files once. Throws if they are not there.
 */
export function sdkFiles(distDir: string, { publicUrl = null }: SdkFilesOptions = {}): RequestHandler {
  const manifest = JSON.parse(readFileSync(path.join(distDir, 'manifest.json'), 'utf8')) as Manifest;
  const files = new Map(
    FILES.map(([where, name, type]) => [where as string, servedFile(readFileSync(path.join(distDir, name)), type)]),
  );
  return (req, res, next) => {
    const served = req.path === '/' ? indexOf(req, manifest, publicUrl) : files.get(req.path);
    if (!served || !isRead(req)) return next();
    if (req.path === '/') res.vary('Accept');
    // Its address stays the same when the server is updated: it is always asked whether it changed.
    sendFile(req, res, served);
  };
}

function indexOf(req: Request, { name, version, dependencies }: Manifest, publicUrl: string | null): ServedFile {
  const base = `${(publicUrl ?? `${req.protocol}://${hostOf(req)}`).replace(/\/$/, '')}${req.baseUrl}`;
  const index = {
    name,
    version,
    protocol: PROTOCOL_VERSION,
    dependencies,
    install: `npm install ${base}/gyre-client.tgz`,
    files: { package: `${base}/gyre-client.tgz`, browser: `${base}/gyre-client.js`, types: `${base}/gyre-client.d.ts` },
  };
  return req.accepts(['json', 'html']) === 'html'
    ? servedFile(Buffer.from(pageOf(index)), 'text/html; charset=utf-8')
    : servedFile(Buffer.from(`${JSON.stringify(index, null, 2)}\n`), 'application/json; charset=utf-8');
}

/** What the client calls this server; nothing that would need escaping in a page or a shell. */
function hostOf(req: Request): string {
  const host = req.headers.host ?? '';
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : 'localhost';
}

interface Index {
  readonly name: string;
  readonly version: string;
  readonly protocol: number;
  readonly install: string;
  readonly files: { readonly package: string; readonly browser: string; readonly types: string };
}

function pageOf({ name, version, protocol, install, files }: Index): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${name} ${version}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark; }
  pre { padding: 1rem; overflow: auto; border: 1px solid; border-radius: 6px; }
</style>
<h1>${name} ${version}</h1>
<p>The client of this server, for browsers and Node 22 or newer. It speaks version ${protocol} of the wire contract.</p>
<h2>With a bundler, or on Node</h2>
<pre><code>${install}</code></pre>
<h2>In a page, without anything</h2>
<pre><code>&lt;script type="module"&gt;
  import { Gyre } from '${files.browser}';
&lt;/script&gt;</code></pre>
<ul>
  <li><a href="${files.package}">gyre-client.tgz</a>: the package</li>
  <li><a href="${files.browser}">gyre-client.js</a>: one module with all that it needs</li>
  <li><a href="${files.types}">gyre-client.d.ts</a>: its types</li>
</ul>
</html>
`;
}
