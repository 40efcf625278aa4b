// The campaign's own PostgreSQL: in a folder and on a port that stay, while its server is stopped and started.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findBinaries } from '../../../src/store/embedded/binaries.ts';
import { runToEnd } from '../../../src/store/embedded/run.ts';
import { chooseUser } from '../../../src/store/embedded/user.ts';
import { childOptions, serveParent } from '../../bench/child-side.ts';
import { end } from '../../child-processes.ts';
import { untilItListens } from '../listening.ts';

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
    stop: (signal: StopSignal) => end(server, signal),
    start: async () => {
      server = await launch();
    },
  },
  onStop: () => end(server, 'SIGQUIT'),
});

async function launch(): Promise<ChildProcess> {
  const settings = { ...SETTINGS, port: String(port), listen_addresses: ['127.0.0.1', ...addresses].join(',') };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const { file, args, ...as } = user.command(binaries.postgres, ['-D', folder, ...flags]);
  const child = spawn(file, args, { ...as, cwd: '/', env: { ...process.env, LC_ALL: 'C' }, stdio: 'ignore' });
  // It may still be reading its log then, which clients must stand.
  await untilItListens(child, { name: 'PostgreSQL', port, limitMs: READY_LIMIT_MS });
  return child;
}

function ignore(): void {
  // Nobody reads what a campaign's database has to say in good times.
}
