import inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** What the scheduler tells of its steps. */
export interface StepListener {
  stepping(matchId: string): void;
  stepped(): void;
}

export interface StepWatchdogOptions {
  /** How long one step may take; 2,000 if left out. */
  readonly limitMs?: number;
  /** Where other processes learn which match it was, by the row of this incarnation. Left out: nowhere. */
  readonly obituary?: { readonly connectionString: string; readonly incarnation: string };
}

const LIMIT_MS = 2_000;
const LOOKS_A_LIMIT = 4;
/** A database that is away must not keep a stuck process alive. */
const OBITUARY_MS = 1_000;
const ID_BYTES = 64;
const COUNT = 0;
const RUNNING = 1;

/**
 * Ends the process when a step never ends: an endless loop in one game would otherwise silence all matches, all requests
 * and every signal for ever. A thread of its own looks on; it names the match on stderr and kills the process. The step
 * mark has the name for the next start, where all other matches go on.
 */
export class StepWatchdog implements StepListener {
  readonly #shared = new SharedArrayBuffer(8 + ID_BYTES);
  readonly #state = new Int32Array(this.#shared, 0, 2);
  readonly #id = Buffer.from(this.#shared, 8);
  readonly #worker: Worker;

  constructor({ limitMs = LIMIT_MS, obituary }: StepWatchdogOptions = {}) {
    const looking = { shared: this.#shared, everyMs: limitMs / LOOKS_A_LIMIT, looks: LOOKS_A_LIMIT };
    const workerData = { ...looking, obituary, driver: obituary && import.meta.resolve('pg') };
    this.#worker = new Worker(WATCH, { eval: true, workerData, execArgv: [] });
    this.#worker.unref();
  }

  stepping(matchId: string): void {
    this.#id.fill(0);
    this.#id.write(matchId, 'latin1');
    Atomics.add(this.#state, COUNT, 1);
    // Somebody who looks into a step with a debugger takes all the time there is.
    Atomics.store(this.#state, RUNNING, inspector.url() === undefined ? 1 : 0);
  }

  stepped(): void {
    Atomics.store(this.#state, RUNNING, 0);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** It counts its own looks, not the time: a process that was suspended as a whole has not been stepping for long. */
const WATCH = `
const { workerData: { shared, everyMs, looks, obituary, driver } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const state = new Int32Array(shared, 0, 2);
let seen = -1;
let unchanged = 0;
setInterval(() => {
  const count = Atomics.load(state, ${COUNT});
  unchanged = Atomics.load(state, ${RUNNING}) === 1 && count === seen ? unchanged + 1 : 0;
  seen = count;
  if (unchanged < looks) return;
  const matchId = Buffer.from(shared, 8).toString('latin1').replace(/\\0.*$/s, '');
  const fields = { level: 'fatal', time: new Date().toISOString(), matchId };
  writeSync(2, JSON.stringify({ ...fields, msg: 'a step of this match does not end: the process is killed, all others go on at the next start' }) + '\\n');
  const end = () => process.kill(process.pid, 'SIGKILL');
  if (!obituary) end();
  else if (!named) {
    named = true;
    setTimeout(end, ${OBITUARY_MS});
    name(matchId).then(end, end);
  }
}, everyMs);
let named = false;
async function name(matchId) {
  const { default: pg } = await import(driver);
  const client = new pg.Client({ connectionString: obituary.connectionString });
  client.on('error', () => {});
  await client.connect();
  await client.query('update processes set suspect = $1 where incarnation = $2', [matchId, obituary.incarnation]);
}
`;
