import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';
import { roomServer } from './room-server.ts';

interface Size {
  /** Before anything is counted, so that code is compiled and pools are filled. */
  readonly warmUp: number;
  /** Created in one stretch: a forced collection throws away what is compiled. */
  readonly created: number;
  /** How many more there are each time that memory is taken: its slope over them is a room's share. */
  readonly more: readonly number[];
}

const FULL: Size = { warmUp: 2_000, created: 4_000, more: [0, 700, 1_400, 2_100] };
const QUICK: Size = { warmUp: 1, created: 5, more: [0, 10, 20, 30] };
/** The compiler's leavings that nobody uses any more are let go at some collections, in the midst of the counting. */
const NODE_FLAGS = ['--no-flush-bytecode'];
const SEATS = 2;
/** Gyre writes the state of a room once more some seconds after its last change. */
const SETTLE_MS = 8_000;
const IDLE_MS = 5_000;
const RATE_HZ = 20;

export const bench: BenchCase = {
  id: 'P5',
  title: 'A room',
  about:
    'Rooms with a small state, two places and nobody there. Creating one, with Gyre’s first record in the match log, 4,000 after 2,000 others; what each ' +
    'keeps of memory after a forced collection, as the slope over four room counts; and what it costs to have it for a twentieth of a second.',
  metrics: [
    { name: 'heapKb', title: 'Memory of a room, as Node counts it', unit: 'KB', goal: { atMost: 6 } },
    { name: 'pssKb', title: 'Memory of a room, as Linux counts it', unit: 'KB' },
    { name: 'createUs', title: 'CPU of creating a room', unit: 'µs', goal: { atMost: 40 } },
    { name: 'idleTickUs', title: 'CPU of an idle room, a tick of 50 ms', unit: 'µs', goal: { atMost: 0.2 } },
  ],
  subjects: [
    { name: 'Gyre', role: 'ours' },
    { name: 'Colyseus', role: 'peer' },
  ],
  packages: ['@colyseus/core', '@colyseus/ws-transport', '@colyseus/schema'],
  run,
};

async function run(subject: Subject, context: BenchContext): Promise<Sample> {
  const size = context.quick ? QUICK : FULL;
  const server = await roomServer(subject, context, NODE_FLAGS);
  const emptyUs = await idleUs(server, context.quick);
  await open(server, size.warmUp);
  const before = await server.cpuUs();
  await open(server, size.created);
  const createUs = (await server.cpuUs()) - before;
  const points: { rooms: number; heap: number; pss: number }[] = [];
  let rooms = size.warmUp + size.created;
  for (const more of size.more) {
    const count = size.warmUp + size.created + more;
    await open(server, count - rooms);
    rooms = count;
    const pss = await server.pssBytes();
    points.push({ rooms, heap: await server.ask<number>('heapBytes'), pss });
  }
  await pause(context.quick ? 0 : SETTLE_MS);
  const busyUs = await idleUs(server, context.quick);
  const ticks = (rooms * RATE_HZ * idleMs(context.quick)) / 1_000;
  return {
    values: {
      heapKb: slope(points.map(({ rooms: x, heap: y }) => ({ x, y }))) / 1_024,
      pssKb: slope(points.map(({ rooms: x, pss: y }) => ({ x, y }))) / 1_024,
      createUs: createUs / size.created,
      idleTickUs: Math.max(0, busyUs - emptyUs) / ticks,
    },
    details: { points },
  };
}

const open = (server: Child, rooms: number): Promise<unknown> =>
  server.ask('open', { rooms, walking: false, clients: SEATS });

const idleMs = (quick: boolean): number => (quick ? 200 : IDLE_MS);

async function idleUs(server: Child, quick: boolean): Promise<number> {
  await server.ask('collectGarbage');
  const before = await server.cpuUs();
  await pause(idleMs(quick));
  return (await server.cpuUs()) - before;
}

/** Of the line through the points that is nearest to them (least squares). */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const above = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  return above / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
}
