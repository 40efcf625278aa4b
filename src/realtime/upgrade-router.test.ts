import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { PeerChild } from '../../tests/support/peer-child.ts';
import { RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { RoomMap } from '../../tests/support/room-map.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const SESSION = 'a-session-1234';

async function start({ holdMs = 30_000, maxHeld = 5_000 } = {}) {
  const places = new RoomMap();
  const server = await RealtimeServer.start({ cluster: { locator: places, holdMs, maxHeld } });
  const open = (roomId: string): RawSocket => RawSocket.to(server.endpoint, { roomId, sessionId: SESSION });
  const { router } = server.cluster;
  return { places, server, open, router, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const closed = (socket: RawSocket): Promise<number> => waitFor(() => socket.closeCode);

test('a room that is nowhere closes its socket with the code [CL-26]', async () => {
  await using bed = await start();
  bed.places.put('m_over', { at: 'nowhere', closeCode: CloseCode.finished });
  expect(await closed(bed.open('m_over'))).toBe(CloseCode.finished);
  expect(await closed(bed.open('m_never'))).toBe(CloseCode.noSuchRight);
  expect(await closed(new RawSocket(`${bed.server.endpoint}/p/m_over`))).toBe(CloseCode.noSuchRight);
});

test('while a room moves its socket is not answered, and enters when the room is here [CL-26]', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  const match = await server.reserve();
  places.put(match.matchId, { at: 'moving' });
  const raw = RawSocket.to(server.endpoint, server.grant(match, 0));
  await waitFor(() => places.asked.length > 2);
  expect([router.held, raw.socket.readyState, server.transport.clientCount]).toEqual([1, 0, 0]);
  places.put(match.matchId, { at: 'here' });
  server.host.open(match.matchId);
  await raw.enter();
  expect(router.held).toBe(0);
});

test('it is led to another process when the room is there', async () => {
  await using bed = await start();
  await using owner = await RealtimeServer.start({ cluster: { locator: new RoomMap() } });
  const match = await owner.match();
  bed.places.put(match.matchId, { at: 'moving' });
  const raw = RawSocket.to(bed.server.endpoint, owner.grant(match, 0));
  await waitFor(() => bed.router.held === 1);
  bed.places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
  bed.router.moved(match.matchId);
  await raw.enter();
});

test('a socket for a room that is to be here in a moment is not answered before it is [CL-26]', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  const match = await server.reserve();
  places.put(match.matchId, { at: 'here' });
  const raw = RawSocket.to(server.endpoint, server.grant(match, 0));
  await waitFor(() => places.asked.length > 2);
  expect([router.held, raw.socket.readyState]).toEqual([1, 0]);
  server.host.open(match.matchId);
  await raw.enter();
});

test('while a room tries to move, sockets that come are not answered: they enter if it stays, and are led on if it goes [CL-26]', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  const match = await server.match();
  places.put(match.matchId, { at: 'here' });
  const first = await RawSocket.entered(server.endpoint, server.grant(match, 0));
  expect(await server.host.handOver(match.matchId)).not.toBeNull();
  const second = RawSocket.to(server.endpoint, server.grant(match, 1));
  await waitFor(() => router.held === 1);
  expect(second.socket.readyState).toBe(0);
  server.host.takeBack(match.matchId);
  await second.enter();
  expect([first.closeCode, second.closeCode]).toEqual([null, null]);

  expect(await server.host.handOver(match.matchId)).not.toBeNull();
  const late = RawSocket.to(server.endpoint, server.grant(match, 1));
  await waitFor(() => router.held === 1);
  server.host.depart(match.matchId, () => {});
  expect([await closed(first), await closed(second)]).toEqual([CloseCode.comeBack, CloseCode.comeBack]);
  expect(late.socket.readyState).toBe(0);
  places.put(match.matchId, { at: 'nowhere', closeCode: CloseCode.finished });
  expect(await closed(late)).toBe(CloseCode.finished);
});

test('when it takes too long the client is told to come back [CL-26]', async () => {
  await using bed = await start({ holdMs: 300 });
  const { places, server, router } = bed;
  places.put('m_moving', { at: 'moving' });
  expect(await closed(bed.open('m_moving'))).toBe(CloseCode.comeBack);
  places.put('m_late', { at: 'here' });
  expect(await closed(bed.open('m_late'))).toBe(CloseCode.comeBack);
  places.failure = new Error('the database is away');
  expect(await closed(bed.open('m_unknown'))).toBe(CloseCode.comeBack);
  expect(router.held).toBe(0);
  expect(server.log.complaints).toContain('could not look up where a room is');
});

test('while nobody can be asked, a room is looked for where it was last [CL-26]', async () => {
  await using bed = await start();
  await using owner = await RealtimeServer.start({ cluster: { locator: new RoomMap() } });
  const match = await owner.match();
  bed.places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
  await RawSocket.entered(bed.server.endpoint, owner.grant(match, 0));
  bed.places.failure = new Error('the database is away');
  const asked = bed.places.asked.length;
  // What was answered a moment ago holds for a while.
  await waitFor(() => {
    RawSocket.to(bed.server.endpoint, { roomId: match.matchId, sessionId: SESSION });
    return bed.places.asked.length > asked;
  });
  await RawSocket.entered(bed.server.endpoint, owner.grant(match, 1));
});

test('one who can’t be asked in time holds nobody for longer [CL-26]', async () => {
  const locator = { locate: () => new Promise<never>(() => {}) };
  await using server = await RealtimeServer.start({ cluster: { locator, holdMs: 100 } });
  const raw = RawSocket.to(server.endpoint, { roomId: 'm_a', sessionId: SESSION });
  expect(await closed(raw)).toBe(CloseCode.comeBack);
});

test('a peer that is not there, is another one, or says nothing, counts as a room that moves [CL-26]', async () => {
  await using bed = await start();
  const { places, server } = bed;
  await using owner = await RealtimeServer.start({ cluster: { locator: new RoomMap() } });
  await using child = await PeerChild.start();
  child.signal('SIGSTOP');
  const match = await owner.match();
  const { address } = owner.cluster.peer.peer;
  const empty = createServer().listen(0, '127.0.0.1');
  await once(empty, 'listening');
  const refused = `127.0.0.1:${(empty.address() as AddressInfo).port}`;
  empty.close();
  await once(empty, 'close');
  const raw = RawSocket.to(server.endpoint, owner.grant(match, 0));
  for (const peer of [
    { incarnation: 'i_dead', address: refused },
    { incarnation: 'i_before', address },
    { incarnation: 'i_bad', address: 'no address' },
    child.peer,
  ]) {
    places.put(match.matchId, { at: 'peer', peer });
    bed.router.moved(match.matchId);
    const asked = places.asked.length;
    await waitFor(() => places.asked.length > asked + 1, { what: `another look after ${peer.incarnation}` });
  }
  expect(raw.socket.readyState).toBe(0);
  places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
  await raw.enter();
});

test('many who wait for one room ask once for all of them', async () => {
  await using bed = await start();
  const { places, router } = bed;
  places.put('m_moving', { at: 'moving' });
  const sockets = Array.from({ length: 100 }, () => bed.open('m_moving'));
  await waitFor(() => router.held === 100);
  const before = places.asked.length;
  places.put('m_moving', { at: 'nowhere', closeCode: CloseCode.finished });
  router.moved('m_moving');
  for (const socket of sockets) expect(await closed(socket)).toBe(CloseCode.finished);
  expect(places.asked.length - before).toBeLessThan(20);
});

test('too many who wait are told to come back [CL-26]', async () => {
  await using bed = await start({ maxHeld: 3 });
  const { places, router } = bed;
  places.put('m_moving', { at: 'moving' });
  const held = [1, 2, 3].map(() => bed.open('m_moving'));
  await waitFor(() => router.held === 3);
  expect(await closed(bed.open('m_moving'))).toBe(CloseCode.comeBack);
  expect(held.map(({ closeCode }) => closeCode)).toEqual([null, null, null]);
});

test('a client that goes away while it waits is not waited for', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  places.put('m_moving', { at: 'moving' });
  const cut = bed.open('m_moving');
  const { port } = server;
  const half = connect(port, '127.0.0.1', () =>
    half.end(
      `GET /p/m_moving?sessionId=${SESSION} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
  );
  await waitFor(() => places.asked.length > 1 && router.held > 0);
  cut.cut();
  await waitFor(() => router.held === 0 && server.connections.size === 0);
});

test('who talks on before it is answered is cut off', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  places.put('m_moving', { at: 'moving' });
  const early = connect(server.port, '127.0.0.1', () => {
    early.write(`GET /p/m_moving?sessionId=${SESSION} HTTP/1.1\r\nHost: x\r\n`);
    early.write('Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    early.write(Buffer.alloc(64 * 1024));
  });
  early.on('error', () => undefined).resume();
  await waitFor(() => early.destroyed && router.held === 0);
});

test('a process that stops holds nobody', async () => {
  await using bed = await start();
  const { places, server, router } = bed;
  places.put('m_moving', { at: 'moving' });
  const raw = bed.open('m_moving');
  await waitFor(() => router.held === 1);
  server.transport.shutdown();
  expect(await closed(raw)).toBe(1006);
  expect(router.held).toBe(0);
});

test('nobody but a process of ours can say that an upgrade was passed on [CL-25]', async () => {
  await using bed = await start();
  await using other = await RealtimeServer.start({ cluster: { locator: new RoomMap(), config: { origins: [] } } });
  const match = await other.match();
  const { signatures } = bed.server.cluster.peer;
  const { roomId, sessionId } = other.grant(match, 0);
  const path = `/p/${roomId}?sessionId=${sessionId}`;
  const sign = (change: { path?: string; subject?: string; to?: string } = {}): string =>
    signatures.sign({ use: 'pipe', path, subject: '203.0.113.7', ...change }, change.to ?? other.incarnation);
  const status = (signature: string, headers = 'X-Forwarded-For: 203.0.113.7\r\n'): Promise<number> =>
    upgradeStatus(other.port, path, `X-Gyre-Pipe: ${signature}\r\n${headers}`);
  const good = sign();
  expect(await status('nonsense')).toBe(404);
  expect(await status(sign({ path: '/p/m_another?sessionId=1' }))).toBe(404);
  expect(await status(sign({ subject: '203.0.113.8' }))).toBe(404);
  expect(await status(sign(), '')).toBe(404);
  expect(await status(sign({ to: 'i_before' }))).toBe(503);
  const evil = 'Origin: https://evil.example\r\n';
  expect(await upgradeStatus(other.port, path, evil)).toBe(403);
  expect(await status('nonsense', `${evil}X-Forwarded-For: 203.0.113.7\r\n`)).toBe(403);
  expect(await status(good, `${evil}X-Forwarded-For: 203.0.113.7\r\n`)).toBe(101);
  expect(await status(good)).toBe(404);
});

async function upgradeStatus(port: number, path: string, headers: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const handshake = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${handshake}${headers}\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(answer.toString('latin1').slice(9, 12));
}
