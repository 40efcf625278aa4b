import { deliver } from './delivered-patches.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';
import { roomServer } from './room-server.ts';

export const bench: BenchCase = {
  id: 'P1',
  title: 'CPU of a delivered patch',
  about:
    '20 rooms of 50 clients, 20 patches a second; everyone walks, and the server moves them. The CPU of the server process, ' +
    'all threads, divided by the patches that the clients counted. Gyre also records every tick in the match log before it leaves. ' +
    'The floor writes one ready buffer to each connection, and does nothing else.',
  metrics: [
    { name: 'cpuUs', title: 'CPU of a patch', unit: 'µs', goal: { over: 'Colyseus', atMost: 0.75 } },
    { name: 'patchBytes', title: 'Size of a patch', unit: 'bytes' },
  ],
  subjects: [
    { name: 'Gyre', role: 'ours' },
    { name: 'Colyseus', role: 'peer' },
    { name: 'plain sends', role: 'floor' },
  ],
  packages: ['@colyseus/core', '@colyseus/ws-transport', '@colyseus/schema', 'ws'],
  run,
};

async function run(subject: Subject, context: BenchContext): Promise<Sample> {
  const walk = context.quick ? { rooms: 2, clients: 4, ms: 500 } : { rooms: 20, clients: 50, ms: 8_000 };
  const server = await roomServer(subject, context);
  const { cpuUs, patchBytes, invalid, patches, shareOfAll, readersUs } = await deliver(server, walk, context);
  return { values: { cpuUs, patchBytes }, invalid, details: { patches, shareOfAll, readersUs } };
}
