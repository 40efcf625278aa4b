import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { PeerProcess } from '../../tests/support/peer-process.ts';
import { rawRequest } from '../../tests/support/raw-http.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { RoomMap } from '../../tests/support/room-map.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { infoOf } from '../http/request-info.ts';

/** What has arrived at the other process. */
interface Arrived {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly address: string;
  /** All that came after the request. */
  after: Buffer;
}

const arrived: Arrived[] = [];
const ordinary: string[] = [];
let entry: RealtimeServer;
let owner: PeerProcess;

beforeAll(async () => {
  owner = await PeerProcess.start({
    onUpgrade: (req, socket, head) => {
      const { url = '', headers, rawHeaders } = req;
      const one = { url, headers, rawHeaders, address: infoOf(req).address, after: head };
      arrived.push(one);
      socket.on('data', (chunk: Buffer) => (one.after = Buffer.concat([one.after, chunk])));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    },
  });
  owner.http.prependListener('request', (req) => ordinary.push(req.url ?? ''));
  const places = new RoomMap();
  places.put('m_a', { at: 'peer', peer: owner.peer });
  entry = await RealtimeServer.start({ cluster: { locator: places, holdMs: 200 } });
});
afterAll(async () => {
  await entry[Symbol.asyncDispose]();
  await owner.stop();
});
beforeEach(() => {
  arrived.length = 0;
});

const TARGET = '/p/m_a?sessionId=session-1234';
const HANDSHAKE = [
  'Host: play.example',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Sends an upgrade with these headers more, and what comes behind it in the same write. */
async function upgrade(headers: readonly string[], behind: string | Buffer = '', target = TARGET): Promise<number> {
  const head = [`GET ${target} HTTP/1.1`, ...HANDSHAKE, ...headers, '', ''].join('\r\n');
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(behind)]);
  const { status } = await rawRequest(`http://127.0.0.1:${entry.port}`, bytes);
  return status;
}

test('the request arrives as it came, for the client that sent it [CL-24, CL-25]', async () => {
  const headers = ['Cookie: a=b', 'X-Latin: caf\xe9', 'Origin: https://play.example', 'X-Twice: 1', 'X-Twice: 2'];
  expect(await upgrade(headers)).toBe(101);
  const [one] = arrived;
  expect(one).toMatchObject({ url: TARGET, address: '127.0.0.1' });
  expect(one?.headers).toMatchObject({
    cookie: 'a=b',
    'x-latin': 'caf\xe9',
    origin: 'https://play.example',
    'x-twice': '1, 2',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'x-forwarded-for': '127.0.0.1',
  });
});

test.each([
  ['a length and a body', ['Content-Length: 4'], 'BODY'],
  ['a length that a request hides behind', ['Content-Length: 0'], 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['chunks', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an expectation', ['Expect: 100-continue'], 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['another protocol', ['HTTP2-Settings: AAMAAABk', 'Connection: HTTP2-Settings'], 'x'],
  [
    'a second Connection',
    ['Connection: close', 'Keep-Alive: timeout=1', 'Proxy-Connection: close', 'TE: trailers'],
    'x',
  ],
  ['a second Host', ['Host: evil.example'], 'x'],
  ['an address of its own', ['X-Forwarded-For: 10.0.0.1', 'Forwarded: for=10.0.0.1', 'x-forwarded-host: evil'], 'x'],
  ['names of ours', ['X-Gyre-Peer: x', 'x-gyre-answer: y', 'X-GYRE-Body: z'], 'x'],
])('%s: nothing of it is passed on, and what comes behind is no request [CL-25]', async (_, headers, behind) => {
  expect(await upgrade(headers, behind)).toBe(101);
  await waitFor(() => arrived[0]?.after.length === behind.length);
  expect(arrived[0]?.after.toString()).toBe(behind);
  const names = arrived[0]?.rawHeaders.filter((_name, index) => index % 2 === 0).map((name) => name.toLowerCase());
  expect(names?.sort()).toEqual([
    'connection',
    'host',
    'sec-websocket-key',
    'sec-websocket-version',
    'upgrade',
    'x-forwarded-for',
    'x-gyre-pipe',
  ]);
  expect(arrived[0]?.headers).toMatchObject({ host: owner.peer.address, 'x-forwarded-for': '127.0.0.1' });
  expect(ordinary).toEqual([]);
});

test.each([
  ['names itself a piped one', ['X-Gyre-Pipe: x'], TARGET],
  ['is for a path of processes', [], '/_gyre/link'],
  ['is for a path of processes, in a roundabout way', [], '/p/x/_gyre/link'],
  ['has no room', [], '/p/'],
])('an upgrade that %s is not passed on [CL-22, CL-25]', async (_, headers, target) => {
  expect(await upgrade(headers, '', target)).toBe(404);
  expect(arrived).toEqual([]);
});

test.each(['a\nb: c', 'a\rb: c', 'a\0b'])('a header with %j in it does not get as far [CL-25]', async (value) => {
  expect(await upgrade([`X-Odd: ${value}`])).toBeLessThan(500);
  for (const { rawHeaders } of arrived) expect(rawHeaders).not.toContain('b');
});

test('what the client sends before it has its answer comes first, and all of it in order [CL-24]', async () => {
  const socket = connect(entry.port, '127.0.0.1');
  socket.write([`GET ${TARGET} HTTP/1.1`, ...HANDSHAKE, '', 'first '].join('\r\n'));
  await waitFor(() => arrived.length === 1);
  const rest = Array.from({ length: 2_000 }, (_, index) => `${index} `);
  for (const piece of rest) socket.write(piece);
  const all = `first ${rest.join('')}`;
  await waitFor(() => arrived[0]?.after.length === all.length);
  expect(arrived[0]?.after.toString()).toBe(all);
  socket.destroy();
});

test('headers that only just fit here and not there cost nobody but their sender', async () => {
  const huge = `X-Huge: ${'x'.repeat(16_000)}`;
  expect(await upgrade([huge])).toBeGreaterThan(100);
  expect(await upgrade([])).toBe(101);
});
