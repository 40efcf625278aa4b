import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { BenchContext } from './harness.ts';

/** Rooms in which everyone walks, and how long they are looked at. */
export interface Walk {
  readonly rooms: number;
  /** Of each room. */
  readonly clients: number;
  readonly ms: number;
}

/** What the clients counted, and what it took. */
export interface Delivered<Also> {
  readonly patches: number;
  /** Of the patches that were due. */
  readonly shareOfAll: number;
  /** CPU of the server process for a patch, all threads. */
  readonly cpuUs: number;
  readonly readersUs: number;
  readonly patchBytes: number;
  /** What was asked besides: before that time and after it. */
  readonly also: readonly [before: Also, after: Also];
  /** Why the figures say nothing. */
  readonly invalid: string | null;
}

interface Counts {
  readonly patches: number;
  readonly patchBytes: number;
  readonly closed: number;
}

const RATE_HZ = 20;
const WARM_UP_MS = 6_000;
/** Of the patches that were due. Less, and the server had no time for its work. */
const MIN_SHARE = 0.9;

/** Fills rooms of a server with clients, and measures what is delivered to them, at 20 patches a second. */
export async function deliver<Also = undefined>(
  server: Child,
  { rooms, clients, ms }: Walk,
  { start, quick }: Pick<BenchContext, 'start' | 'quick'>,
  ask?: () => Promise<Also>,
): Promise<Delivered<Also>> {
  const readers = await start('clients/frame-readers.ts', { options: { port: server.port } });
  const look = async () => {
    const serverUs = await server.cpuUs();
    const also = (await ask?.()) as Also;
    return { serverUs, also, readersUs: await readers.cpuUs(), ...(await readers.ask<Counts>('counts')) };
  };
  await server.ask('open', { rooms, walking: true, clients });
  await readers.ask('join', await server.ask('reserve'));
  await pause(quick ? 0 : WARM_UP_MS);
  const before = await look();
  await pause(ms);
  const after = await look();
  const patches = after.patches - before.patches;
  const shareOfAll = patches / ((rooms * clients * RATE_HZ * ms) / 1_000);
  return {
    patches,
    shareOfAll,
    cpuUs: (after.serverUs - before.serverUs) / patches,
    readersUs: (after.readersUs - before.readersUs) / patches,
    patchBytes: (after.patchBytes - before.patchBytes) / patches,
    also: [before.also, after.also],
    invalid: faultOf(after, shareOfAll),
  };
}

function faultOf({ closed }: Counts, share: number): string | null {
  if (closed > 0) return `${closed} clients were cut off`;
  return share < MIN_SHARE ? `only ${Math.round(share * 100)} % of all patches came` : null;
}
