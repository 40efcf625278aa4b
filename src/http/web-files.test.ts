import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import { webFiles } from './web-files.ts';

const SCRIPT = 'console.log("a page");';
const dist = mkdtempSync(path.join(tmpdir(), 'gyre-web-'));
let server: Server;

beforeAll(async () => {
  const files = {
    'index.html': '<!doctype html>',
    'page-abc.js': SCRIPT,
    'page-abc.js.gz': gzipSync(SCRIPT),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(dist, name), content);
  writeFileSync(path.join(dist, 'manifest.json'), JSON.stringify({ files: Object.keys(files) }));
  const app = express().use(webFiles(dist));
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dist, { recursive: true });
});

function get(where: string, headers: Record<string, string> = {}): Promise<Response> {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}${where}`, { headers: { 'accept-encoding': 'identity', ...headers } });
}

test('the document is asked for each time, and lets in no script but ours', async () => {
  const response = await get('/');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe');
  expect(await response.text()).toBe('<!doctype html>');
});

test('what has its content in its name is kept for ever', async () => {
  const response = await get('/assets/page-abc.js?x=1');
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect(await response.text()).toBe(SCRIPT);
});

test('an unchanged file is 304', async () => {
  const etag = (await get('/')).headers.get('etag') ?? '';
  expect((await get('/', { 'if-none-match': etag })).status).toBe(304);
});

test('whoever takes gzip gets it, under an ETag of its own', async () => {
  const [plain, packed] = await Promise.all([
    get('/assets/page-abc.js'),
    get('/assets/page-abc.js', { 'accept-encoding': 'gzip' }),
  ]);
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(Number(packed.headers.get('content-length'))).toBe(gzipSync(SCRIPT).length);
  expect(packed.headers.get('vary')).toContain('Accept-Encoding');
  expect(packed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  expect(await packed.text()).toBe(SCRIPT);
});

test.each(['/nothing', '/assets/index.html', '/assets/manifest.json', '/assets/../page-abc.js', '/page-abc.js'])(
  '%s is left to whoever comes after',
  async (where) => {
    expect((await get(where)).status).toBe(404);
  },
);
