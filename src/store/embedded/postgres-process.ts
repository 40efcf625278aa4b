/** One server process, from its launch to its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import type { EmbeddedLog } from '../embedded.ts';
import type { Binaries } from './binaries.ts';
import type { PostgresUser } from './user.ts';

export interface ServerOptions {
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: PostgresUser;
  readonly log: EmbeddedLog;
  readonly role: string;
  readonly password: string;
  readonly maxConnections: number | undefined;
}

export interface PostgresProcess {
  /** Fulfilled when it takes connections; rejected, with the process ended, when it doesn't come to that. */
  readonly ready: Promise<void>;
  /** Fulfilled with how the process ended; never rejected. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Small enough for a laptop and a one-core machine; everything that durability rests on stays as PostgreSQL has it. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // A socket's path has a length limit that data folders reach, and PostgreSQL would put it where others may look.
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  // Nobody replicates from here, and a handful of helper processes is saved.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const MAX_CONNECTIONS = 50;
const START_DEADLINE_MS = 60_000;
const FAST_SHUTDOWN_MS = 20_000;
const LOOK_MS = 15;
/** Time for a process that could not start to say so, when something else answers at its address. */
const LAST_WORDS_MS = 500;

/** Launches PostgreSQL in an initialised folder. It may have to replay its log before it is ready. */
export function launch(options: ServerOptions, port: number): PostgresProcess {
  const { folder, binaries, user, log, maxConnections = MAX_CONNECTIONS } = options;
  const ours = { ...SETTINGS, port: String(port), max_connections: String(maxConnections) };
  const settings = Object.entries(ours).map(([name, value]) => `--${name}=${value}`);
  const { file, args, ...as } = user.command(binaries.postgres, ['-D', folder, ...settings]);
  const child = spawn(file, args, {
    ...as,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own group: a Ctrl-C in the terminal is for us, and we need the database until our work is written down.
    detached: true,
  });
  const output = listen(child, log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // 'close' comes after the last line was read, 'exit' may not.
    child.once('close', (code, signal) => resolve(`${signal ?? `exit code ${code}`}: ${output.last()}`));
  });
  const ready = untilReady(ended, addressOf(options, port, 'postgres'));
  const stop = () => stopChild(child);
  return { ready: ready.catch((error) => stop().then(() => Promise.reject(error))), ended, stop };
}

/** The address of a database, with the password. */
export function addressOf({ role, password }: ServerOptions, port: number, database: string): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
}

/** Passes PostgreSQL's lines on and keeps the last ones for an error's message. */
function listen(child: ChildProcess, log: EmbeddedLog): { last(): string } {
  let lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const fresh = text.split('\n').filter(Boolean);
    for (const line of fresh) log.debug(`postgres: ${line}`);
    lines = [...lines, ...fresh].slice(-20);
  });
  return {
    last: () => lines.filter((line) => /FATAL|ERROR|HINT|DETAIL|rror/.test(line)).join('; ') || lines.join('; '),
  };
}

async function untilReady(ended: Promise<string>, url: string): Promise<void> {
  let end: string | undefined;
  void ended.then((how) => (end = how));
  const deadlineMs = performance.now() + START_DEADLINE_MS;
  while (!(await answers(url).catch((error) => refusal(ended, error)))) {
    if (end !== undefined) throw new Error(`PostgreSQL does not start: ${end}`);
    if (performance.now() > deadlineMs) throw new Error(`PostgreSQL takes no connection after ${START_DEADLINE_MS} ms`);
    await pause(LOOK_MS);
  }
  if (end !== undefined) throw new Error(`PostgreSQL does not start: ${end}`);
}

/** Something else may have taken the port first and answered in its own way: then our process tells, by ending. */
async function refusal(ended: Promise<string>, error: unknown): Promise<false> {
  if ((await Promise.race([ended, pause(LAST_WORDS_MS)])) === undefined) throw error;
  return false;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined); // it may close on us while it starts; we ask again
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Not listening yet, or still starting; anything else is no matter of time.
    const { code = '' } = error as { code?: string };
    if (['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code) || /timeout|terminated/.test(String(error)))
      return false;
    throw error;
  } finally {
    // A connection that broke has ended already.
    await client.end().catch(() => undefined);
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT'); // "fast": ends sessions and writes a checkpoint
  const stuck = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
  await ended;
  clearTimeout(stuck);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
