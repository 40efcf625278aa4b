import { mkdir, rm } from 'node:fs/promises';
import { LifeSigns } from './life-signs.ts';
import { LiveMatches } from './live-matches.ts';
import { LogSealedError } from './log-errors.ts';
import { isSealed, logPath, segmentPath, syncAll } from './log-files.ts';
import { encodeBatch } from './log-format.ts';
import { LogSegment } from './log-segment.ts';
import type { LogRecord, RoomLog } from './ports.ts';
import type { TimeSource } from './process-clock.ts';

/** How {@link LocalRoomLog} is opened. */
export interface LocalLogOptions {
  /** Where the logs of all incarnations are. Made if it isn't there. */
  readonly folder: string;
  readonly incarnation: string;
  /** Its signs of life are on this clock: the one that the matches' clocks run on. */
  readonly clock: TimeSource;
  /** Told after a new segment was begun: time to ask `matchesNeedingFull`. */
  readonly onRotated?: () => void;
  /** 8 MiB if left out. */
  readonly maxSegmentBytes?: number;
  /** Ten minutes if left out. */
  readonly maxSegmentAgeMs?: number;
}

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const MAX_SEGMENT_AGE_MS = 10 * 60_000;

/**
 * The match log of one process, in files. One append is one write, whole or not at all when it is read back. It is durable as soon as
 * the kernel has it: it survives `kill -9` of the process, not a loss of power or a crash of the kernel, since only
 * `close` waits for the disk (fsync). While matches are live, a small entry every 250 ms says how long the process
 * lived.
 *
 * A rejected append leaves it open whether its records are there; patches of these matches reject until a full state of
 * theirs was written. Appending nothing is allowed: it writes a sign of life, so it tells whether the log is back.
 */
export class LocalRoomLog implements RoomLog, AsyncDisposable {
  readonly #options: LocalLogOptions;
  readonly #path: string;
  readonly #live = new LiveMatches();
  #segment: LogSegment | null = null;
  #segmentSinceMs = 0;
  #lastNumber = 0;
  /** Segments that are complete, from the oldest on. */
  readonly #complete: number[] = [];
  #turn: Promise<void> = Promise.resolve();
  readonly #life: LifeSigns;
  #end: 'open' | 'sealed' | 'closed' = 'open';

  private constructor(options: LocalLogOptions) {
    this.#options = options;
    this.#path = logPath(options.folder, options.incarnation);
    this.#life = new LifeSigns(options.clock, () => this.append([]));
  }

  /** Begins the log of a new incarnation. Rejects if its folder can't be written. */
  static async open(options: LocalLogOptions): Promise<LocalRoomLog> {
    const log = new LocalRoomLog(options);
    await log.#rotate();
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
    return this.#live.fullBefore(this.#lastNumber - 1);
  }

  close(): Promise<void> {
    this.#life.stop();
    return this.#inTurn(async () => {
      if (this.#end === 'closed') return;
      try {
        // Sealed meanwhile, or on a disk that fails: a last sign of life is nothing to hold up an end.
        if (this.#end === 'open') await this.#append([]).catch(() => {});
        await syncAll([...this.#complete, this.#lastNumber].map((number) => segmentPath(this.#path, number)));
      } finally {
        this.#end = 'closed';
        await this.#segment?.close();
        this.#segment = null;
      }
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
    this.#checkSeal();
    const chained = this.#live.chain(records);
    const lifeMs = Math.floor(this.#options.clock.nowMs());
    try {
      const segment = await this.#currentSegment();
      await segment.write(encodeBatch({ lifeMs, records: chained }));
      // After the write: whoever seals the log later finds these records, whoever sealed it before has them refused.
      this.#checkSeal();
      this.#live.landed(chained, segment.number);
    } catch (error) {
      this.#live.failed(records);
      if (!(error instanceof LogSealedError)) await this.#giveUpSegment();
      throw error;
    }
    this.#life.said(lifeMs);
    if (this.#live.size > 0) this.#life.start();
    this.#deleteUnneeded();
  }

  #checkSeal(): void {
    if (this.#end === 'open' && isSealed(this.#path)) this.#end = 'sealed';
    if (this.#end !== 'sealed') return;
    this.#life.stop();
    throw new LogSealedError(this.#options.incarnation);
  }

  async #currentSegment(): Promise<LogSegment> {
    const { maxSegmentBytes = MAX_SEGMENT_BYTES, maxSegmentAgeMs = MAX_SEGMENT_AGE_MS } = this.#options;
    const segment = this.#segment;
    const ageMs = performance.now() - this.#segmentSinceMs;
    if (segment !== null && segment.bytes < maxSegmentBytes && ageMs < maxSegmentAgeMs) return segment;
    return this.#rotate();
  }

  async #rotate(): Promise<LogSegment> {
    await mkdir(this.#path, { recursive: true });
    const segment = await LogSegment.create(this.#path, this.#lastNumber + 1);
    const before = this.#segment;
    this.#segment = segment;
    this.#segmentSinceMs = performance.now();
    this.#lastNumber = segment.number;
    if (before !== null) {
      this.#complete.push(before.number);
      await before.close();
      this.#options.onRotated?.();
    }
    return segment;
  }

  /** What was written of it stays readable up to its torn end; the next append begins another. */
  async #giveUpSegment(): Promise<void> {
    const segment = this.#segment;
    if (segment === null) return;
    this.#segment = null;
    this.#complete.push(segment.number);
    // All of its appends are through: a descriptor that can't be closed loses nothing.
    await segment.close().catch(() => {});
  }

  #deleteUnneeded(): void {
    const oldest = this.#live.oldestSegment();
    while (this.#complete[0] !== undefined && this.#complete[0] < oldest) {
      const file = segmentPath(this.#path, this.#complete.shift() as number);
      // One that stays costs room on the disk, and is deleted with the whole log at the next start.
      rm(file, { force: true }).catch(() => {});
    }
  }
}
