import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { PeerProcess } from '../../tests/support/peer-process.ts';
import { rawRequest } from '../../tests/support/raw-http.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { Reservation } from '../realtime/ports.ts';
import { hashOf, packBody } from './peer-wire.ts';
import { CallRefusal, PeerCallError } from './peers.ts';

const ask = { matchId: 'm_aaaaaaaa', epoch: 1, attempt: 1 };
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (answer) => ({ answer }),
    (error: unknown) => (error instanceof PeerCallError ? [error.failure, error.code] : error),
  );

/** Two processes of one cluster. */
async function pair() {
  const [one, other] = [await PeerProcess.start(), await PeerProcess.start()];
  const dispose = async (): Promise<void> => {
    await one.stop();
    await other.stop();
  };
  return { one, other, [Symbol.asyncDispose]: dispose };
}

test('a call reaches its process, binary states and all, and brings the answer back [CL-21]', async () => {
  await using both = await pair();
  const { one, other } = both;
  const state = randomBytes(64 * 1024);
  const heard: unknown[] = [];
  other.calls.serve('receive', async (what) => {
    heard.push(what);
    return { recorded: true };
  });
  const full = { kind: 'full', tick: 7, timeMs: 350.5, state, hidden: null, nextRefId: 9 } as const;
  const recorded: RecordedMatch = { epoch: 2, full, patches: [{ ...full, kind: 'patch' }], timeMs: 351 };
  const seats = [{ index: 0, playerId: null, displayName: 'Ännchen 🙂', team: null, isBot: true }];
  const reservation: Reservation = {
    matchId: 'm_a',
    game: 'g',
    epoch: 2,
    seed: 4_294_967_295,
    settings: { a: [1] },
    seats,
  };
  expect(await one.calls.call(other.peer, 'receive', { reservation, recorded, attempt: 1 })).toEqual({
    recorded: true,
  });
  expect(heard).toEqual([{ reservation, recorded, attempt: 1 }]);

  const status = { index: 1, taken: true, connected: false, givenUp: false, generation: 3, lastSeq: 12 };
  other.calls.serve('seat', async ({ seatIndex, seats: told }) => ({ ...status, index: seatIndex + told.length }));
  expect(await one.calls.call(other.peer, 'seat', { matchId: 'm_a', seatIndex: 1, seats })).toEqual({
    ...status,
    index: 2,
  });
});

test('many calls share a few connections', async () => {
  await using both = await pair();
  const { one, other } = both;
  other.calls.serve('discard', async () => null);
  for (let i = 0; i < 50; i += 1) await one.calls.call(other.peer, 'discard', ask);
  expect(other.sockets.size).toBe(1);
  await Promise.all(Array.from({ length: 300 }, () => one.calls.call(other.peer, 'discard', ask)));
  expect(other.sockets.size).toBeLessThanOrEqual(64);
});

test('calls to other processes are under no limit of their address [CL-22]', async () => {
  await using one = await PeerProcess.start();
  await using other = await PeerProcess.start({ config: { maxSocketsPerAddress: 3 } });
  const waiting: (() => void)[] = [];
  other.calls.serve('discard', () => new Promise((resolve) => waiting.push(() => resolve(null))));
  const calls: Promise<null>[] = [];
  for (let i = 1; i <= 9; i += 1) {
    calls.push(one.calls.call(other.peer, 'discard', ask, { timeoutMs: 30_000 }));
    await waitFor(() => waiting.length === i);
  }
  expect(other.sockets.size).toBe(9);
  // Those connections count no more, so others get in.
  const answers = await Promise.all([1, 2, 3].map(() => rawRequest(other.url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  for (const answer of waiting) answer();
  await Promise.all(calls);
});

test('a refusal comes back with its code, anything else that is thrown leaves it open [CL-21]', async () => {
  await using both = await pair();
  const { one, other } = both;
  other.calls.serve('create', () => Promise.reject(new CallRefusal('no-capacity')));
  other.calls.serve('discard', () => Promise.reject(new Error('a bug')));
  const reservation = { matchId: 'm_a', game: 'g', epoch: 1, seed: 1, settings: {}, seats: [] };
  expect(await failure(one.calls.call(other.peer, 'create', { reservation }))).toEqual(['refused', 'no-capacity']);
  expect(await failure(one.calls.call(other.peer, 'discard', ask))).toEqual(['unknown', null]);
  expect(other.complaints).toEqual(['a call of another process threw']);
});

test('what nobody took for certain is unreachable [CL-21]', async () => {
  await using both = await pair();
  const { one, other } = both;
  expect(await failure(one.calls.call(other.peer, 'discard', ask))).toEqual(['unreachable', null]);
  const before = { ...other.peer, incarnation: 'i_before' };
  let taken = 0;
  other.calls.serve('discard', async () => {
    taken += 1;
    return null;
  });
  expect(await failure(one.calls.call(before, 'discard', ask))).toEqual(['unreachable', null]);
  const { peer } = other;
  await other.stop();
  expect(await failure(one.calls.call(peer, 'discard', ask))).toEqual(['unreachable', null]);
  expect(await failure(one.calls.call({ ...peer, address: 'nonsense' }, 'discard', ask))).toEqual([
    'unreachable',
    null,
  ]);
  const matchId = 'x'.repeat(33 * 1024 * 1024);
  expect(await failure(one.calls.call(one.peer, 'discard', ask))).toEqual(['unreachable', null]);
  expect(await failure(one.calls.call(peer, 'discard', { matchId, epoch: 1, attempt: 1 }))).toEqual([
    'unreachable',
    null,
  ]);
  expect(taken).toBe(0);
});

test('without an answer in time it is open whether it happened [CL-21]', async () => {
  await using both = await pair();
  const { one, other } = both;
  let taken = 0;
  other.calls.serve('discard', () => {
    taken += 1;
    return new Promise(() => {});
  });
  const late = one.calls.call(other.peer, 'discard', ask, { timeoutMs: 50 });
  expect(await failure(late)).toEqual(['unknown', null]);
  const broken = failure(one.calls.call(other.peer, 'discard', ask, { timeoutMs: 10_000 }));
  await waitFor(() => taken === 2);
  for (const socket of other.sockets) socket.destroy();
  expect(await broken).toEqual(['unknown', null]);
});

test.each([
  ['nothing', ''],
  ['no HTTP', 'hello\r\n\r\n'],
  ['an answer that is not signed', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xc0'],
  ['a refusal that is not signed', 'HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n'],
])('a stranger that answers with %s leaves it open [CL-21]', async (_, bytes) => {
  await using one = await PeerProcess.start();
  const sockets = new Set<Socket>();
  const stranger = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes, 'latin1'));
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const address = `127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  expect(await failure(one.calls.call({ incarnation: 'i_other', address }, 'discard', ask))).toEqual(['unknown', null]);
  for (const socket of sockets) socket.destroy();
  stranger.close();
});

test('processes of two secrets or two times take nothing from each other, and say what may be wrong [CL-20]', async () => {
  await using one = await PeerProcess.start();
  await using stranger = await PeerProcess.start({ secret: 'another secret, of another cluster altogether' });
  await using late = await PeerProcess.start({ nowMs: () => Date.now() - 60_000 });
  let taken = 0;
  for (const { calls } of [stranger, late]) {
    calls.serve('discard', async () => {
      taken += 1;
      return null;
    });
  }
  for (const { peer } of [stranger, late]) {
    await expect(one.calls.call(peer, 'discard', ask)).rejects.toThrow(/another GYRE_SECRET, or a clock/);
  }
  expect(taken).toBe(0);
  expect(late.complaints[0]).toMatch(/do the clocks agree/);
});

test('a call to oneself goes straight to who serves it, with the same failures [CL-21]', async () => {
  const one = new PeerProcess();
  const peer = { incarnation: one.incarnation, address: 'nowhere:1' };
  expect(await failure(one.calls.call(peer, 'discard', ask))).toEqual(['unreachable', null]);
  one.calls.serve('discard', async () => null);
  expect(await one.calls.call(peer, 'discard', ask)).toBeNull();
  one.calls.serve('discard', () => Promise.reject(new CallRefusal('room-failed')));
  expect(await failure(one.calls.call(peer, 'discard', ask))).toEqual(['refused', 'room-failed']);
  one.calls.serve('discard', () => Promise.reject(new Error('a bug')));
  expect(await failure(one.calls.call(peer, 'discard', ask))).toEqual(['unknown', null]);
  one.calls.serve('discard', () => new Promise(() => {}));
  expect(await failure(one.calls.call(peer, 'discard', ask, { timeoutMs: 20 }))).toEqual(['unknown', null]);
});

/** A signed call, written by hand, so that it can be tampered with. */
function written(one: PeerProcess, other: PeerProcess, { body = packBody(ask), path = '/_gyre/calls/discard' } = {}) {
  const hash = hashOf(body);
  const signature = one.signatures.sign({ use: 'call', path, subject: hash }, other.incarnation);
  return { path, signature, hash, body };
}

function bytesOf(
  { path, signature, hash, body }: ReturnType<typeof written>,
  { method = 'POST', length = body.length } = {},
): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-Gyre-Peer: ${signature}\r\nX-Gyre-Body: ${hash}\r\n`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${length}\r\n\r\n`), body]);
}

test('a call is taken as it was signed, once, and by nobody else’s word [CL-20]', async () => {
  await using both = await pair();
  const { one, other } = both;
  const taken: string[] = [];
  other.calls.serve('discard', async ({ matchId }) => {
    taken.push(matchId);
    return null;
  });
  const good = written(one, other);
  expect((await rawRequest(other.url, bytesOf(good))).status).toBe(200);
  expect((await rawRequest(other.url, bytesOf(good))).status).toBe(404);
  const evil = packBody({ matchId: 'm_eeeeeeee' });
  expect((await rawRequest(other.url, bytesOf({ ...written(one, other), body: evil }))).status).toBe(400);
  expect(
    (await rawRequest(other.url, bytesOf({ ...written(one, other), hash: hashOf(evil), body: evil }))).status,
  ).toBe(404);
  expect((await rawRequest(other.url, bytesOf({ ...written(one, other), path: '/_gyre/calls/late' }))).status).toBe(
    404,
  );
  expect((await rawRequest(other.url, bytesOf({ ...written(one, other), signature: 'x' }))).status).toBe(404);
  expect((await rawRequest(other.url, bytesOf(written(one, other), { method: 'PUT' }))).status).toBe(404);
  const huge = await rawRequest(other.url, bytesOf(written(one, other), { length: 33 * 1024 * 1024 }));
  expect(huge.status).toBe(413);
  const noPack = written(one, other, { body: Buffer.from('c1c1', 'hex') });
  expect((await rawRequest(other.url, bytesOf(noPack))).status).toBe(500);
  expect(taken).toEqual(['m_aaaaaaaa']);
});

test('a process that does not cluster knows none of these paths [CL-22]', async () => {
  await using both = await pair();
  const { one, other } = both;
  for (const path of ['/_gyre/', '/_gyre/calls/open', '/_gyre/link', '/_gyre/calls/__proto__']) {
    const answer = await rawRequest(other.url, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer.status).toBe(404);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    const upgraded = await rawRequest(other.url, `GET ${path} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
    expect(upgraded.status).toBe(404);
  }
  const proto = written(one, other, { path: '/_gyre/calls/__proto__' });
  expect((await rawRequest(other.url, bytesOf(proto))).status).toBe(404);
});
