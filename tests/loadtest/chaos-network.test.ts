import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { Network, NETS, whyNoNetwork } from '../../loadtest/chaos/network.ts';
import { waitFor } from '../support/wait-for.ts';

const TRY_LIMIT_MS = 1_000;

/** What a process in the network makes of a connection: `open`, `refused`, or `silent`. */
async function knock(network: Network, index: number, address: { host: string; port: number }): Promise<string> {
  const [command = '', ...args] = network.commandIn(index);
  const script = `
    const socket = require('node:net').connect(${address.port}, '${address.host}');
    socket.on('connect', () => { console.log('open'); process.exit(); });
    socket.on('error', () => { console.log('refused'); process.exit(); });
    setTimeout(() => { console.log('silent'); process.exit(); }, ${TRY_LIMIT_MS});`;
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(command, [...args, process.execPath, '-e', script], (_error, stdout) => resolve(stdout.trim()));
  return await promise;
}

test('[CL-64] a process is cut from each net by itself, without a word, and reached again when it is mended', async () => {
  // Where there can be no network, a campaign says so: see chaos.test.ts.
  if (whyNoNetwork() !== null) return;
  const server = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    using network = Network.create(2);
    const knocks = async (index: number) =>
      await Promise.all(NETS.map((net) => knock(network, index, { host: network.hostIn(net), port })));
    expect(await knocks(0)).toEqual(['open', 'open', 'open', 'open']);
    network.cut(0, ['redis', 'peers']);
    expect(await knocks(0)).toEqual(['open', 'silent', 'silent', 'open']);
    expect(await knocks(1)).toEqual(['open', 'open', 'open', 'open']);
    expect(await knock(network, 1, { host: network.addressOf(0, 'peers'), port })).toBe('silent');
    expect(await knock(network, 1, { host: network.addressOf(0, 'clients'), port })).toBe('refused');
    network.mend(0, ['redis', 'peers']);
    // The kernel remembers for a moment that there was no way.
    await waitFor(async () => (await knocks(0)).every((each) => each === 'open'), { timeoutMs: 20_000 });
  } finally {
    server.close();
  }
}, 60_000);
