import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';
import { roomServer } from './room-server.ts';

const RATE_HZ = 20;
const WARM_UP_MS = 6_000;
/** Of the patches that were due. Less, and the server had no time for its work. */
const MIN_SHARE = 0.9;

interface Counts {
  readonly patches: number;
  readonly patchBytes: number;
  readonly closed: number;
}

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
  const size = context.quick ? { rooms: 2, clients: 4, ms: 500 } : { rooms: 20, clients: 50, ms: 8_000 };
  const server = await roomServer(subject, context);
  const readers = await context.start('clients/frame-readers.ts', { options: { port: server.port } });
  await server.ask('open', { rooms: size.rooms, walking: true, clients: size.clients });
  await readers.ask('join', await server.ask('reserve'));
  await pause(context.quick ? 0 : WARM_UP_MS);
  const before = await look(server, readers);
  await pause(size.ms);
  const after = await look(server, readers);
  const patches = after.patches - before.patches;
  const share = patches / ((size.rooms * size.clients * RATE_HZ * size.ms) / 1_000);
  return {
    values: {
      cpuUs: (after.serverUs - before.serverUs) / patches,
      patchBytes: (after.patchBytes - before.patchBytes) / patches,
    },
    invalid: faultOf(after, share),
    details: { patches, shareOfAll: share, readersUs: (after.readersUs - before.readersUs) / patches },
  };
}

async function look(server: Child, readers: Child): Promise<Counts & { serverUs: number; readersUs: number }> {
  const serverUs = await server.cpuUs();
  return { serverUs, readersUs: await readers.cpuUs(), ...(await readers.ask<Counts>('counts')) };
}

function faultOf({ closed }: Counts, share: number): string | null {
  if (closed > 0) return `${closed} clients were cut off`;
  return share < MIN_SHARE ? `only ${Math.round(share * 100)} % of all patches came` : null;
}
