import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import express from 'express';
import { sdkFiles, type SdkFilesOptions } from './sdk-files.ts';

async function serve(options?: SdkFilesOptions) {
  const dist = mkdtempSync(path.join(tmpdir(), 'gyre-sdk-'));
  for (const name of ['gyre-client.tgz', 'gyre-client.js', 'index.d.ts'])
    writeFileSync(path.join(dist, name), `bytes of ${name}`);
  const manifest = { name: '@gyre/client', version: '1.2.3', dependencies: { '@colyseus/sdk': '0.18.4' } };
  writeFileSync(path.join(dist, 'manifest.json'), JSON.stringify(manifest));
  const app = express().use('/sdk', sdkFiles(dist, options));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (where: string) => `http://127.0.0.1:${port}${where}`,
    async [Symbol.asyncDispose]() {
      rmSync(dist, { recursive: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each([
  ['/sdk/gyre-client.tgz', 'application/gzip', 'bytes of gyre-client.tgz'],
  ['/sdk/gyre-client.js', 'text/javascript; charset=utf-8', 'bytes of gyre-client.js'],
  ['/sdk/gyre-client.d.ts', 'text/plain; charset=utf-8', 'bytes of index.d.ts'],
])('%s is served as %s', async (where, type, text) => {
  await using server = await serve();
  const response = await fetch(server.url(where));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(await response.text()).toBe(text);
});

test('a file that did not change is 304', async () => {
  await using server = await serve();
  const url = server.url('/sdk/gyre-client.js');
  const etag = (await fetch(url)).headers.get('etag');
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  const again = await fetch(url, { headers: { 'If-None-Match': etag ?? '' } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test('HEAD tells the length without the bytes', async () => {
  await using server = await serve();
  const response = await fetch(server.url('/sdk/gyre-client.tgz'), { method: 'HEAD' });
  expect(response.headers.get('content-length')).toBe(String('bytes of gyre-client.tgz'.length));
  expect(await response.text()).toBe('');
});

test('the index names versions and how to install from the very server', async () => {
  await using server = await serve();
  for (const where of ['/sdk', '/sdk/']) {
    const response = await fetch(server.url(where));
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toMatchObject({
      name: '@gyre/client',
      version: '1.2.3',
      protocol: 1,
      install: `npm install ${server.url('/sdk/gyre-client.tgz')}`,
    });
  }
});

test('the index is a page for a browser', async () => {
  await using server = await serve({ publicUrl: 'https://play.example.com/' });
  const response = await fetch(server.url('/sdk/'), { headers: { Accept: 'text/html,*/*;q=0.8' } });
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('vary')).toContain('Accept');
  expect(await response.text()).toContain('npm install https://play.example.com/sdk/gyre-client.tgz');
});

test('a forged Host reaches no page', async () => {
  await using server = await serve();
  const body = await new Promise<string>((resolve, reject) => {
    const headers = { Host: 'x"><script>alert(1)</script>', Accept: 'text/html' };
    const call = request({ port: server.port, host: '127.0.0.1', path: '/sdk/', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    call.on('error', reject).end();
  });
  expect(body).not.toContain('alert(1)');
  expect(body).toContain('http://localhost/sdk/gyre-client.tgz');
});

test('everything else is left to whoever comes after', async () => {
  await using server = await serve();
  expect((await fetch(server.url('/sdk/manifest.json'))).status).toBe(404);
  expect((await fetch(server.url('/sdk/gyre-client.js'), { method: 'POST' })).status).toBe(404);
});
