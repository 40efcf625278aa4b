import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { isRefusedConnection, readPeerAddress } from '../../src/cluster/peer-address.ts';
import { PeerLinks } from '../../src/cluster/peer-links.ts';
import { PeerSignatures } from '../../src/cluster/peer-signature.ts';
import type { Peer } from '../../src/cluster/peers.ts';
import { newId } from '../../src/store/ids.ts';
import { PeerChild } from '../support/peer-child.ts';
import { PEER_SECRET, PeerProcess } from '../support/peer-process.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

function watching({ pingMs = 2_000 } = {}) {
  const refused: string[] = [];
  const signatures = new PeerSignatures({ secret: PEER_SECRET, incarnation: newId('i') });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const links = new PeerLinks({ signatures, log, onRefused: (incarnation) => refused.push(incarnation), pingMs });
  return { refused, links, signatures, [Symbol.dispose]: () => links.close() };
}

const at = ({ incarnation }: Peer, port: number): Peer => ({ incarnation, address: `127.0.0.1:${port}` });

test('a process that is killed is known to be dead, and nobody else [CL-23]', async () => {
  using one = watching();
  await using other = await PeerChild.start();
  await using third = await PeerChild.start();
  const members = [other.peer, third.peer];
  one.links.watch(members);
  await waitFor(() => one.links.up.length === 2);
  for (let i = 0; i < 5; i += 1) one.links.watch(members);
  await other.kill();
  await waitFor(() => one.refused.length > 0);
  expect(one.refused).toEqual([other.peer.incarnation]);
  expect(one.links.up).toEqual([third.peer.incarnation]);
});

test('a process that was dead before its link was up is known to be so too, and is told of once [CL-23]', async () => {
  using one = watching();
  const other = new PeerProcess();
  const finder = createServer().listen(0, '127.0.0.1');
  await once(finder, 'listening');
  const { port } = finder.address() as AddressInfo;
  finder.close();
  await once(finder, 'close');
  one.links.watch([at({ incarnation: other.incarnation, address: '' }, port)]);
  await waitFor(() => one.refused.length > 0);
  // It is dialled on and on, so it is found when it is there after all.
  await other.listen(port);
  await waitFor(() => one.links.up.length === 1);
  expect(one.refused).toEqual([other.incarnation]);
  await other.stop();
  await waitFor(() => one.refused.length === 2);
});

test('a process that is stopped is not taken for dead, and its link comes back with it [CL-23]', async () => {
  using one = watching({ pingMs: 100 });
  await using other = await PeerChild.start();
  await using proxy = await TcpProxy.to(other.port);
  one.links.watch([at(other.peer, proxy.port)]);
  await waitFor(() => one.links.up.length === 1);
  other.signal('SIGSTOP');
  await waitFor(() => one.links.up.length === 0, { what: 'the silence' });
  const { connections } = proxy;
  await waitFor(() => proxy.connections >= connections + 3, { what: 'more tries' });
  other.signal('SIGCONT');
  await waitFor(() => one.links.up.length === 1, { what: 'the link' });
  expect(one.refused).toEqual([]);
});

test('neither is one whose connections break, however often [CL-23]', async () => {
  using one = watching({ pingMs: 100 });
  await using other = await PeerProcess.start();
  await using proxy = await TcpProxy.to(other.port);
  one.links.watch([at(other.peer, proxy.port)]);
  for (let i = 0; i < 5; i += 1) {
    const before = proxy.connections;
    await waitFor(() => one.links.up.length === 1);
    proxy.drop();
    await waitFor(() => proxy.connections > before);
  }
  // Behind the proxy nobody listens any more: all that arrives here are connections that break off.
  const before = proxy.connections;
  await other.stop();
  await waitFor(() => proxy.connections > before + 3);
  expect(one.refused).toEqual([]);
});

test('a process that has booted again at the same address tells of the death of the one before [CL-23]', async () => {
  using one = watching();
  await using before = await PeerProcess.start();
  await using after = await PeerProcess.start();
  await using proxy = await TcpProxy.to(before.port);
  one.links.watch([at(before.peer, proxy.port)]);
  await waitFor(() => one.links.up.length === 1);
  proxy.target = after.port;
  proxy.drop();
  await waitFor(() => one.refused.length > 0);
  one.links.watch([at(after.peer, proxy.port)]);
  await waitFor(() => one.links.up.includes(after.incarnation));
  expect(one.refused).toEqual([before.incarnation]);
});

test('strangers at its address tell nothing of a process [CL-20, CL-23]', async () => {
  using one = watching({ pingMs: 200 });
  await using stranger = await PeerProcess.start({ secret: 'another secret, of another cluster altogether' });
  await using proxy = await TcpProxy.to(stranger.port);
  const misdirected = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n');
  }).listen(0, '127.0.0.1');
  const upgrading = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  }).listen(0, '127.0.0.1');
  one.links.watch([at({ incarnation: 'i_other', address: '' }, proxy.port)]);
  for (const server of [misdirected, upgrading]) {
    await waitFor(() => proxy.connections > 2);
    proxy.target = (server.address() as AddressInfo).port;
    const { connections } = proxy;
    await waitFor(() => proxy.connections > connections + 2);
  }
  expect([one.refused, one.links.up]).toEqual([[], []]);
  one.links.close();
  misdirected.close();
  upgrading.close();
});

test('a link ends when its process is no member any more, and a process has none to itself', async () => {
  using one = watching();
  await using other = await PeerProcess.start();
  const self = { incarnation: one.signatures.incarnation, address: '127.0.0.1:1' };
  one.links.watch([other.peer, self, { incarnation: 'i_bad', address: 'no port' }]);
  await waitFor(() => one.links.up.length === 1);
  expect(other.sockets.size).toBe(1);
  one.links.watch([self]);
  await waitFor(() => other.sockets.size === 0);
  expect([one.links.up, one.refused]).toEqual([[], []]);
});

test('a link comes back without delay, and is under no limit of its address [CL-22]', async () => {
  using one = watching();
  await using other = await PeerProcess.start({ config: { maxSocketsPerAddress: 1 } });
  one.links.watch([other.peer]);
  await waitFor(() => one.links.up.length === 1);
  using two = watching();
  two.links.watch([other.peer]);
  await waitFor(() => two.links.up.length === 1);
  expect([one.links.up.length, one.refused, two.refused]).toEqual([1, [], []]);
});

test.each([
  ['10.0.0.7:2567', { host: '10.0.0.7', port: 2567 }],
  ['gyre-0.gyre.local:80', { host: 'gyre-0.gyre.local', port: 80 }],
  ['[fd00::7]:2567', { host: 'fd00::7', port: 2567 }],
])('%s is an address', (address, read) => {
  expect(readPeerAddress(address)).toEqual(read);
});

test.each(['', 'host', 'host:', ':80', 'host:99999', 'fd00::7:80', 'http://host:80', 'a b:80'])(
  '"%s" is none',
  (bad) => {
    expect(() => readPeerAddress(bad)).toThrow('host:port');
  },
);

test('a name with several addresses refuses only if all of them do [CL-23]', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  const all = (...codes: string[]): Error =>
    Object.assign(new AggregateError(codes.map(failure)), { code: codes[0] ?? 'ECONNREFUSED' });
  expect(isRefusedConnection(failure('ECONNREFUSED'))).toBe(true);
  expect(isRefusedConnection(all('ECONNREFUSED', 'ECONNREFUSED'))).toBe(true);
  expect(isRefusedConnection(all('ECONNREFUSED', 'ETIMEDOUT'))).toBe(false);
  expect(isRefusedConnection(failure('ECONNRESET'))).toBe(false);
  expect(isRefusedConnection(failure('EHOSTUNREACH'))).toBe(false);
});
