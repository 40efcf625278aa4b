/** The PostgreSQL that a Gyre killed with -9 leaves behind: it is another process and lives on. */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { EmbeddedLog } from '../embedded.ts';
import { runToEnd } from './run.ts';

const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const LOOK_MS = 10;

/**
 * Stops a PostgreSQL that still runs in this folder. Only for who holds the data folder's lock: then its Gyre is dead.
 *
 * It is replaced rather than used again, so that the running one always has the settings of this build, is our child,
 * and none of the dead one's sessions, with their locks, is left.
 */
export async function replaceOrphan(folder: string, log: EmbeddedLog): Promise<void> {
  const pidFile = path.join(folder, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (await isPostgresOf(folder, pid)) {
    log.info(`stopping the PostgreSQL (process ${pid}) that a killed Gyre has left behind`);
    await stopOrphan(folder, pid);
  } else if (isTaken(pid)) {
    // PostgreSQL takes any living process of this number for another PostgreSQL and would refuse to start. Its second
    // guard, on the shared memory of this very folder, needs no file.
    await rm(pidFile, { force: true });
  }
}

async function stopOrphan(folder: string, pid: number): Promise<void> {
  send(pid, 'SIGINT');
  if (await isGone(folder, pid, FAST_SHUTDOWN_MS)) return;
  // What was committed is in the write-ahead log; the next start replays it.
  send(pid, 'SIGQUIT');
  if (await isGone(folder, pid, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new Error(`PostgreSQL (process ${pid}), left behind by a killed Gyre, does not stop; end it by hand`);
}

async function isGone(folder: string, pid: number, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (await isPostgresOf(folder, pid)) {
    if (performance.now() > deadlineMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}

/** Told by its command line, since process ids are used again; a dead process that nobody has reaped has none. */
async function isPostgresOf(folder: string, pid: number): Promise<boolean> {
  const words = (await commandLine(pid)).split(/[\0\s]+/);
  return words.some((word) => /(^|[\\/])postgres(\.exe)?$/.test(word)) && (await commandLine(pid)).includes(folder);
}

async function commandLine(pid: number): Promise<string> {
  if (existsSync('/proc/self')) return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return runToEnd({ file: 'ps', args: ['-o', 'command=', '-p', String(pid)] }).catch(() => '');
}

function isTaken(pid: number): boolean {
  return send(pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
