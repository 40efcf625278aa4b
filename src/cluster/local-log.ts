import { mkdir, rm } from 'node:fs/promises';
import { LiveMatches } from './live-matches.ts';
import { LogSealedError } from './log-errors.ts';
import { isSealed, logPath, segmentPath, syncAll } from './log-files.ts';
import { LogSegment } from './log-segment.ts';
import { type LogMedium, MatchLog } from './match-log.ts';
import type { TimeSource } from './process-clock.ts';

/** How a match log in files is opened. */
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

/** Begins the log of a new incarnation, in files. Rejects if its folder can't be written. */
export async function openLocalLog(options: LocalLogOptions): Promise<MatchLog> {
  const { incarnation, clock } = options;
  const live = new LiveMatches();
  return new MatchLog({ incarnation, clock, live, medium: await LogFolder.make(options, live) });
}

/**
 * The files of one log. An entry is one write. It is durable as soon as the kernel has it: it survives `kill -9` of the process,
 * not a loss of power or a crash of the kernel, since only `close` waits for the disk (fsync).
 */
class LogFolder implements LogMedium {
  readonly #options: LocalLogOptions;
  readonly #path: string;
  readonly #live: LiveMatches;
  #current: LogSegment | null = null;
  #segmentSinceMs = 0;
  #lastNumber = 0;
  /** Segments that are complete, from the oldest on. */
  readonly #complete: number[] = [];

  private constructor(options: LocalLogOptions, live: LiveMatches) {
    this.#options = options;
    this.#live = live;
    this.#path = logPath(options.folder, options.incarnation);
  }

  static async make(options: LocalLogOptions, live: LiveMatches): Promise<LogFolder> {
    const folder = new LogFolder(options, live);
    await folder.#rotate();
    return folder;
  }

  get segment(): number {
    return this.#lastNumber;
  }

  check(): void {
    if (isSealed(this.#path)) throw new LogSealedError(this.#options.incarnation);
  }

  async write(entry: Buffer): Promise<number> {
    try {
      const segment = await this.#currentSegment();
      await segment.write(entry);
      // After the write: whoever seals the log later finds this entry, whoever sealed it before has it refused.
      this.check();
      return segment.number;
    } catch (error) {
      if (!(error instanceof LogSealedError)) await this.#giveUpSegment();
      throw error;
    }
  }

  landed(): void {
    const oldest = this.#live.oldestSegment();
    while (this.#complete[0] !== undefined && this.#complete[0] < oldest) {
      const file = segmentPath(this.#path, this.#complete.shift() as number);
      // One that stays costs room on the disk, and is deleted with the whole log at the next start.
      rm(file, { force: true }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    try {
      await syncAll([...this.#complete, this.#lastNumber].map((number) => segmentPath(this.#path, number)));
    } finally {
      await this.#current?.close();
      this.#current = null;
    }
  }

  async #currentSegment(): Promise<LogSegment> {
    const { maxSegmentBytes = MAX_SEGMENT_BYTES, maxSegmentAgeMs = MAX_SEGMENT_AGE_MS } = this.#options;
    const segment = this.#current;
    const ageMs = performance.now() - this.#segmentSinceMs;
    if (segment !== null && segment.bytes < maxSegmentBytes && ageMs < maxSegmentAgeMs) return segment;
    return this.#rotate();
  }

  async #rotate(): Promise<LogSegment> {
    await mkdir(this.#path, { recursive: true });
    const segment = await LogSegment.create(this.#path, this.#lastNumber + 1);
    const before = this.#current;
    this.#current = segment;
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
    const segment = this.#current;
    if (segment === null) return;
    this.#current = null;
    this.#complete.push(segment.number);
    // All of its appends are through: a descriptor that can't be closed loses nothing.
    await segment.close().catch(() => {});
  }
}
