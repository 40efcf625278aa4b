import { findProgram, installPackages } from './system-programs.ts';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * The path of a Redis or Valkey server. Installs one first when there is none and this is root on a Debian.
 * @throws Error that says what to install
 */
export function findRedis(): string {
  const there = findProgram(NAMES);
  if (there !== undefined) return there;
  installPackages('redis-server');
  const installed = findProgram(NAMES);
  if (installed !== undefined) return installed;
  throw new Error('a cluster needs redis-server or valkey-server on the path: apt-get install redis-server');
}
