/** Programs of the machine that we don't bring along: found on the PATH, or installed by apt where that may be. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The path of the first of these that is there. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** Installs packages if this is root on a Debian; else, or if that fails, it does nothing. Says so on stderr. */
export function installPackages(...packages: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  console.error(`Not on the path: installing it (apt-get install ${packages.join(' ')}) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Two processes may come here at once: the second waits for the first.
  const options = ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=180'];
  const apt = (...args: string[]) =>
    spawnSync('apt-get', [...options, ...args], { env, stdio: ['ignore', 'ignore', 2] });
  // The package list of a fresh image is empty or stale.
  apt('update');
  apt('install', '--no-install-recommends', ...packages);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
