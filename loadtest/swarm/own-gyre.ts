import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CAN_TELL_USAGE, cpuMsOf, pssBytesOf } from '../process-usage.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
/** The page and the SDK may have to be built first. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;
const ERROR_LEVEL = 50;

/** A Gyre as `npm start` runs it, in a process of its own, on data that nobody else has. */
export class OwnGyre {
  #endpoint = '';
  readonly #process: ChildProcess;
  readonly #dataDir: string;
  readonly #log: LogCounter;

  private constructor(process: ChildProcess, dataDir: string, log: LogCounter) {
    this.#process = process;
    this.#dataDir = dataDir;
    this.#log = log;
  }

  /**
   * @param logFile takes all that it writes
   * @throws Error with what it wrote, if it doesn't get ready
   */
  static async start(logFile: string): Promise<OwnGyre> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-swarm-'));
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: ROOT,
      // With a channel it notices the end of this process, however that ends, and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        PORT: '0',
        HOST: '127.0.0.1',
        DATABASE_URL: '',
        GYRE_DATA_DIR: dataDir,
        GYRE_RATE_LIMITS: 'off',
        GYRE_MAX_SOCKETS_PER_ADDRESS: '100000',
        GYRE_LOG_LEVEL: 'warn',
      },
    });
    const log = new LogCounter(child, logFile);
    const gyre = new OwnGyre(child, dataDir, log);
    try {
      gyre.#endpoint = `http://127.0.0.1:${await portOf(child, log)}`;
    } catch (error) {
      await gyre.stop();
      throw error;
    }
    return gyre;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** CPU that it has used so far, all threads, without its database; null where the system doesn't tell, or it has ended. */
  get cpuMs(): number | null {
    return CAN_TELL_USAGE && this.#runs ? cpuMsOf(this.pid) : null;
  }

  /** Null like {@link cpuMs}. */
  get pssBytes(): number | null {
    return CAN_TELL_USAGE && this.#runs ? pssBytesOf(this.pid) : null;
  }

  /** Lines of its log that tell of an error. */
  get errorsLogged(): number {
    return this.#log.errors;
  }

  /** Stops it as a person would, within 20 s, and removes its data. Resolves with whether it stopped cleanly. */
  async stop(): Promise<boolean> {
    if (this.#runs) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const giveUp = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(giveUp);
    }
    await rm(this.#dataDir, { recursive: true, force: true });
    return this.#process.exitCode === 0;
  }

  get #runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }
}

async function portOf(child: ChildProcess, log: LogCounter): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = (): void => {
    const [, port] = /localhost:(\d+)/.exec(log.start) ?? [];
    if (port !== undefined) resolve(port);
  };
  child.stdout?.on('data', look);
  child.once('exit', () => reject(new Error(`Gyre did not start.\n${log.start}`)));
  const giveUp = setTimeout(() => reject(new Error(`Gyre was not ready in time.\n${log.start}`)), START_LIMIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(giveUp);
    child.stdout?.off('data', look);
  }
}

const START_KEPT_CHARS = 10_000;

/** Keeps what a process writes, and counts its errors. */
class LogCounter {
  start = '';
  errors = 0;

  constructor(child: ChildProcess, file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    const stream = createWriteStream(file);
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        if (this.start.length < START_KEPT_CHARS) this.start += text;
        this.errors += [...text.matchAll(/"level":(\d+)/g)].filter(([, level]) => Number(level) >= ERROR_LEVEL).length;
        stream.write(chunk);
      });
    }
    child.once('close', () => stream.end());
  }
}
