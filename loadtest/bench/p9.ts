import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';

const RATE_HZ = 20;
const WARM_UP_MS = 6_000;
/** Of the patches that were due. Less, and the server had no time for its work. */
const MIN_SHARE = 0.9;
const NONE = 'none';
/** A Redis that nobody else works with: with one, the log of a cluster is measured, beside the file. */
const REDIS_URL = process.env['REDIS_URL'] ?? null;
const FILE_SUBJECT = { name: 'commit', role: REDIS_URL === null ? 'ours' : 'peer' } as const;
const REDIS_SUBJECT = { name: 'commit to Redis', role: 'ours' } as const;

/** What the server tells of its commits: delays in µs since it was asked last, the rest from its start on. */
interface Commits {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly flushes: number;
  readonly records: number;
  readonly bytes: number;
  readonly timesAway: number;
}

interface Counts {
  readonly patches: number;
  readonly closed: number;
}

interface Look extends Counts {
  readonly serverUs: number;
  readonly commits: Commits;
}

export const bench: BenchCase = {
  id: 'P9',
  title: 'What durability costs',
  about:
    'The same rooms, 100 of 8 clients, 20 patches a second; everyone walks. With “commit” every step of every room is ' +
    'recorded in the match log (a file, or a stream in Redis) before it leaves; with “snapshot” each room’s whole state about every 0.7 s, and nothing waits; with “none” nothing. ' +
    'The CPU of the server process, all threads, divided by the patches that the clients counted. The delay is from the end of a step ' +
    'to what it lets out being handed to the sockets.',
  metrics: [
    { name: 'cpuUs', title: 'CPU of a patch', unit: 'µs', goal: { over: NONE, atMost: 1.1 } },
    { name: 'delayP99Ms', title: 'Delay of a step’s release, 99 of 100', unit: 'ms', goal: { atMost: 3 } },
    { name: 'delayP50Ms', title: 'Delay of a step’s release, median', unit: 'ms' },
    { name: 'delayMaxMs', title: 'Delay of a step’s release, longest', unit: 'ms' },
  ],
  subjects: [
    FILE_SUBJECT,
    ...(REDIS_URL === null ? [] : [REDIS_SUBJECT]),
    { name: 'snapshot', role: 'peer' },
    { name: NONE, role: 'floor' },
  ],
  packages: ['@colyseus/schema'],
  run,
};

async function run({ name }: Subject, context: BenchContext): Promise<Sample> {
  const size = context.quick ? { rooms: 4, clients: 2, ms: 1_000 } : { rooms: 100, clients: 8, ms: 8_000 };
  const redisUrl = name === REDIS_SUBJECT.name ? REDIS_URL : null;
  const options = { dataDir: context.folder, durability: name.split(' ')[0], redisUrl };
  const server = await context.start('servers/gyre-rooms.ts', { options });
  const readers = await context.start('clients/frame-readers.ts', { options: { port: server.port } });
  await server.ask('open', { rooms: size.rooms, walking: true, clients: size.clients });
  await readers.ask('join', await server.ask('reserve'));
  await pause(context.quick ? 0 : WARM_UP_MS);
  const before = await look(server, readers);
  await pause(size.ms);
  const after = await look(server, readers);
  const patches = after.patches - before.patches;
  const share = patches / ((size.rooms * size.clients * RATE_HZ * size.ms) / 1_000);
  const { commits } = after;
  return {
    values: {
      cpuUs: (after.serverUs - before.serverUs) / patches,
      delayP50Ms: commits.p50 / 1_000,
      delayP99Ms: commits.p99 / 1_000,
      delayMaxMs: commits.max / 1_000,
    },
    invalid: faultOf(after, share),
    details: {
      patches,
      shareOfAll: share,
      releases: commits.count,
      appends: commits.flushes - before.commits.flushes,
      records: commits.records - before.commits.records,
      recordedBytes: commits.bytes - before.commits.bytes,
    },
  };
}

async function look(server: Child, readers: Child): Promise<Look> {
  const serverUs = await server.cpuUs();
  const commits = await server.ask<Commits>('commits');
  return { serverUs, commits, ...(await readers.ask<Counts>('counts')) };
}

function faultOf({ closed, commits }: Look, share: number): string | null {
  if (closed > 0) return `${closed} clients were cut off`;
  // Rooms that play on without a log are not durable.
  if (commits.timesAway > 0) return 'the match log was away';
  return share < MIN_SHARE ? `only ${Math.round(share * 100)} % of all patches came` : null;
}
