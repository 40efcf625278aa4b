/** A PostgreSQL server of a test's own, to be stopped, killed and hung. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBinaries } from '../../src/store/embedded/binaries.ts';
import { launch, type PostgresProcess } from '../../src/store/embedded/postgres-process.ts';
import { chooseUser } from '../../src/store/embedded/user.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import type { TestDatabase } from './postgres.ts';

/** `fast`: sessions are ended, and all is written; `immediate`: as after a crash of the server; `kill`: as after a crash of its main process. */
export type StopMode = 'fast' | 'immediate' | 'kill';

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;
/** Below the ports that the kernel gives to connections, so that none takes it while the server is down. */
const PORTS = { from: 12_000, count: 18_000 };
const TRIES = 20;
const PAUSE_MS = 100;
const silent = () => undefined;
const LOG = { debug: silent, info: silent, warn: silent, error: silent };

export class OwnPostgres implements TestDatabase {
  /** Of an empty database. The same after every start. */
  readonly url: string;
  readonly #dataDir: string;
  #server: PostgresProcess | null = null;
  #pid = 0;
  #guard: ChildProcess | null = null;

  private constructor(dataDir: string, url: string) {
    this.#dataDir = dataDir;
    this.url = url;
  }

  static async start(): Promise<OwnPostgres> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-own-postgres-'));
    // It may run as another user than we do.
    await chmod(dataDir, 0o755);
    const postgres = new OwnPostgres(dataDir, await initialise(dataDir));
    await postgres.start();
    return postgres;
  }

  /** Starts it again, at the same address and with what it had. */
  async start(): Promise<void> {
    const folder = path.join(this.#dataDir, 'postgres');
    const binaries = await findBinaries();
    const user = await chooseUser({ folder, binaries, log: LOG });
    const { username: role, password, port } = new URL(this.url);
    const options = { folder, binaries, user, log: LOG, role, password, maxConnections: undefined };
    for (let tries = 1; ; tries += 1) {
      const server = launch(options, Number(port));
      try {
        await server.ready;
        this.#server = server;
        this.#pid = Number((await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
        this.#guard = guard(this.#pid);
        return;
      } catch (error) {
        // One that was killed leaves sessions behind, which need a moment to notice.
        if (tries >= TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  async stop(mode: StopMode): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    process.kill(this.#pid, SIGNALS[mode]);
    await server.ended;
    this.#guard?.kill('SIGKILL');
  }

  /** It answers nobody from now on; connections stay, and new ones are taken by the kernel. */
  async pause(): Promise<void> {
    process.kill(this.#pid, 'SIGSTOP');
    for (const pid of await childrenOf(this.#pid)) signal(pid, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    for (const pid of await childrenOf(this.#pid)) signal(pid, 'SIGCONT');
    process.kill(this.#pid, 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server !== null) {
      await this.resume();
      await this.stop('immediate');
    }
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** @returns the address that it is to be started at from now on */
async function initialise(dataDir: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    try {
      const server = await startEmbeddedPostgres({ dataDir, log: LOG, port });
      await server.stop();
      return server.url;
    } catch (error) {
      if (tries >= TRIES) throw error;
    }
  }
}

/** Ends the server when the pipe to us breaks, however we ended. */
function guard(pid: number): ChildProcess {
  const script = `cat >/dev/null; kill -CONT ${pid}; kill -QUIT ${pid}`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.stdin?.on('error', silent);
  return child;
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(async (pid) => [Number(pid), await parentOf(pid)] as const));
  return parents.flatMap(([pid, its]) => (its === parent ? [pid] : []));
}

/** The fourth field; the second is a name that may have anything in it. */
async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
