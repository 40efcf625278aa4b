import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Answer } from '../../tests/support/http.ts';
import { type HttpService, startHttpService } from '../../tests/support/http-service.ts';
import { rawRequest } from '../../tests/support/raw-http.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { defineRoute } from './route.ts';

const echo = defineRoute({
  method: 'POST',
  path: '/v1/echo',
  summary: 'Echo',
  tag: 'Test',
  auth: 'none',
  body: z.looseObject({}),
  responses: { 200: { description: 'The same.' } },
  handler: async ({ body, address }) => ({ status: 200, body: { body, address } }),
});

let service: HttpService;
const upgraded: string[] = [];
const lines: string[] = [];
beforeAll(async () => {
  service = await startHttpService({
    routes: () => [echo],
    logTo: (line) => lines.push(line),
    onUpgrade: (req, socket) => {
      upgraded.push(req.url ?? '');
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const get = (target: string, headers = '') =>
  rawRequest(service.url, `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
const upgrade = (target: string, { url = service.url, headers = '' } = {}) =>
  rawRequest(url, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`);

test('[RQ-1] every answer has a request id of its own: found, not found, refused, malformed', async () => {
  const ids = new Set<string>();
  for (const target of ['/v1/games', '/nowhere', '/v1/players/me', '/livez', '/docs', '/problems/internal']) {
    ids.add(idOf((await get(target)).head));
  }
  ids.add(idOf((await rawRequest(service.url, 'BLA\r\n\r\n')).head));
  expect(ids.size).toBe(7);
  expect(ids.has('')).toBe(false);
});

test.each([
  ['%', '/%', 404],
  ['a bad escape in a problem', '/problems/%zz', 400],
  ['a bad escape below /v1', '/v1/players/%E0%A4%A', 401],
  ['NUL', '/v1/games?x=%00', 400],
  ['two slashes', '//v1/games', 404],
  ['a way out', '/../../etc/passwd', 404],
  ['an encoded way out', '/sdk/%2e%2e/%2e%2e/package.json', 404],
  ['the whole address', 'http://elsewhere.example/v1/games', 200],
  ['no address', 'nonsense', 400],
  ['a star', '*', 404],
  ['a prototype', '/v1/__proto__', 404],
  ['a prototype of problems', '/problems/constructor', 404],
  ['Colyseus', '/matchmake/joinOrCreate/connect-four', 404],
  ['Colyseus, otherwise written', '//MatchMake?x', 404],
  ['Colyseus, escaped', '/%6datchmake/create/hub', 404],
])('%s in the address gives a problem, never HTML: %s is %d', async (_, target, status) => {
  const answer = await get(target);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject(
    status === 200 ? { nextCursor: null } : { status, requestId: idOf(answer.head) },
  );
});

test.each([
  ['not HTTP', 'hello\r\n\r\n'],
  ['a bad header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n'],
  ['huge headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['two lengths', 'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  [
    'length and chunks',
    'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
])('%s gives 400 as a problem', async (_, bytes) => {
  const answer = await rawRequest(service.url, bytes);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid-request', requestId: expect.stringMatching(/^r_/) });
});

test('a client that goes away in the middle of its body harms nobody and is no fault of ours', async () => {
  lines.length = 0;
  const bytes = 'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(service.server, 'connection');
  socket.write(bytes, () => socket.destroy());
  const line = await waitFor(() => lines.map((text) => JSON.parse(text)).find(({ route }) => route === '/v1/echo'));
  expect(line).toMatchObject({ aborted: true });
  expect(lines.join()).not.toContain('request failed');
  expect((await get('/v1/games')).status).toBe(200);
});

test.each([
  ['{', 'not JSON'],
  ['', 'nothing but a type', 200],
  ['{"a":1,}', 'a trailing comma'],
  ['\ufeff{}', 'a byte order mark', 200],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'not UTF-8'],
  ['{"a":"\\u0000"}', 'NUL'],
  ['{"a":"\\ud800"}', 'half a surrogate pair'],
  ['{"\\u0000":1}', 'NUL in a key'],
  ['{"__proto__":{"x":1}}', '__proto__'],
  ['{"a":[{"__proto__":1}]}', '__proto__ below'],
  ['{"a":1e999}', 'a number beyond numbers'],
  ['['.repeat(30_000), 'brackets'],
  ['['.repeat(30_000) + ']'.repeat(30_000), 'very deep'],
  [`{"a":${'{"a":'.repeat(32)}1${'}'.repeat(33)}`, 'too deep'],
  ['{"constructor":{"prototype":{"x":1}}}', 'constructor, which is harmless', 200],
])('the body %# (%s) with %s is 400 invalid-request, unless harmless', async (raw, _, status = 400) => {
  const answer = await service.api.send('POST', '/v1/echo', { raw, headers: { 'Content-Type': 'application/json' } });
  expect(answer).toMatchObject(status === 400 ? { status, code: 'invalid-request' } : { status });
});

test.each([
  ['text/plain', 415],
  ['application/merge-patch+json', 415],
  ['application/x-www-form-urlencoded', 415],
  ['application/json; charset=latin1', 415],
  ['', 415],
  ['APPLICATION/JSON; Charset="UTF-8"', 200],
])('a POST of type %j is %d', async (type, status) => {
  const answer = await rawRequest(
    service.url,
    `POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n{}`,
  );
  expect(answer.status).toBe(status);
});

test('a compressed body is 415', async () => {
  const headers = { 'Content-Encoding': 'gzip' };
  expect(await service.api.post('/v1/echo', {}, headers)).toMatchObject({
    status: 415,
    code: 'unsupported-media-type',
  });
});

const head = (length: string) =>
  `POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

test('[RQ-4, HD-7] 64 KB are taken, one byte more is 413: declared, chunked, and asked for beforehand', async () => {
  const sized = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) });
  expect((await service.api.send('POST', '/v1/echo', { raw: sized(65_536) })).status).toBe(200);
  expect(await service.api.send('POST', '/v1/echo', { raw: sized(65_537) })).toMatchObject({
    status: 413,
    code: 'body-too-large',
  });
  const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
  expect(
    (await rawRequest(service.url, `${head('Transfer-Encoding: chunked')}${chunk.repeat(9)}0\r\n\r\n`)).status,
  ).toBe(413);
  const expecting = await rawRequest(service.url, head('Content-Length: 99999\r\nExpect: 100-continue'));
  expect(expecting.status).toBe(413);
});

test('a body without end is refused and its connection closed', async () => {
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
  const all = Buffer.concat([
    Buffer.from(head('Transfer-Encoding: chunked')),
    ...Array.from({ length: 20 }, () => chunk),
  ]);
  const answer = await rawRequest(service.url, all, () => false);
  expect(answer.status).toBe(413);
});

test('headers and bodies that do not arrive in time are 400, and their connections closed', async () => {
  const arrivalTimes = { headersMs: 50, requestMs: 100, stalledMs: 1_000, checkMs: 10 };
  await using impatient = await startHttpService({ routes: () => [echo], arrivalTimes });
  for (const bytes of ['GET / HTTP/1.1\r\nHost: x\r\n', `${head('Content-Length: 9')}{`]) {
    const answer = await rawRequest(impatient.url, bytes, () => false);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ detail: 'The request did not arrive in time.' });
  }
});

test('who does not read the answers to a pipeline is hung up on', async () => {
  const arrivalTimes = { headersMs: 10_000, requestMs: 10_000, stalledMs: 100, checkMs: 1_000 };
  await using impatient = await startHttpService({ arrivalTimes });
  const { hostname, port } = new URL(impatient.url);
  const socket = connect(Number(port), hostname).pause();
  const [accepted] = (await once(impatient.server, 'connection')) as [Socket];
  // More than the kernel takes: the rest waits with us.
  socket.write('GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(400));
  await waitFor(() => accepted.writableLength > 0);
  await waitFor(() => accepted.destroyed);
  socket.destroy();
});

test('nonsense behind a request costs the rest of its connection, not the answer that is on its way', async () => {
  const answer = await rawRequest(service.url, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\nBLA\r\n\r\n', () => false);
  expect([answer.status, answer.body]).toEqual([200, '{"status":"alive"}']);
});

test('a body that is asked for with 100 Continue arrives', async () => {
  const bytes = `${head('Content-Length: 2\r\nExpect: 100-continue')}{}`;
  const answer = await rawRequest(service.url, bytes, (received) => received.includes('address'));
  expect(answer.head).toBe('HTTP/1.1 100 Continue');
  expect(answer.body).toContain('HTTP/1.1 200 OK');
});

test('[HD-6] CORS lets any page read any answer, problems too, without credentials', async () => {
  for (const path of ['/v1/games', '/v1/players/me', '/v1/nothing', '/livez']) {
    const { headers } = await service.api.get(path, { Origin: 'https://page.example' });
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
    const exposed = headers.get('Access-Control-Expose-Headers')?.split(', ');
    expect(exposed?.toSorted()).toEqual(['ETag', 'Idempotency-Replayed', 'Location', 'Retry-After', 'X-Request-Id']);
  }
});

test('a preflight is answered without a token', async () => {
  const { status, headers } = await service.api.send('OPTIONS', '/v1/players/me', {
    headers: { Origin: 'https://page.example', 'Access-Control-Request-Method': 'PATCH' },
  });
  expect(status).toBe(204);
  expect(headers.get('Access-Control-Allow-Methods')).toContain('PATCH');
  for (const name of [
    'Authorization',
    'Content-Type',
    'If-Match',
    'Idempotency-Key',
    'X-Gyre-Protocol',
    'If-None-Match',
  ]) {
    expect(headers.get('Access-Control-Allow-Headers')).toContain(name);
  }
});

test('[RQ-9, HD-6] GYRE_ORIGINS narrows REST and upgrades to its pages; who has no Origin is always accepted', async () => {
  const config = { origins: ['https://page.example'], publicUrl: 'https://own.example/gyre' };
  await using narrow = await startHttpService({
    config,
    onUpgrade: (_req, socket) => socket.end('HTTP/1.1 101 x\r\n\r\n'),
  });
  const allowed = async (origin: string) =>
    (await narrow.api.get('/v1/games', { Origin: origin })).headers.get('Access-Control-Allow-Origin');
  expect(await allowed('https://page.example')).toBe('https://page.example');
  expect(await allowed('https://own.example')).toBe('https://own.example');
  expect(await allowed('https://evil.example')).toBeNull();
  expect(await allowed('null')).toBeNull();
  const statuses = [];
  for (const headers of ['', 'Origin: https://page.example\r\n', 'Origin: https://evil.example\r\n']) {
    statuses.push((await upgrade('/abc/m_12345678', { url: narrow.url, headers })).status);
  }
  expect(statuses).toEqual([101, 101, 403]);
  const { headers } = await narrow.api.get('/v1/games', { Origin: 'https://evil.example' });
  expect(headers.get('Vary')).toContain('Origin');
});

test.each([
  ['/abc-1_X/m_12345678?sessionId=x', '/abc-1_X/m_12345678?sessionId=x'],
  ['/p/a-0/abc/m_12345678?sessionId=x', '/abc/m_12345678?sessionId=x'],
  ['/p/m_12345678', '/p/m_12345678'],
])('an upgrade to %s is handed on as %s', async (target, handedOn) => {
  expect((await upgrade(target)).status).toBe(101);
  expect(upgraded.at(-1)).toBe(handedOn);
});

test.each(['/', '/abc', '/abc/', '/abc/m_1/x', '/a/b/c/d', '/abc/m%20x', `/abc/${'m'.repeat(65)}`, '/..%2f/x'])(
  'an upgrade to %s is 404, with an id',
  async (target) => {
    const before = upgraded.length;
    const answer = await upgrade(target);
    expect(answer.status).toBe(404);
    expect(answer.head).toMatch(/^X-Request-Id: r_/im);
    expect(upgraded).toHaveLength(before);
  },
);

test('another protocol than WebSocket is not taken up: the request is answered as it is', async () => {
  expect(
    (await get('/v1/games', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'))
      .status,
  ).toBe(200);
});

test('[RQ-12, HD-9] queries and tokens are in no line of the log, route and request id are', async () => {
  lines.length = 0;
  const ann = await service.api.signIn();
  await service.api.as(ann).get('/v1/players/me?secret=topsecret');
  await get('/nowhere?secret=topsecret');
  await upgrade('/abc/def?sessionId=topsecret&x=%00');
  await upgrade('/abc?sessionId=topsecret');
  const all = lines.join('\n');
  for (const secret of ['topsecret', ann.session.accessToken, ann.session.refreshToken, ann.deviceKey])
    expect(all).not.toContain(secret);
  const line = lines
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .find(({ route }) => route === '/v1/players/me');
  expect(line).toMatchObject({
    requestId: expect.stringMatching(/^r_/),
    method: 'GET',
    path: '/v1/players/me',
    status: 400,
    ms: expect.any(Number),
  });
});

test('[RQ-7] an address has a budget for everything it asks for', async () => {
  await using limited = await startHttpService({ config: { rateLimits: true } });
  const answers: Answer[] = [];
  while (!answers.some(({ status }) => status === 429)) {
    answers.push(...(await Promise.all(Array.from({ length: 100 }, () => limited.api.get('/nowhere')))));
  }
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([404, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
});

test('[HD-13] an address holds so many connections open; one more is 429, until one is closed; others are let in', async () => {
  await using few = await startHttpService({ config: { rateLimits: true, maxSocketsPerAddress: 2 } });
  const { hostname, port } = new URL(few.url);
  const held = [1, 2].map(() => connect(Number(port), hostname));
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const ask = () => rawRequest(few.url, 'GET /v1/games HTTP/1.1\r\nHost: x\r\n\r\n');
  const refused = await ask();
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([429, { code: 'rate-limited', retryable: true }]);
  expect(refused.head).toMatch(/^Retry-After: \d+\r$/m);
  held[0]?.destroy();
  await waitFor(async () => (await ask()).status === 200);
  held[1]?.destroy();
});

test('[HD-13] behind a proxy, whose connections are shared, the WebSockets of an address are counted', async () => {
  const open: Duplex[] = [];
  await using behind = await startHttpService({
    config: { rateLimits: true, maxSocketsPerAddress: 2, trustedProxyHops: 1 },
    onUpgrade: (_req, socket) => {
      open.push(socket.resume());
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
  });
  const { hostname, port } = new URL(behind.url);
  /** Opens one and leaves it open. */
  const statusFrom = async (address: string) => {
    const socket = connect(Number(port), hostname);
    const headers = `X-Forwarded-For: ${address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    socket.write(`GET /abc/m_12345678 HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return Number(answer.toString('latin1', 9, 12));
  };
  const statuses = [];
  for (const last of [1, 1, 1, 2]) statuses.push(await statusFrom(`192.0.2.${last}`));
  expect(statuses).toEqual([101, 101, 429, 101]);
  open[0]?.destroy();
  await waitFor(async () => (await statusFrom('192.0.2.1')) === 101);
  for (const socket of open) socket.destroy();
});

test('[RQ-8, HD-8] X-Forwarded-For counts for nothing unless proxies are trusted, and then from the right', async () => {
  const forwarded = { 'X-Forwarded-For': '1.1.1.1, 2.2.2.2, 3.3.3.3' };
  expect((await service.api.post('/v1/echo', {}, forwarded)).body).toMatchObject({ address: '127.0.0.1' });
  await using behind = await startHttpService({ routes: () => [echo], config: { trustedProxyHops: 2 } });
  expect((await behind.api.post('/v1/echo', {}, forwarded)).body).toMatchObject({ address: '2.2.2.2' });
});

function idOf(head: string): string {
  return /^X-Request-Id: (r_\w{8,34})\r?$/im.exec(head)?.[1] ?? '';
}
