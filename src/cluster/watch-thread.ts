// The thread of the step watchdog: it looks on while the other one works, and says why the process ends.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { Client } from 'pg';
import { SLOTS, type WatchThreadData } from './step-watchdog.ts';

/** A database that is away must not keep a stuck process alive. */
const OBITUARY_MS = 1_000;
/** How often it is said that memory is full, while it is. */
const FULL_EVERY_MS = 250;

const { shared, everyMs, looks, fullBytes, obituary } = workerData as WatchThreadData;
const state = new Int32Array(shared, 0, SLOTS.bytes / 4);
let seen = -1;
let unchanged = 0;
let killing = false;
let exiting = false;
let saidFullAtMs = 0;
let connected: Promise<Client> | null = null;

setInterval(() => {
  lookAtStep();
  lookAtMemory();
  lookAtExit();
}, everyMs);

/** It counts its own looks, not the time: a process that was suspended as a whole has not been stepping for long. */
function lookAtStep(): void {
  const count = Atomics.load(state, SLOTS.count);
  const matchId = running();
  unchanged = matchId !== null && count === seen ? unchanged + 1 : 0;
  seen = count;
  if (matchId === null || unchanged < looks || killing) return;
  killing = true;
  const msg = 'a step of this match does not end: the process is killed, all others go on at the next start';
  writeSync(2, `${JSON.stringify({ level: 'fatal', time: new Date().toISOString(), matchId, msg })}\n`);
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  setTimeout(end, OBITUARY_MS);
  note('suspect = $2', matchId).then(end, end);
}

/** What JavaScript uses can't be asked for from here; all that the process has can. */
function lookAtMemory(): void {
  const nowMs = performance.now();
  if (!obituary || nowMs < saidFullAtMs + FULL_EVERY_MS) return;
  const bytes = process.memoryUsage.rss();
  if (bytes < fullBytes) return;
  saidFullAtMs = nowMs;
  note('load = load || $2::jsonb', JSON.stringify({ memory: 1 })).catch(lost);
}

function lookAtExit(): void {
  if (Atomics.load(state, SLOTS.exiting) === 0 || exiting) return;
  exiting = true;
  void noteExit();
}

/** Whoever exits in a step did so by that match; otherwise all that is known is that nobody did it from outside. */
async function noteExit(): Promise<void> {
  const matchId = running();
  try {
    if (matchId === null) await note('load = load || $2::jsonb', JSON.stringify({ failed: true }));
    else await note('suspect = $2', matchId);
  } catch {
    // The database is away: the death has no cause then.
  }
  Atomics.store(state, SLOTS.noted, 1);
  Atomics.notify(state, SLOTS.noted);
}

function running(): string | null {
  if (Atomics.load(state, SLOTS.running) === 0) return null;
  return Buffer.from(shared, SLOTS.bytes).toString('latin1').replace(/\0.*$/s, '');
}

async function note(what: string, value: string): Promise<void> {
  if (!obituary) return;
  const client = await (connected ??= connect(obituary.connectionString));
  await client.query(`update processes set ${what} where incarnation = $1`, [obituary.incarnation, value]);
}

async function connect(connectionString: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: OBITUARY_MS, query_timeout: OBITUARY_MS });
  client.on('error', lost);
  await client.connect();
  return client;
}

/** The next one has another connection. */
function lost(): void {
  connected = null;
}
