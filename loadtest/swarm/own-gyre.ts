import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { end, isRunning } from '../child-processes.ts';
import { CAN_TELL_USAGE, cpuMsOf, pssBytesOf } from '../process-usage.ts';
import { LogKeeper } from './log-keeper.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
/** The page and the SDK may have to be built first. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** A Gyre as `npm start` runs it, in a process of its own, on data that nobody else has. */
export class OwnGyre {
  readonly #dataDir: string;
  readonly #log: LogKeeper;
  #process: ChildProcess | null = null;
  /** 0 until the first start has taken a free one. */
  #port = 0;
  #kills = 0;
  /** Of lives that were killed. */
  #earlierCpuMs = 0;

  private constructor(dataDir: string, log: LogKeeper) {
    this.#dataDir = dataDir;
    this.#log = log;
  }

  /**
   * @param logFile takes all that it writes
   * @throws Error with what it wrote, if it doesn't get ready
   */
  static async start(logFile: string): Promise<OwnGyre> {
    const gyre = new OwnGyre(await mkdtemp(path.join(tmpdir(), 'gyre-swarm-')), new LogKeeper(logFile));
    try {
      await gyre.#launch();
    } catch (error) {
      await gyre.stop();
      throw error;
    }
    return gyre;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** CPU that it has used so far, all threads, without its database; null where the system doesn't tell. */
  get cpuMs(): number | null {
    if (!CAN_TELL_USAGE) return null;
    return this.#earlierCpuMs + (this.#pid === null ? 0 : cpuMsOf(this.#pid));
  }

  /** Null where the system doesn't tell, or if it has ended. */
  get pssBytes(): number | null {
    return CAN_TELL_USAGE && this.#pid !== null ? pssBytesOf(this.#pid) : null;
  }

  /** Lines of its log that tell of an error. */
  get errorsLogged(): number {
    return this.#log.errors;
  }

  get kills(): number {
    return this.#kills;
  }

  /** Ends it without a word, and starts it again on the same port and data. Resolves when it is ready. */
  async kill(): Promise<void> {
    this.#kills += 1;
    this.#earlierCpuMs = this.cpuMs ?? 0;
    await end(this.#process, 'SIGKILL');
    await this.#launch();
  }

  /** Stops it as a person would, within 20 s, and removes its data. */
  async stop(): Promise<void> {
    await end(this.#process, 'SIGTERM', STOP_LIMIT_MS);
    await rm(this.#dataDir, { recursive: true, force: true });
    this.#log.end();
  }

  async #launch(): Promise<void> {
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: ROOT,
      // With a channel it notices the end of this process, however that ends, and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        PORT: String(this.#port),
        HOST: '127.0.0.1',
        DATABASE_URL: '',
        GYRE_DATA_DIR: this.#dataDir,
        GYRE_RATE_LIMITS: 'off',
        GYRE_MAX_SOCKETS_PER_ADDRESS: '100000',
        GYRE_LOG_LEVEL: 'warn',
      },
    });
    this.#process = child;
    this.#port = await portOf(child, this.#log.follow([child.stdout, child.stderr]));
  }

  /** Null if it doesn't run. */
  get #pid(): number | null {
    return isRunning(this.#process) ? (this.#process?.pid ?? null) : null;
  }
}

async function portOf(child: ChildProcess, written: () => string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const look = (): void => {
    const [, port] = /localhost:(\d+)/.exec(written()) ?? [];
    if (port !== undefined) resolve(Number(port));
  };
  child.stdout?.on('data', look);
  child.once('exit', () => reject(new Error(`Gyre did not start.\n${written()}`)));
  const giveUp = setTimeout(() => reject(new Error(`Gyre was not ready in time.\n${written()}`)), START_LIMIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(giveUp);
    child.stdout?.off('data', look);
  }
}
