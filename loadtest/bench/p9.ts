import { deliver } from './delivered-patches.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';

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
  const walk = context.quick ? { rooms: 4, clients: 2, ms: 1_000 } : { rooms: 100, clients: 8, ms: 8_000 };
  const redisUrl = name === REDIS_SUBJECT.name ? REDIS_URL : null;
  const options = { dataDir: context.folder, durability: name.split(' ')[0], redisUrl };
  const server = await context.start('servers/gyre-rooms.ts', { options });
  const delivered = await deliver(server, walk, context, () => server.ask<Commits>('commits'));
  const { cpuUs, patches, shareOfAll } = delivered;
  const [before, after] = delivered.also;
  return {
    values: {
      cpuUs,
      delayP50Ms: after.p50 / 1_000,
      delayP99Ms: after.p99 / 1_000,
      delayMaxMs: after.max / 1_000,
    },
    // Rooms that play on without a log are not durable.
    invalid: after.timesAway > 0 ? 'the match log was away' : delivered.invalid,
    details: {
      patches,
      shareOfAll,
      releases: after.count,
      appends: after.flushes - before.flushes,
      records: after.records - before.records,
      recordedBytes: after.bytes - before.bytes,
    },
  };
}
