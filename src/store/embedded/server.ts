/** The server process itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
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
}

export interface Server {
  urlOf(database: string): string;
  stop(): Promise<void>;
}

/** Small enough for a laptop and a one-core machine; everything that durability rests on stays as PostgreSQL has it. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // A socket's path has a length limit that data folders reach, and PostgreSQL would put it where others may look.
  unix_socket_directories: '',
  max_connections: '50',
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

const START_DEADLINE_MS = 60_000;
const FAST_SHUTDOWN_MS = 20_000;
const LOOK_MS = 15;
const PORT_ATTEMPTS = 5;
/** Another process may take a free port between our look and PostgreSQL's; its old sessions may need a moment to die. */
const WORTH_ANOTHER_TRY = /could not bind|could not create any TCP\/IP sockets|pre-existing shared memory block/;

/** Starts PostgreSQL in an initialised folder and waits until it takes connections: also through a recovery. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = launch(options, port);
    try {
      await server.ready;
      return server;
    } catch (error) {
      if (attempt >= PORT_ATTEMPTS || !WORTH_ANOTHER_TRY.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 100));
    }
  }
}

function launch(options: ServerOptions, port: number): Server & { readonly ready: Promise<void> } {
  const { folder, binaries, user, log, role, password } = options;
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
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
  const urlOf = (database: string) => `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  let stopping = false;
  child.once('exit', (code, signal) => {
    if (!stopping) log.error(`PostgreSQL has ended (${signal ?? `exit code ${code}`})`);
  });
  const stop = () => {
    stopping = true;
    return stopChild(child);
  };
  return {
    urlOf,
    stop,
    ready: untilReady(child, urlOf('postgres'), output).catch((error) => stop().then(() => Promise.reject(error))),
  };
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

async function untilReady(child: ChildProcess, url: string, output: { last(): string }): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  // 'close' comes after the last line was read, 'exit' may not.
  child.once('close', () => (failure ??= output.last()));
  const deadlineMs = performance.now() + START_DEADLINE_MS;
  while (!(await answers(url))) {
    if (failure !== undefined) throw new Error(`PostgreSQL does not start: ${failure}`);
    if (performance.now() > deadlineMs) throw new Error(`PostgreSQL takes no connection: ${output.last()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
