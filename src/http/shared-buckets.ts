import { createHash } from 'node:crypto';
import type { RateLimit } from '../../protocol/limits.ts';
import type { LuaScript, RedisScripts } from '../cluster/redis-scripts.ts';

/** One bucket of which a token is wanted. */
export interface SharedBucket {
  /** Of all buckets, unique. */
  readonly key: string;
  readonly limit: RateLimit;
}

/** What the cluster's count said: all were taken, the first that has none, or that nobody knows. */
export type SharedCount = 'taken' | 'unknown' | SharedRefusal;

export interface SharedRefusal {
  /** Index of the first bucket that has no token; those before it have given theirs. */
  readonly refusedBy: number;
  readonly retryAfterMs: number;
}

/** Longer than any answer of a Redis that works; then the process decides alone. */
const ANSWER_MS = 100;
/** When Redis didn't answer, nobody waits for it for so long. */
const ASK_AGAIN_AFTER_MS = 1_000;

/**
 * Each bucket is one number: when it will be full, in ms by Redis' own clock. Its level follows from that, and when
 * it is full it vanishes by itself. ARGV has, for each bucket, the time that one token takes and that all take.
 */
const TAKE = luaScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
for i, key in ipairs(KEYS) do
  local token, all = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local full = math.max(now, tonumber(redis.call('GET', key) or 0)) + token
  local late = full - now - all
  -- Half a microsecond is what a number loses on its way.
  if late > 0.0005 then return { i - 1, string.format('%.3f', late) } end
  redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil(full - now))
end
return { #KEYS, '0' }`);

const GIVE_BACK = luaScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
for i, key in ipairs(KEYS) do
  local full = tonumber(redis.call('GET', key) or 0) - tonumber(ARGV[2 * i - 1])
  if full <= now then redis.call('DEL', key)
  else redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil(full - now)) end
end
return 0`);

export interface SharedBucketsOptions {
  readonly redis: RedisScripts;
  /** How long an answer is waited for; 100 if left out. */
  readonly answerMs?: number;
}

/** Token buckets of a whole cluster, in its Redis. */
export class SharedBuckets {
  readonly #redis: RedisScripts;
  readonly #answerMs: number;
  #askAgainAtMs = 0;

  constructor({ redis, answerMs = ANSWER_MS }: SharedBucketsOptions) {
    this.#redis = redis;
    this.#answerMs = answerMs;
  }

  /** Takes a token of each bucket, in order, until one has none. Never rejects. */
  async take(buckets: readonly SharedBucket[]): Promise<SharedCount> {
    if (performance.now() < this.#askAgainAtMs) return 'unknown';
    const answer = await this.#inTime(this.#run(TAKE, buckets));
    if (answer === null) return 'unknown';
    const [taken, lateMs] = answer as [number, string];
    return taken === buckets.length ? 'taken' : { refusedBy: taken, retryAfterMs: Number(lateMs) };
  }

  /** Gives back what was taken. It counts for whoever asks after this resolves. Never rejects. */
  async giveBack(buckets: readonly SharedBucket[]): Promise<void> {
    await this.#inTime(this.#run(GIVE_BACK, buckets));
  }

  #run(script: LuaScript, buckets: readonly SharedBucket[]): Promise<unknown> {
    const keys = buckets.map(({ key }) => this.#redis.key(`limit:${key}`));
    const args = buckets.flatMap(({ limit: { count, perMs, burst } }) => [perMs / count, (burst * perMs) / count]);
    return this.#redis.run(script, { keys, args: args.map(String) });
  }

  /** null: there is no answer, or it comes too late. */
  async #inTime(answer: Promise<unknown>): Promise<unknown> {
    const late = Promise.withResolvers<null>();
    // It may have come while this process stood still: it is heard before the time is over.
    const timer = setTimeout(() => setImmediate(() => late.resolve(null)), this.#answerMs);
    const known = await Promise.race([answer.catch(() => null), late.promise]);
    clearTimeout(timer);
    if (known === null) this.#askAgainAtMs = performance.now() + ASK_AGAIN_AFTER_MS;
    return known;
  }
}

function luaScript(source: string): LuaScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}
