import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RATE_LIMITS, type RateLimitName } from '../../protocol/limits.ts';
import { pino } from 'pino';
import { RedisConnection } from '../cluster/redis-connection.ts';
import type { RedisScripts } from '../cluster/redis-scripts.ts';
import { startRedis, type TestRedis } from '../../tests/support/redis.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { ProblemError } from './problem.ts';
import { RateLimits } from './rate-limits.ts';
import { SharedBuckets } from './shared-buckets.ts';

/** A machine that stands still for a moment must not make a process decide alone. */
const PATIENT_MS = 20_000;

const logger = pino({ level: 'silent' });

let redis: TestRedis;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await redis[Symbol.asyncDispose]();
});

/** A connection of one process. */
async function connect(): Promise<RedisConnection> {
  const connection = await RedisConnection.connect({ url: redis.url, logger });
  connections.push(connection);
  return connection;
}

async function keys(): Promise<string[]> {
  return (await redis.command('KEYS', '*')) as string[];
}

/** The limits of a process. Its own time stands still, so that only Redis' counts. */
async function processLimits(answerMs = PATIENT_MS): Promise<RateLimits> {
  const shared = new SharedBuckets({ redis: await connect(), answerMs });
  return new RateLimits({ enabled: true, shared, nowMs: () => 0 });
}

const caller = (id: string) => () => ({ id });

/** How many of these pass; the others must have been refused for their number. */
async function passing(tries: readonly (() => unknown)[]): Promise<number> {
  const outcomes = await Promise.allSettled(tries.map(async (attempt) => await attempt()));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && refusal(outcome.reason) === null) throw outcome.reason;
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

function refusal(error: unknown): ProblemError | null {
  return error instanceof ProblemError && error.code === 'rate-limited' ? error : null;
}

async function refusalOf(attempt: () => unknown): Promise<ProblemError> {
  try {
    await attempt();
  } catch (error) {
    const refused = refusal(error);
    if (refused) return refused;
    throw error;
  }
  throw new Error('it was let through');
}

/** null for any other outcome. */
async function refusedOrNot(attempt: () => unknown): Promise<ProblemError | null> {
  return await refusalOf(attempt).catch(() => null);
}

/** Slow enough that none is added in the time of a test: all others refill within seconds. */
const SLOW: RateLimitName = 'wrongSecret';

describe('what several processes count at the same moment', () => {
  test('[CL-35] is exactly the limit of a player', async () => {
    const processes = [await processLimits(), await processLimits(), await processLimits()];
    const tries = Array.from(
      { length: 60 },
      (_, i) => () => processes[i % 3]?.admit({ name: SLOW, address: `10.0.${i}.1` }, caller('p_many')),
    );
    expect(await passing(tries)).toBe(RATE_LIMITS[SLOW].burst);
  });

  test('[CL-35] is exactly the limit of an address', async () => {
    const processes = [await processLimits(), await processLimits()];
    const tries = Array.from(
      { length: 240 },
      (_, i) => () => processes[i % 2]?.admit({ name: SLOW, address: '10.1.1.1' }, caller(`p_crowd_${i}`)),
    );
    // Each on its own would let all of them through; two or three come back in a second.
    const passed = await passing(tries);
    expect(passed).toBeGreaterThanOrEqual(150);
    expect(passed).toBeLessThan(200);
  });

  test('[CL-35] tells how long to wait, and lets one more through after it', async () => {
    const [a, b] = [await processLimits(), await processLimits()];
    const counted = { name: 'join', address: '10.2.1.1' } as const;
    while ((await passing([() => b.admit(counted, caller('p_wait'))])) === 1);
    const { retryAfterMs } = await refusalOf(() => b.admit(counted, caller('p_wait')));
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    await waitFor(async () => (await passing([() => a.admit(counted, caller('p_wait'))])) === 1);
  });
});

test('[CL-35] what is given back counts nowhere', async () => {
  const [a, b] = [await processLimits(), await processLimits()];
  const counted = { name: SLOW, address: '10.3.1.1' };
  for (let i = 0; i < 400; i += 1) {
    const taken = await (i % 2 === 0 ? a : b).count(counted, 'p_right');
    await taken.giveBack();
  }
  expect((await keys()).filter((key) => key.includes('p_right'))).toEqual([]);
  expect(
    await passing(Array.from({ length: 10 }, (_, i) => () => (i % 2 === 0 ? a : b).count(counted, 'p_right'))),
  ).toBe(5);
});

test('[CL-35] a bucket vanishes when it is full', async () => {
  const limits = await processLimits();
  await limits.admit({ name: 'list', address: '10.4.1.1' }, caller('p_full'));
  await waitFor(async () => !(await keys()).some((key) => /p_full|10\.4\.1\.1/.test(key)));
});

test('[CL-35] whom a process refuses by itself is not asked about', async () => {
  let asked = 0;
  const connection = await connect();
  const counting: RedisScripts = {
    key: (name) => connection.key(name),
    run: (script, call) => {
      asked += 1;
      return connection.run(script, call);
    },
  };
  const shared = new SharedBuckets({ redis: counting, answerMs: PATIENT_MS });
  const limits = new RateLimits({ enabled: true, shared, nowMs: () => 0 });
  const tries = Array.from({ length: 50 }, () => () => limits.admit({ name: SLOW, address: '::1' }, caller('p_one')));
  expect(await passing(tries)).toBe(5);
  expect(asked).toBe(5);
});

describe('the order of refusals', () => {
  test('[CL-36] is that of one process: the address, who calls, the player', async () => {
    const [a, b] = [await processLimits(), await processLimits()];
    const counted = { name: SLOW, address: '10.5.1.1' };
    const nobody = () => {
      throw new ProblemError('unauthenticated', 'Who are you?');
    };
    const unknown = Array.from({ length: 150 }, () => () => a.admit(counted, nobody));
    const outcomes = await Promise.allSettled(unknown.map(async (attempt) => await attempt()));
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as ProblemError).code);
    expect(new Set(codes)).toEqual(new Set(['unauthenticated']));
    // The other process has seen none of them; a few may have come back meanwhile.
    let more = 0;
    while ((await refusedOrNot(() => b.admit(counted, nobody))) === null) more += 1;
    expect(more).toBeLessThan(100);
  });
});

describe('without Redis', () => {
  test('[CL-36] each process holds the limits by itself', async () => {
    await using own = await startRedis();
    await using connection = await RedisConnection.connect({ url: own.url, logger });
    const shared = new SharedBuckets({ redis: connection, answerMs: 100 });
    await own.stop();
    const limits = new RateLimits({ enabled: true, shared, nowMs: () => 0 });
    const counted = { name: SLOW, address: '10.6.1.1' };
    expect(await passing(Array.from({ length: 20 }, () => () => limits.admit(counted, caller('p_alone'))))).toBe(5);
    await (await limits.count(counted, 'p_other')).giveBack();
    expect(await passing(Array.from({ length: 20 }, () => () => limits.count(counted, 'p_other')))).toBe(5);
  });

  test('[CL-36] one that never answers holds nobody up for long', async () => {
    let asked = 0;
    const silent: RedisScripts = {
      key: (name) => name,
      run: () => {
        asked += 1;
        return new Promise(() => {});
      },
    };
    const limits = new RateLimits({
      enabled: true,
      shared: new SharedBuckets({ redis: silent, answerMs: 10 }),
      nowMs: () => 0,
    });
    for (let i = 0; i < 5; i += 1) await limits.admit({ name: SLOW, address: '10.7.1.1' }, caller('p_slow'));
    expect(asked).toBeLessThan(5);
  });
});

test('[CL-36] without other processes it is counted at once', () => {
  const limits = new RateLimits({ enabled: true, nowMs: () => 0 });
  expect(limits.admit({ name: 'list', address: '::1' }, caller('p_1'))).toEqual({ id: 'p_1' });
});
