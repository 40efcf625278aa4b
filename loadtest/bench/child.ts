import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pssBytesOf } from '../process-usage.ts';

/** A service with a database of its own takes long on a machine that is busy. */
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
/** Enough to say why a child died. */
const OUTPUT_KEPT_CHARS = 4_000;

export interface ChildOptions {
  /** Plain data for the child's `childOptions()`. */
  readonly options?: unknown;
  /** Besides this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node's own besides `--expose-gc`. */
  readonly nodeFlags?: readonly string[];
}

/** What a child sends: that it is ready, or the answer to what it was asked. */
type FromChild =
  | { readonly ready: Readonly<Record<string, unknown>> }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string };

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A process of a comparison: a server, or a generator of load. It leads a process group of its own. */
export class Child {
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly #process: ChildProcess;
  readonly #waiting: Map<number, Waiting>;
  #asked = 0;

  private constructor(process: ChildProcess, ready: Readonly<Record<string, unknown>>, waiting: Map<number, Waiting>) {
    this.#process = process;
    this.ready = ready;
    this.#waiting = waiting;
  }

  /** @throws Error with what the child wrote, if it ends or isn't ready within 60 s. */
  static async start(file: string, { options = {}, env = {}, nodeFlags = [] }: ChildOptions = {}): Promise<Child> {
    const child = spawn(
      process.execPath,
      ['--expose-gc', ...nodeFlags, path.join(import.meta.dirname, file), JSON.stringify(options)],
      {
        detached: true,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
      },
    );
    const output = keepOutput(child);
    const waiting = new Map<number, Waiting>();
    const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      child.on('message', (message: FromChild) => {
        if ('ready' in message) resolve(message.ready);
        else settle(waiting, message);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const error = new Error(`${file} ended (${signal ?? code}).\n${output()}`);
        reject(error);
        for (const asker of waiting.values()) asker.reject(error);
      });
      setTimeout(() => reject(new Error(`${file} was not ready in time.\n${output()}`)), READY_LIMIT_MS).unref();
    });
    try {
      return new Child(child, await ready, waiting);
    } catch (error) {
      killGroup(child);
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** The port that the child said it listens on. */
  get port(): number {
    return Number(this.ready['port']);
  }

  /** Calls one of the functions that the child gave to `serveParent`. */
  async ask<T = unknown>(name: string, parameter: unknown = null): Promise<T> {
    this.#asked += 1;
    const id = this.#asked;
    return (await new Promise((resolve, reject) => {
      if (!this.#process.connected) return reject(new Error(`Process ${this.pid} is gone.`));
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, ask: name, parameter });
    })) as T;
  }

  /** The CPU that it has used so far, user and system, all threads, in µs. */
  async cpuUs(): Promise<number> {
    return await this.ask<number>('cpuUs');
  }

  /** Its memory after a forced collection, in bytes of PSS. */
  async pssBytes(): Promise<number> {
    await this.ask('collectGarbage');
    return pssBytesOf(this.pid);
  }

  /** Asks it to end, and ends its whole group if it doesn't within 5 s. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      const exited = once(this.#process, 'exit');
      if (this.#process.connected) this.#process.disconnect();
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref())]);
    }
    killGroup(this.#process);
  }

  /** Ends its whole group at once, without waiting. */
  kill(): void {
    killGroup(this.#process);
  }
}

function settle(waiting: Map<number, Waiting>, message: Exclude<FromChild, { ready: unknown }>): void {
  const asker = waiting.get(message.id);
  waiting.delete(message.id);
  if ('error' in message) asker?.reject(new Error(message.error));
  else asker?.resolve(message.answer);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => kept;
}
