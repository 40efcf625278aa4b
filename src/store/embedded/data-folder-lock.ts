/** One Gyre a data folder. */
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../../config-parsers.ts';

export interface DataFolderLock {
  /** Lets another process have the folder. The end of this process does the same, however it comes. */
  release(): Promise<void>;
}

/** A holder that is about to end, such as the one before a restart, is given this long. */
const PATIENCE_MS = 4_000;
const RETRY_MS = 50;
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
/** Something else was written over the file, which is empty otherwise. */
const SQLITE_NOTADB = 26;

/**
 * Takes the data folder, making it if needed, for as long as this process lives or until `release`.
 *
 * Node has no file locks of its own; SQLite takes one of the kernel's. Unlike a file with a process id in it, it is gone
 * with its process, is not taken in by a reused id or an unreaped process, and holds between containers.
 * @throws ConfigError naming the process that has the folder, when it is not given free within the patience; or a lock
 *   file that is damaged
 */
export async function lockDataFolder(dataDir: string, patienceMs = PATIENCE_MS): Promise<DataFolderLock> {
  await makeFolder(dataDir);
  const holderFile = path.join(dataDir, 'lock-holder');
  const deadlineMs = performance.now() + patienceMs;
  let database = tryLock(path.join(dataDir, 'lock'));
  while (!database) {
    if (performance.now() > deadlineMs) throw new ConfigError('GYRE_DATA_DIR', await inUse(dataDir, holderFile));
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    database = tryLock(path.join(dataDir, 'lock'));
  }
  const held = database;
  await writeFile(holderFile, `process ${process.pid}, started ${new Date().toISOString()}\n`);
  return {
    release: () => {
      if (held.isOpen) held.close();
      return Promise.resolve();
    },
  };
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ConfigError('GYRE_DATA_DIR', `${dataDir} can't be used: ${(error as Error).message}`);
  }
}

function tryLock(file: string): DatabaseSync | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === SQLITE_BUSY) return null;
    if (errcode !== SQLITE_NOTADB) throw error;
    throw new ConfigError('GYRE_DATA_DIR', `${file} is damaged; delete it while no Gyre runs on the folder`);
  }
}

async function inUse(dataDir: string, holderFile: string): Promise<string> {
  const holder = await readFile(holderFile, 'utf8').then(
    (text) => text.trim(),
    () => 'a process that has not said its name',
  );
  return `${dataDir} is in use by another Gyre (${holder}); stop that one, or give this one a folder of its own`;
}
