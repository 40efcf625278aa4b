import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { encodeSegmentHead } from './log-format.ts';
import { segmentPath } from './log-files.ts';

/** A write that takes longer than this has met a disk that is busy. */
const SLOW_WRITE_MS = 20;
/** For so long after it, writes go through the thread pool, where they hold up nobody. */
const CAUTIOUS_MS = 1_000;

/** The disk is all segments' own. */
let cautiousUntilMs = 0;

/**
 * One file of a log, being written. A write only copies into the kernel's memory: done in place it takes 2 µs, while the way
 * through the thread pool and back takes a hundred, for two threads that are woken.
 */
export class LogSegment {
  readonly number: number;
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(number: number, file: FileHandle) {
    this.number = number;
    this.#file = file;
  }

  static async create(log: string, number: number): Promise<LogSegment> {
    const segment = new LogSegment(number, await open(segmentPath(log, number), 'wx', 0o600));
    try {
      await segment.write(encodeSegmentHead());
      return segment;
    } catch (error) {
      await segment.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All of it, or a rejection after which the segment must not be written any more. */
  async write(content: Buffer): Promise<void> {
    for (let done = 0; done < content.length;) {
      const part: Part = [content, done, content.length - done, this.#bytes + done];
      done += performance.now() < cautiousUntilMs ? await this.#writeInPool(part) : this.#writeInPlace(part);
    }
    this.#bytes += content.length;
  }

  #writeInPlace(part: Part): number {
    const startedMs = performance.now();
    const bytesWritten = writeSync(this.#file.fd, ...part);
    const endedMs = performance.now();
    if (endedMs - startedMs > SLOW_WRITE_MS) cautiousUntilMs = endedMs + CAUTIOUS_MS;
    return bytesWritten;
  }

  async #writeInPool(part: Part): Promise<number> {
    const { bytesWritten } = await this.#file.write(...part);
    return bytesWritten;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

type Part = [content: Buffer, from: number, length: number, position: number];
