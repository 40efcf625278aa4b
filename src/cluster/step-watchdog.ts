import inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { heapUse } from './heap-limit.ts';

/** What the scheduler tells of its steps. */
export interface StepListener {
  stepping(matchId: string): void;
  stepped(): void;
}

export interface StepWatchdogOptions {
  /** How long one step may take; 2,000 if left out. */
  readonly limitMs?: number;
  /** Where other processes learn why this one ends, by the row of this incarnation. Left out: nowhere. */
  readonly obituary?: Obituary;
}

/** Where the last words of a process go. */
export interface Obituary {
  readonly connectionString: string;
  readonly incarnation: string;
}

/** What the thread gets when it starts. */
export interface WatchThreadData {
  readonly shared: SharedArrayBuffer;
  readonly everyMs: number;
  /** So many looks at the same step, and it is one that does not end. */
  readonly looks: number;
  /** Bytes that the process has when its memory is about to run out. */
  readonly fullBytes: number;
  readonly obituary: Obituary | undefined;
}

const LIMIT_MS = 2_000;
const LOOK_MS = 50;
const LEAST_LOOKS = 4;
const FULL = 0.8;
/** How long an exit waits until the cause is noted: a database that is away must not keep it. */
const LAST_WORDS_MS = 1_000;
const ID_BYTES = 64;

/** What both threads know, each a 32-bit number: a step's ordinal, whether one runs, whether the process exits, whether that is noted. */
export const SLOTS = { count: 0, running: 1, exiting: 2, noted: 3, bytes: 16 } as const;

/**
 * Ends the process when a step never ends: an endless loop in one game would otherwise silence all matches, all requests
 * and every signal for ever. A thread of its own looks on; it names the match on stderr and kills the process. The step
 * mark has the name for the next start, where all other matches go on. In a cluster the thread also notes in the database why
 * the process ends, if it comes to know: the step that it was in, an exit that nobody asked for, memory that runs out.
 */
export class StepWatchdog implements StepListener {
  readonly #shared = new SharedArrayBuffer(SLOTS.bytes + ID_BYTES);
  readonly #state = new Int32Array(this.#shared, 0, SLOTS.bytes / 4);
  readonly #id = Buffer.from(this.#shared, SLOTS.bytes);
  readonly #worker: Worker;
  readonly #onExit = (code: number): void => this.#leaveLastWords(code);

  constructor({ limitMs = LIMIT_MS, obituary }: StepWatchdogOptions = {}) {
    const everyMs = Math.min(LOOK_MS, limitMs / LEAST_LOOKS);
    const { usedBytes, limitBytes } = heapUse();
    const beside = process.memoryUsage.rss() - usedBytes;
    // A container may be given less than JavaScript may use: then the kernel ends the process. Without a limit it is huge, or 0.
    const container = process.constrainedMemory() || Infinity;
    const fullBytes = Math.min(FULL * limitBytes + beside, FULL * container);
    const workerData: WatchThreadData = {
      shared: this.#shared,
      everyMs,
      looks: Math.ceil(limitMs / everyMs),
      fullBytes,
      obituary,
    };
    this.#worker = new Worker(new URL('watch-thread.ts', import.meta.url), { workerData, execArgv: [] });
    this.#worker.unref();
    if (obituary) process.on('exit', this.#onExit);
  }

  stepping(matchId: string): void {
    this.#id.fill(0);
    this.#id.write(matchId, 'latin1');
    Atomics.add(this.#state, SLOTS.count, 1);
    // Somebody who looks into a step with a debugger takes all the time there is.
    Atomics.store(this.#state, SLOTS.running, inspector.url() === undefined ? 1 : 0);
  }

  stepped(): void {
    Atomics.store(this.#state, SLOTS.running, 0);
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await this.#worker.terminate();
  }

  #leaveLastWords(code: number): void {
    if (code === 0) return;
    Atomics.store(this.#state, SLOTS.exiting, 1);
    Atomics.wait(this.#state, SLOTS.noted, 0, LAST_WORDS_MS);
  }
}
