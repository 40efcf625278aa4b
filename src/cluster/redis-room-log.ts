import { randomUUID } from 'node:crypto';
import type { Lease } from './lease.ts';
import { LiveMatches } from './live-matches.ts';
import { LogLostError, LogSealedError } from './log-errors.ts';
import { encodeBatch, LOG_FORMAT_VERSION } from './log-format.ts';
import { type LogMedium, MatchLog } from './match-log.ts';
import type { TimeSource } from './process-clock.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisAwayError } from './redis-link.ts';
import { APPEND, logKeys, OPEN } from './redis-log-keys.ts';
import { SegmentCount } from './segment-count.ts';

/** How a match log in Redis is opened. */
export interface RedisLogOptions {
  /** The log doesn't close it. */
  readonly redis: RedisConnection;
  readonly incarnation: string;
  /** Its signs of life are on this clock: the one that the matches' clocks run on. */
  readonly clock: TimeSource;
  /** Told of every append. */
  readonly lease: Pick<Lease, 'appended' | 'held'>;
  /** Whether this incarnation is still alive for the database. Asked when Redis can't tell any more; a rejection: asked again at the next append. */
  readonly confirmAlive: () => Promise<boolean>;
  /** What Redis had of these matches may be gone: each needs a full state at once, and until then its patches are rejected. */
  readonly onLost: (matchIds: readonly string[]) => void;
  /** Told after a new segment was begun: time to ask `matchesNeedingFull`. */
  readonly onRotated?: () => void;
  /** 4 MiB if left out. */
  readonly maxSegmentBytes?: number;
  /** Ten minutes if left out. */
  readonly maxSegmentAgeMs?: number;
}

/** An answer of the scripts. */
type Answer = 'OK' | 'SEALED' | 'LOST';

/** For the last sign of life: an end waits no longer for a Redis that stands still. */
const CLOSE_MS = 1_000;
/** Between two questions whether the log is still ours, from the second on. */
const ASK_AGAIN_MS = 50;

/** Begins the log of a new incarnation, in Redis. Rejects with a `RedisAwayError`, or with a `LogSealedError` if it was declared dead already. */
export async function openRedisLog(options: RedisLogOptions): Promise<MatchLog> {
  const { incarnation, clock } = options;
  const live = new LiveMatches();
  return new MatchLog({ incarnation, clock, live, medium: await LogStream.begin(options, live) });
}

/**
 * The stream of one log, an entry one command. Once somebody has sealed it, Redis refuses all entries.
 *
 * When Redis may have lost the log, nothing in Redis tells any more whether this process was declared dead meanwhile: the database is asked
 * before the log is taken up again.
 */
class LogStream implements LogMedium {
  readonly #options: RedisLogOptions;
  readonly #keys: ReturnType<typeof logKeys>;
  readonly #live: LiveMatches;
  readonly #segments: SegmentCount;
  #trimmedTo = 0;
  /** The start of Redis that the log was taken up in. */
  #runId: string | null = null;
  #token = '';
  #closing = false;

  private constructor(options: RedisLogOptions, live: LiveMatches) {
    this.#options = options;
    this.#live = live;
    this.#keys = logKeys(options.redis, options.incarnation);
    this.#segments = new SegmentCount(options);
  }

  static async begin(options: RedisLogOptions, live: LiveMatches): Promise<LogStream> {
    const stream = new LogStream(options, live);
    await stream.#takeUp();
    return stream;
  }

  get segment(): number {
    return this.#segments.number;
  }

  async write(entry: Buffer): Promise<number> {
    const inSegment = await this.#write(entry);
    await this.#ensureLease();
    return inSegment;
  }

  closing(): void {
    this.#closing = true;
  }

  /**
   * The answer has come too late to prove that nobody has taken over meanwhile (this process was paused): what was written must
   * not be let out before another answer proves it.
   */
  async #ensureLease(): Promise<void> {
    for (let asked = 0; !this.#options.lease.held; asked += 1) {
      if (asked > 0) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      if (this.#closing) throw new Error('the match log is closed');
      await this.#write(encodeBatch({ lifeMs: Math.floor(this.#options.clock.nowMs()), records: [] }));
    }
  }

  /** @returns the segment that has it */
  async #write(entry: Buffer): Promise<number> {
    const { redis, incarnation, lease } = this.#options;
    if (redis.runId !== this.#runId) {
      await this.#takeUpAgain();
      return await this.#write(entry);
    }
    const sentAtMs = performance.now();
    const answer = await this.#send(entry);
    if (answer === 'SEALED') throw new LogSealedError(incarnation);
    if (answer === 'LOST') {
      await this.#takeUpAgain();
      return await this.#write(entry);
    }
    lease.appended(sentAtMs);
    return this.#segments.number;
  }

  async #send(entry: Buffer): Promise<Answer> {
    const { redis, incarnation, onRotated } = this.#options;
    const hasRotated = this.#segments.rotateIfDue();
    // Also if the answer is lost: an id that may be used is used.
    const id = this.#segments.nextId(entry.length);
    const needed = Math.min(this.#live.oldestSegment(), this.#segments.number);
    const trim = needed > this.#trimmedTo ? `${needed}` : '';
    const answer = await redis.run<Answer>(
      APPEND,
      {
        keys: [this.#keys.sealed, this.#keys.logs, this.#keys.log],
        args: [incarnation, this.#token, id, `${LOG_FORMAT_VERSION}`, entry, trim],
      },
      this.#closing ? { timeoutMs: CLOSE_MS } : {},
    );
    if (answer === 'OK') this.#trimmedTo = needed;
    if (hasRotated) onRotated?.();
    return answer;
  }

  /** @throws LogLostError if there was something to lose */
  async #takeUpAgain(): Promise<void> {
    const { redis, incarnation, confirmAlive, onLost } = this.#options;
    if (redis.runId === null) throw new RedisAwayError();
    if (!(await confirmAlive())) throw new LogSealedError(incarnation);
    await this.#takeUp();
    const matchIds = this.#live.lost();
    if (matchIds.length === 0) return;
    onLost(matchIds);
    throw new LogLostError();
  }

  async #takeUp(): Promise<void> {
    const { redis, incarnation } = this.#options;
    const token = randomUUID();
    const { runId } = redis;
    const { sealed, logs } = this.#keys;
    const answer = await redis.run<Answer>(OPEN, { keys: [sealed, logs], args: [incarnation, token] });
    if (answer === 'SEALED') throw new LogSealedError(incarnation);
    this.#runId = runId;
    this.#token = token;
  }
}
