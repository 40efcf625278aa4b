import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Where the local match log keeps what: `<folder>/<incarnation>/00000001.segment`, and `sealed` beside them. */

const SEAL = 'sealed';
const SEGMENT = /^(\d{8})\.segment$/;
/** A discarded log is renamed before it is deleted, so that a half deleted one is never read. */
const DISCARDED = '.discarded';

export function logPath(folder: string, incarnation: string): string {
  return path.join(folder, incarnation);
}

export function segmentPath(log: string, number: number): string {
  return path.join(log, `${String(number).padStart(8, '0')}.segment`);
}

/** From the oldest to the newest. */
export async function listSegments(log: string): Promise<readonly number[]> {
  const names = await readdir(log);
  return names
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Incarnations that have a log here. */
export async function listLogs(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith(DISCARDED)).map(({ name }) => name);
}

/** From now on the log's owner has its appends rejected. */
export async function sealLog(log: string): Promise<void> {
  await using seal = await open(path.join(log, SEAL), 'a');
  await seal.sync();
}

/** In the kernel's memory and without a round trip through the thread pool: it is asked after every append. */
export function isSealed(log: string): boolean {
  return existsSync(path.join(log, SEAL));
}

/** Waits until these files are on the disk. One that was deleted meanwhile needs no waiting for. */
export async function syncAll(files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      await using handle = await open(file, 'r+');
      await handle.sync();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

export async function discardLog(log: string): Promise<void> {
  await rename(log, log + DISCARDED);
  await rm(log + DISCARDED, { recursive: true });
}

/** Deletes what a discard that was killed has left. */
export async function sweepDiscarded(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(DISCARDED)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
