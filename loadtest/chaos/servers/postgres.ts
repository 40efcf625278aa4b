// The campaign's own PostgreSQL: in a folder and on a port that stay, while its server is stopped and started.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chown, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { findBinaries } from '../../../src/store/embedded/binaries.ts';
import { runToEnd } from '../../../src/store/embedded/run.ts';
import { chooseUser } from '../../../src/store/embedded/user.ts';
import { childOptions, serveParent } from '../../bench/child-side.ts';

/** How a server is stopped: `SIGINT` writes everything down first, `SIGQUIT` leaves it to the log ("immediate"). */
type StopSignal = 'SIGINT' | 'SIGQUIT';

interface Options {
  readonly dataDir: string;
  readonly port: number;
  /** Besides 127.0.0.1. */
  readonly addresses: readonly string[];
}

const SETTINGS = {
  unix_socket_directories: '',
  max_connections: '120',
  shared_buffers: '64MB',
  io_method: 'sync',
  jit: 'off',
};
const READY_LIMIT_MS = 30_000;
const LOOK_MS = 20;

const { dataDir, port, addresses } = childOptions() as Options;
const folder = path.join(dataDir, 'postgres');
const log = { debug: ignore, info: ignore, warn: console.warn, error: console.error };
const binaries = await findBinaries();
await mkdir(folder, { mode: 0o700 });
const user = await chooseUser({ folder, binaries, log });
if (user.id) await chown(folder, user.id.uid, user.id.gid);
await runToEnd(
  user.command(binaries.initdb, [
    `--pgdata=${folder}`,
    '--username=gyre',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
  ]),
);
// Only networks of this machine lead here: see network.ts.
await appendFile(path.join(folder, 'pg_hba.conf'), '\nhost all all samenet trust\nhost all all 10.0.0.0/8 trust\n');
let server = await launch();

serveParent({
  ready: { port },
  asks: {
    stop: (signal: StopSignal) => end(signal),
    start: async () => {
      server = await launch();
    },
  },
  onStop: () => end('SIGQUIT'),
});

async function launch(): Promise<ChildProcess> {
  const settings = { ...SETTINGS, port: String(port), listen_addresses: ['127.0.0.1', ...addresses].join(',') };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const { file, args, ...as } = user.command(binaries.postgres, ['-D', folder, ...flags]);
  const child = spawn(file, args, { ...as, cwd: '/', env: { ...process.env, LC_ALL: 'C' }, stdio: 'ignore' });
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  while (!(await takesConnections())) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}.`);
    if (performance.now() > deadlineMs) throw new Error('PostgreSQL takes no connections.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return child;
}

async function end(signal: StopSignal): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}

/** Whether somebody listens; it may still be reading its log, which clients must stand. */
async function takesConnections(): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function ignore(): void {
  // Nobody reads what a campaign's database has to say in good times.
}
