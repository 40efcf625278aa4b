import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from '../bench/child.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { Member } from './member.ts';
import { type Net, NETS } from './network.ts';
import type { World } from './world.ts';

/** What is broken by a fault, and for how long. */
interface Case {
  readonly world: World;
  readonly member: Member;
  readonly holdMs: number;
}

const INJECTIONS: Readonly<Record<FaultKind, (one: Case) => Promise<void>>> = {
  kill: async ({ member, holdMs }) => {
    await member.kill();
    await pause(holdMs);
    await member.start();
  },
  'pause-short': stopped,
  'pause-long': stopped,
  drain: async ({ member, holdMs }) => {
    const endedItself = await member.drain();
    await pause(holdMs);
    await member.start();
    if (!endedItself) throw new Error(`process ${member.index} did not end within a minute of SIGTERM`);
  },
  'redis-restart': (one) => redisAway(one, { wiped: false }),
  'redis-empty': (one) => redisAway(one, { wiped: true }),
  'redis-away': (one) => redisAway(one, { wiped: false }),
  'redis-hung': async ({ world, holdMs }) => {
    const redis = there(world.redis);
    await redis.ask('hang');
    await pause(holdMs);
    await redis.ask('wake');
  },
  'postgres-fast': (one) => postgresAway(one, 'SIGINT'),
  'postgres-immediate': (one) => postgresAway(one, 'SIGQUIT'),
  'cut-redis': (one) => cut(one, ['redis']),
  'cut-postgres': (one) => cut(one, ['postgres']),
  'cut-peers': (one) => cut(one, ['peers']),
  // Its clients keep their way to it: who is cut off from everybody else and not from them is the one to fear.
  'cut-all': (one) =>
    cut(
      one,
      NETS.filter((net) => net !== 'clients'),
    ),
};

/**
 * Does it, and undoes it after its time. Resolves when all that it broke runs again.
 * @throws Error if that didn't come to pass
 */
export async function inject({ kind, target, holdMs }: Fault, world: World): Promise<void> {
  await INJECTIONS[kind]({ world, member: there(world.members[target]), holdMs });
}

async function stopped({ member, holdMs }: Case): Promise<void> {
  member.pause();
  await pause(holdMs);
  member.resume();
  await member.untilReady();
}

async function redisAway({ world, holdMs }: Case, { wiped }: { wiped: boolean }): Promise<void> {
  const redis: Child = there(world.redis);
  await redis.ask('stop');
  if (wiped) await redis.ask('wipe');
  await pause(holdMs);
  await redis.ask('start');
}

async function postgresAway({ world, holdMs }: Case, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const postgres: Child = there(world.postgres);
  await postgres.ask('stop', signal);
  await pause(holdMs);
  await postgres.ask('start');
}

async function cut({ world, member, holdMs }: Case, nets: readonly Net[]): Promise<void> {
  const network = there(world.network);
  network.cut(member.index, nets);
  await pause(holdMs);
  network.mend(member.index, nets);
  await member.untilReady();
}

function there<T>(part: T | null | undefined): T {
  if (part === null || part === undefined) throw new Error('There is no such thing to be broken.');
  return part;
}
