import { randomUUID } from 'node:crypto';
import type { Lease } from './lease.ts';
import { LifeSigns } from './life-signs.ts';
import { LiveMatches } from './live-matches.ts';
import { LogLostError, LogSealedError } from './log-errors.ts';
import { encodeBatch, LOG_FORMAT_VERSION } from './log-format.ts';
import type { LogRecord, RoomLog } from './ports.ts';
import type { TimeSource } from './process-clock.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisAwayError } from './redis-link.ts';
import { APPEND, logKeys, OPEN } from './redis-log-keys.ts';
import { SegmentCount } from './segment-count.ts';

/** How {@link RedisRoomLog} is opened. */
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

/**
 * The match log of one process in Redis: a stream, an append one entry and one command. Once somebody has sealed it, Redis refuses all appends.
 * While matches are live, a small entry every 250 ms says how long the process lived.
 *
 * When Redis may have lost the log, nothing in Redis tells any more whether this process was declared dead meanwhile: the database is asked
 * before the log is taken up again. A rejected append leaves it open whether its records are there; patches of these matches reject until a full
 * state of theirs was written. Appending nothing is allowed: it writes a sign of life, so it tells whether the log is back.
 */
export class RedisRoomLog implements RoomLog, AsyncDisposable {
  readonly #options: RedisLogOptions;
  readonly #keys: ReturnType<typeof logKeys>;
  readonly #live = new LiveMatches();
  readonly #life: LifeSigns;
  readonly #segments: SegmentCount;
  #trimmedTo = 0;
  /** The start of Redis that the log was taken up in. */
  #runId: string | null = null;
  #token = '';
  #turn: Promise<void> = Promise.resolve();
  #end: 'open' | 'closing' | 'sealed' | 'closed' = 'open';

  private constructor(options: RedisLogOptions) {
    this.#options = options;
    this.#keys = logKeys(options.redis, options.incarnation);
    this.#life = new LifeSigns(options.clock, () => this.append([]));
    this.#segments = new SegmentCount(options);
  }

  /** Begins the log of a new incarnation. Rejects with a `RedisAwayError`, or with a `LogSealedError` if it was declared dead already. */
  static async open(options: RedisLogOptions): Promise<RedisRoomLog> {
    const log = new RedisRoomLog(options);
    await log.#takeUp();
    return log;
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#inTurn(() => this.#append(records));
  }

  /** In its turn: behind the appends that are under way. */
  forget(matchId: string): void {
    void this.#inTurn(() => {
      this.#live.forget(matchId);
      if (this.#live.size === 0) this.#life.stop();
    });
  }

  /** The match has a full state in this log, and was not forgotten. */
  holds(matchId: string): boolean {
    return this.#live.has(matchId);
  }

  /** Matches whose last full state keeps old segments from being deleted: each needs a new one, in no hurry. */
  matchesNeedingFull(): string[] {
    return this.#live.fullBefore(this.#segments.number - 1);
  }

  close(): Promise<void> {
    this.#life.stop();
    if (this.#end === 'open') this.#end = 'closing';
    return this.#inTurn(async () => {
      // Sealed meanwhile, or away: a last sign of life is nothing to hold up an end.
      if (this.#end === 'closing') await this.#append([]).catch(() => {});
      this.#end = 'closed';
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn(work: () => void | Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    // Whoever waits for `done` learns of a failure; the next in turn is not held up by it.
    this.#turn = done.catch(() => {});
    return done;
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    if (this.#end === 'closed') throw new Error('the match log is closed');
    if (this.#end === 'sealed') throw new LogSealedError(this.#options.incarnation);
    const chained = this.#live.chain(records);
    const lifeMs = this.#nowMs();
    try {
      const inSegment = await this.#write(encodeBatch({ lifeMs, records: chained }));
      await this.#ensureLease();
      this.#live.landed(chained, inSegment);
    } catch (error) {
      this.#live.failed(records);
      throw error;
    }
    this.#life.said(lifeMs);
    if (this.#live.size > 0 && this.#end === 'open') this.#life.start();
  }

  /**
   * The answer has come too late to prove that nobody has taken over meanwhile (this process was paused): what was written must
   * not be let out before another answer proves it.
   */
  async #ensureLease(): Promise<void> {
    for (let asked = 0; !this.#options.lease.held; asked += 1) {
      if (asked > 0) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      if (this.#end !== 'open') throw new Error('the match log is closed');
      await this.#write(encodeBatch({ lifeMs: this.#nowMs(), records: [] }));
    }
  }

  /** @returns the segment that has it */
  async #write(batch: Buffer): Promise<number> {
    const { redis, lease } = this.#options;
    if (redis.runId !== this.#runId) {
      await this.#takeUpAgain();
      return await this.#write(batch);
    }
    const sentAtMs = performance.now();
    const answer = await this.#send(batch);
    if (answer === 'SEALED') this.#seal();
    if (answer === 'LOST') {
      await this.#takeUpAgain();
      return await this.#write(batch);
    }
    lease.appended(sentAtMs);
    return this.#segments.number;
  }

  async #send(batch: Buffer): Promise<Answer> {
    const { redis, incarnation, onRotated } = this.#options;
    const hasRotated = this.#segments.rotateIfDue();
    // Also if the answer is lost: an id that may be used is used.
    const id = this.#segments.nextId(batch.length);
    const needed = Math.min(this.#live.oldestSegment(), this.#segments.number);
    const trim = needed > this.#trimmedTo ? `${needed}` : '';
    const answer = await redis.run<Answer>(
      APPEND,
      {
        keys: [this.#keys.sealed, this.#keys.logs, this.#keys.log],
        args: [incarnation, this.#token, id, `${LOG_FORMAT_VERSION}`, batch, trim],
      },
      this.#end === 'closing' ? { timeoutMs: CLOSE_MS } : {},
    );
    if (answer === 'OK') this.#trimmedTo = needed;
    if (hasRotated) onRotated?.();
    return answer;
  }

  /** @throws LogLostError if there was something to lose */
  async #takeUpAgain(): Promise<void> {
    const { redis, confirmAlive, onLost } = this.#options;
    if (redis.runId === null) throw new RedisAwayError();
    if (!(await confirmAlive())) this.#seal();
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
    if (answer === 'SEALED') this.#seal();
    this.#runId = runId;
    this.#token = token;
  }

  /** For good. */
  #seal(): never {
    this.#end = 'sealed';
    this.#life.stop();
    throw new LogSealedError(this.#options.incarnation);
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMs());
  }
}
