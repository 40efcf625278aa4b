import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';

const START_KEPT_CHARS = 10_000;
const ERROR_LINE = /^\{"level":"(?:error|fatal)"/;

/** Keeps what one process after the other writes, and counts the errors in it. */
export class LogKeeper {
  errors = 0;
  readonly #stream: WriteStream;

  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#stream = createWriteStream(file);
  }

  /** @returns gives what the process has written so far, of its beginning */
  follow(outputs: readonly (Readable | null)[]): () => string {
    let start = '';
    for (const output of outputs) {
      // A line may come in pieces.
      let begun = '';
      output?.setEncoding('utf8').on('data', (text: string) => {
        if (start.length < START_KEPT_CHARS) start += text;
        const lines = (begun + text).split('\n');
        begun = lines.pop() ?? '';
        this.errors += lines.filter((line) => ERROR_LINE.test(line)).length;
        if (!this.#stream.writableEnded) this.#stream.write(text);
      });
    }
    return () => start;
  }

  end(): void {
    this.#stream.end();
  }
}
