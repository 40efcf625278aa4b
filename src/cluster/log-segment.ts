import { open, type FileHandle } from 'node:fs/promises';
import { encodeSegmentHead } from './log-format.ts';
import { segmentPath } from './log-files.ts';

/** One file of a log, being written. */
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
      const { bytesWritten } = await this.#file.write(content, done, content.length - done, this.#bytes + done);
      done += bytesWritten;
    }
    this.#bytes += content.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
