/** A Gyre in a process of its own that can be killed and started again at the same address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { end, isRunning } from '../../loadtest/child-processes.ts';
import { freePorts } from '../../scripts/cluster/free-ports.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { waitFor } from './wait-for.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const START_TIMEOUT_MS = 60_000;

export interface GyreProcessOptions {
  /** Environment besides the port, the data folder and the database. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is run; by default a host without the page. `src/main.ts` is the command itself. */
  readonly entry?: string;
  /** Its own PostgreSQL in its data folder, as for someone who just types `npm start`. */
  readonly embedded?: boolean;
  /** A database that others use, too, and that stays when it ends. Left out: one of its own. */
  readonly databaseUrl?: string;
  /** Clients are told where they reach it directly: at its own port. */
  readonly direct?: boolean;
  /** Its entry answers {@link GyreProcess.ask}. */
  readonly answers?: boolean;
}

export class GyreProcess implements AsyncDisposable {
  readonly port: number;
  /** Done before it is ended for good, such as keeping clients from coming back. */
  readonly beforeEnd: (() => void)[] = [];
  /** null: its own embedded one, or one that belongs to others. */
  readonly #database: TestDatabase | null;
  readonly databaseUrl: string | null;
  readonly #dataDir: string;
  readonly #entry: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #answers: boolean;
  readonly #direct: boolean;
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(port: number, database: TestDatabase | null, dataDir: string, options: GyreProcessOptions) {
    this.port = port;
    this.#database = database;
    this.databaseUrl = options.databaseUrl ?? database?.url ?? null;
    this.#dataDir = dataDir;
    this.#entry = options.entry ?? 'tests/support/gyre-host.ts';
    this.#env = options.env ?? {};
    this.#answers = options.answers ?? false;
    this.#direct = options.direct ?? false;
  }

  static async start(options: GyreProcessOptions = {}): Promise<GyreProcess> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-process-'));
    const gyre = new GyreProcess(
      await freePort(),
      options.embedded || options.databaseUrl !== undefined ? null : await createTestDatabase(),
      dataDir,
      options,
    );
    await gyre.start();
    return gyre;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Starts it, again if it was stopped: on the same port, data and database. Resolves when it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#entry], {
      cwd: ROOT,
      env: {
        ...withoutJest(process.env),
        PORT: String(this.port),
        HOST: '127.0.0.1',
        DATABASE_URL: this.databaseUrl ?? '',
        GYRE_DATA_DIR: this.#dataDir,
        GYRE_SECRET: 'a secret of tests, which is long enough',
        GYRE_RATE_LIMITS: 'off',
        GYRE_LOG_LEVEL: 'warn',
        ...(this.#direct && { GYRE_DIRECT_ADDRESS: `127.0.0.1:${this.port}` }),
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...(this.#answers ? (['ipc'] as const) : [])],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    const ready = async (): Promise<boolean> => !isRunning(child) || (await fetch(`${this.endpoint}/readyz`)).ok;
    await waitFor(ready, { timeoutMs: START_TIMEOUT_MS, what: 'a ready Gyre' });
    if (!isRunning(child)) throw new Error(`Gyre ended with ${child.exitCode ?? child.signalCode}:\n${this.#output}`);
  }

  /** Whether the process is there that was started last. */
  get isAlive(): boolean {
    return isRunning(this.#child);
  }

  /** Asks its entry, which answers one question at a time. */
  async ask<Answer>(question: string): Promise<Answer> {
    const child = this.#child;
    if (!child?.connected) throw new Error('nobody answers');
    const done = new AbortController();
    const answered = once(child, 'message', done);
    const ended = once(child, 'exit', done).then(() => Promise.reject(new Error('it has ended instead of answering')));
    child.send(question);
    try {
      const [answer] = (await Promise.race([answered, ended])) as [Answer];
      return answer;
    } finally {
      done.abort();
    }
  }

  /** `kill -9`: nothing is said to anyone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGSTOP: it stands still, and says nothing about it. */
  suspend(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** SIGTERM, without waiting for what comes of it. */
  terminate(): void {
    this.#child?.kill('SIGTERM');
  }

  /** SIGCONT. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Resolves when it has ended by itself. @returns its exit code; null if it was killed */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child && isRunning(child)) await once(child, 'exit');
    return child?.exitCode ?? null;
  }

  /** Ctrl-C: it parks its matches and ends. @returns its exit code */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const prepare of this.beforeEnd) prepare();
    // A killed one would leave its own PostgreSQL behind.
    await (this.databaseUrl === null ? this.stop() : this.kill());
    await this.#database?.[Symbol.asyncDispose]();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    await end(child, signal);
    return child?.exitCode ?? null;
  }
}

/** A port that nobody listens on: it must be known before the process starts, and be the same when it starts again. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('there is no free port');
  return port;
}

/** Jest's own settings for Node are not for the service. */
function withoutJest(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NODE_OPTIONS: undefined, NODE_ENV: undefined };
}
