import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { PeerChild } from '../../tests/support/peer-child.ts';
import { PeerProcess } from '../../tests/support/peer-process.ts';
import { RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { RoomMap } from '../../tests/support/room-map.ts';
import { TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { openHub } from './hub.ts';
import type { HubService } from './ports.ts';

/** A process that a client reaches, and another one that has the room. */
async function two({ ownerConfig = {} } = {}) {
  const places = new RoomMap();
  const ownersPlaces = new RoomMap();
  const entry = await RealtimeServer.start({ cluster: { locator: places, holdMs: 400 } });
  // What is to be seen here must not be the heartbeat's doing.
  const owner = await RealtimeServer.start({
    heartbeatMs: 600_000,
    cluster: { locator: ownersPlaces, config: ownerConfig },
  });
  const match = await owner.match();
  places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
  const dispose = async (): Promise<void> => {
    await entry[Symbol.asyncDispose]();
    await owner[Symbol.asyncDispose]();
  };
  return { places, ownersPlaces, entry, owner, match, [Symbol.asyncDispose]: dispose };
}

test('stock clients play through another process, come back through it, and leave nothing behind [CL-24]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const ann = await entry.take(owner.grant(match, 0));
  const bob = await owner.take(owner.grant(match, 1));
  await waitFor(() => ann.gyre('welcome').length === 1 && bob.gyre('welcome').length === 1);
  ann.room.send('add', { by: 5 });
  bob.room.send('add', { by: 7 });
  ann.room.send('note', { key: 'long', text: 'x'.repeat(7_000) });
  await waitFor(() => bob.state.notes.long !== undefined && ann.state.total === 12);
  expect(ann.state).toEqual(bob.state);
  expect([entry.cluster.pipe.size, entry.transport.clientCount, owner.transport.clientCount]).toEqual([1, 0, 2]);

  ann.room.connection.close();
  await waitFor(() => ann.reconnects === 1);
  ann.room.send('add', { by: 1 });
  await waitFor(() => bob.state.total === 13);
  await ann.room.leave();
  expect(ann.left).toEqual([CloseCode.consented]);
  await waitFor(() => entry.cluster.pipe.size === 0 && entry.connections.size === 0);
  expect(owner.transport.clientCount).toBe(1);
});

test('close codes and refusals of the owner reach the client through it [CL-24]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const stranger = RawSocket.to(entry.endpoint, { roomId: match.matchId, sessionId: 'no-such-session-1234' });
  await waitFor(() => stranger.closeCode !== null);
  expect(stranger.closeCode).toBe(CloseCode.noSuchRight);
  const raw = await RawSocket.entered(entry.endpoint, owner.grant(match, 0));
  raw.data('add', 'nonsense');
  await waitFor(() => raw.closeCode !== null);
  expect(raw.closeCode).toBe(CloseCode.badInput);
  await waitFor(() => entry.connections.size === 0);
});

test('what was passed on is not passed on again [CL-24]', async () => {
  await using bed = await two();
  const { places, ownersPlaces, entry, owner } = bed;
  for (const map of [places, ownersPlaces]) {
    map.put('m_loop', { at: 'peer', peer: (map === places ? owner : entry).cluster.peer.peer });
  }
  const raw = RawSocket.to(entry.endpoint, { roomId: 'm_loop', sessionId: 'a-session-1234' });
  // It is sent back, and looked for once more.
  await waitFor(() => ownersPlaces.asked.length > 1);
  expect([raw.socket.readyState, entry.cluster.pipe.size, owner.cluster.pipe.size]).toEqual([0, 0, 0]);
  places.put('m_loop', { at: 'nowhere', closeCode: CloseCode.finished });
  await waitFor(() => raw.closeCode !== null);
  expect(raw.closeCode).toBe(CloseCode.finished);
});

test('a room that arrives at the other process takes who was passed on before it [CL-24]', async () => {
  await using bed = await two();
  const { places, ownersPlaces, entry, owner } = bed;
  const match = await owner.reserve();
  places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
  ownersPlaces.put(match.matchId, { at: 'here' });
  const right = owner.grant(match, 0);
  const raw = RawSocket.to(entry.endpoint, right);
  await waitFor(() => owner.cluster.router.held === 1);
  expect(raw.socket.readyState).toBe(0);
  owner.host.open(match.matchId);
  await raw.enter();
  expect(entry.cluster.pipe.size).toBe(1);
});

test('a hub is that of the process in its path [CL-24]', async () => {
  await using bed = await two();
  const { places, entry, owner } = bed;
  const seen: string[] = [];
  const hub = (name: string): HubService => ({
    admit: (sessionId) => {
      seen.push(`${name} ${sessionId}`);
      return null;
    },
    connected: () => {},
    knows: () => false,
    request: () => Promise.resolve({}),
    disconnected: () => {},
  });
  openHub({ service: hub('entry'), log: entry.log, directory: entry.directory });
  openHub({ service: hub('owner'), log: owner.log, directory: owner.directory });
  places.put(`${owner.incarnation}/hub`, { at: 'peer', peer: owner.cluster.peer.peer });
  places.put(`${entry.incarnation}/hub`, { at: 'here' });
  places.put('i_gone/hub', { at: 'nowhere', closeCode: CloseCode.comeBack });
  const codes: (number | null)[] = [];
  for (const processId of [owner.incarnation, entry.incarnation, 'i_gone']) {
    const raw = new RawSocket(`${entry.endpoint}/${processId}/hub?sessionId=session-1234`);
    await waitFor(() => raw.closeCode !== null);
    codes.push(raw.closeCode);
  }
  expect(seen).toEqual(['owner session-1234', 'entry session-1234']);
  expect(codes).toEqual([CloseCode.noSuchRight, CloseCode.noSuchRight, CloseCode.comeBack]);
});

test('when the owner dies its clients are cut off, and nothing of them stays [CL-27]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const raw = await RawSocket.entered(entry.endpoint, owner.grant(match, 0));
  for (const socket of owner.connections) socket.resetAndDestroy();
  await waitFor(() => raw.closeCode !== null);
  expect(raw.closeCode).toBe(1006);
  await waitFor(() => entry.cluster.pipe.size === 0 && entry.connections.size === 0);
});

test('when a client goes, by whatever way, its socket at the owner goes too [CL-27]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const raw = await RawSocket.entered(entry.endpoint, owner.grant(match, 0));
  raw.cut();
  await waitFor(() => owner.transport.clientCount === 0);
  await using network = await TcpProxy.to(entry.port);
  const again = RawSocket.to(`ws://127.0.0.1:${network.port}`, {
    ...owner.grant(match, 0),
    reconnectionToken: raw.token,
  });
  await again.enter();
  network.cut();
  await waitFor(() => owner.transport.clientCount === 0 && entry.connections.size === 0);
  expect([...owner.connections].length).toBe(0);
});

test('whoever is led to an owner that is known to be dead, or by a process that stops, is told to come back [CL-27, CL-85]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const ann = await RawSocket.entered(entry.endpoint, owner.grant(match, 0));
  const bob = await RawSocket.entered(entry.endpoint, owner.grant(match, 1));
  entry.cluster.pipe.drop('i_another');
  expect(entry.cluster.pipe.size).toBe(2);
  entry.cluster.pipe.drop(owner.incarnation);
  await waitFor(() => ann.closeCode === CloseCode.comeBack && bob.closeCode === CloseCode.comeBack);
  await waitFor(() => entry.cluster.pipe.size === 0 && owner.transport.clientCount === 0);
});

test('a process that is killed cuts off the clients that were led to it [CL-27]', async () => {
  const places = new RoomMap();
  await using entry = await RealtimeServer.start({ cluster: { locator: places } });
  await using child = await PeerChild.start();
  places.put('m_child', { at: 'peer', peer: child.peer });
  const raw = RawSocket.to(entry.endpoint, { roomId: 'm_child', sessionId: 'a-session-1234' });
  await once(raw.socket, 'open');
  raw.send(1, 2, 3);
  await waitFor(() => raw.frames.length === 1);
  expect([...(raw.frames[0] ?? [])]).toEqual([1, 2, 3]);
  await child.kill();
  await waitFor(() => raw.closeCode !== null);
  expect(raw.closeCode).toBe(1006);
  await waitFor(() => entry.connections.size === 0);
});

test('no limit of an address, and no origin, is applied twice [CL-25]', async () => {
  const origins = ['https://play.example'];
  await using bed = await two({ ownerConfig: { maxSocketsPerAddress: 2, origins } });
  const { entry, owner } = bed;
  const matches = await Promise.all(Array.from({ length: 6 }, () => owner.match()));
  const sockets: RawSocket[] = [];
  for (const match of matches) {
    bed.places.put(match.matchId, { at: 'peer', peer: owner.cluster.peer.peer });
    sockets.push(await RawSocket.entered(entry.endpoint, owner.grant(match, 0)));
  }
  expect(owner.transport.clientCount).toBe(6);
  expect(sockets.map(({ closeCode }) => closeCode)).toEqual(Array(6).fill(null));
});

test('what one side does not read is not read from the other [CL-27]', async () => {
  const PIECE = Buffer.alloc(64 * 1024, 'gyre');
  const PIECES = 512;
  await using owner = await PeerProcess.start({
    onUpgrade: (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      for (let i = 0; i < PIECES; i += 1) socket.write(PIECE);
      socket.end();
    },
  });
  const places = new RoomMap();
  places.put('m_big', { at: 'peer', peer: owner.peer });
  await using entry = await RealtimeServer.start({ cluster: { locator: places } });
  const client = connect(entry.port, '127.0.0.1');
  client.pause();
  const head = `GET /p/m_big?sessionId=session-1234 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  client.write(`${head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
  let looks = 0;
  let before = -1;
  await waitFor(() => {
    const [through] = entry.connections;
    if (through === undefined) return false;
    expect(through.writableLength).toBeLessThan(1024 * 1024);
    looks = through.writableNeedDrain && through.bytesWritten === before ? looks + 1 : 0;
    before = through.bytesWritten;
    return looks === 20;
  });
  const [waiting] = owner.sockets;
  expect(waiting?.destroyed).toBe(false);
  let received = 0;
  client.on('data', (chunk) => (received += chunk.length));
  client.resume();
  await once(client, 'end');
  expect(received).toBeGreaterThan(PIECES * PIECE.length);
  client.destroy();
  await waitFor(() => entry.connections.size === 0 && owner.sockets.size === 0);
});

test('a client that is only half there is not kept by half [CL-27]', async () => {
  await using bed = await two();
  const { entry, owner, match } = bed;
  const raw = await RawSocket.entered(entry.endpoint, owner.grant(match, 0));
  // It has said its last word, and waits.
  (raw.socket as unknown as { _socket: { end(): void } })._socket.end();
  await waitFor(() => owner.transport.clientCount === 0 && entry.connections.size === 0);
});

test('the last words of an owner reach a client that is slow, and one that never reads them is let go [CL-27]', async () => {
  const bytes = Buffer.alloc(16 * 1024 * 1024, 'gyre');
  await using owner = await PeerProcess.start({
    onUpgrade: (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      socket.end(bytes);
    },
  });
  const places = new RoomMap();
  places.put('m_big', { at: 'peer', peer: owner.peer });
  await using entry = await RealtimeServer.start({ cluster: { locator: places, idleMs: 3_000 } });
  const [slow, dead] = [1, 2].map(() => {
    const client = connect(entry.port, '127.0.0.1').on('error', () => undefined);
    client.pause();
    client.write(
      'GET /p/m_big?sessionId=session-1234 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    return client;
  });
  await waitFor(() => entry.cluster.pipe.size === 2);
  let received = 0;
  slow?.on('data', (chunk) => (received += chunk.length)).resume();
  await waitFor(() => received > bytes.length);
  for (const socket of owner.sockets) socket.destroy();
  await waitFor(() => entry.connections.size === 0, { timeoutMs: 30_000 });
  dead?.destroy();
});
