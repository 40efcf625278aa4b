import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * Where a Redis or Valkey server is on this machine. Installs it first when there is none and we are root on Debian.
 * @throws Error that says what to install
 */
export function findRedis(): string {
  const found = onPath() ?? installed();
  if (found !== null) return found;
  throw new Error(
    'A local cluster needs a Redis or Valkey server on the PATH: `apt-get install redis-server`, `brew install valkey` or the like.',
  );
}

function onPath(): string | null {
  // Debian has servers in /usr/sbin at times, which is on nobody's PATH but root's.
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean),
    '/usr/sbin',
    '/usr/local/sbin',
  ];
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return candidates.find(isExecutable) ?? null;
}

function installed(): string | null {
  if (process.getuid?.() !== 0) return null;
  console.error('No Redis on the PATH: installing it (apt-get install redis-server) …');
  // The package starts no server of its own where it finds this answer to its question.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=180', ...args], {
      env,
      stdio: ['ignore', 'ignore', 2],
    });
  // The package list of a fresh image is empty or stale.
  apt('update');
  apt('install', '--no-install-recommends', 'redis-server');
  return onPath();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
