// The campaign's own Redis: in a folder and on a port that stay, while its server is stopped, emptied and started.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { childOptions, serveParent } from '../../bench/child-side.ts';
import { end } from '../../child-processes.ts';
import { untilItListens } from '../listening.ts';

interface Options {
  readonly dataDir: string;
  readonly port: number;
  /** Besides 127.0.0.1. */
  readonly addresses: readonly string[];
}

const READY_LIMIT_MS = 10_000;

const { dataDir, port, addresses } = childOptions() as Options;
const folder = path.join(dataDir, 'redis');
let server = await launch();

serveParent({
  ready: { port },
  asks: {
    /** With all its data on the disk. */
    stop: () => end(server, 'SIGTERM'),
    start: async () => {
      server = await launch();
    },
    wipe: () => rm(folder, { recursive: true, force: true }),
    hang: () => server.kill('SIGSTOP'),
    wake: () => server.kill('SIGCONT'),
  },
  onStop: () => end(server, 'SIGKILL'),
});

async function launch(): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true });
  const settings = ['--port', String(port), '--bind', '127.0.0.1', ...addresses, '--dir', folder];
  // As an operator is told to: nothing is evicted, and what was written survives a restart.
  const safety = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', [...settings, ...safety, '--protected-mode', 'no'], { stdio: 'ignore' });
  const failed = once(child, 'error').then(([error]) => {
    throw new Error('A campaign needs redis-server on the PATH.', { cause: error });
  });
  await Promise.race([failed, untilItListens(child, { name: 'Redis', port, limitMs: READY_LIMIT_MS })]);
  return child;
}
