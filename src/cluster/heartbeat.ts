import pg from 'pg';
import type { ProcessLoad } from '../store/schema.ts';

/** A row of `processes` that still counts: of a living process, or of a dead one whose log is not sealed yet. */
export interface ProcessRow {
  readonly incarnation: string;
  readonly state: 'alive' | 'draining' | 'dead';
  readonly counter: number;
  readonly address: string | null;
  readonly directAddress: string | null;
  readonly compats: Readonly<Record<string, string>>;
  readonly load: ProcessLoad;
}

/** What one heartbeat has found. */
export interface Beat {
  /** When it was asked for, on `performance.now()`. */
  readonly sentAtMs: number;
  /** Our own row was alive. */
  readonly alive: boolean;
  /** From the one that has lived longest. */
  readonly rows: readonly ProcessRow[];
}

export interface HeartbeatOptions {
  readonly connectionString: string;
  readonly incarnation: string;
  readonly load: () => ProcessLoad;
  readonly onBeat: (beat: Beat) => void;
  /** A beat had no answer; the next one is tried all the same. */
  readonly onMissed: (error: unknown) => void;
  /** 500 if left out. */
  readonly everyMs?: number;
}

const EVERY_MS = 500;
/** A database that takes longer has missed the beat. */
const ANSWER_MS = 2_000;

/** One statement, so that writing and reading prove each other: who reads what is alive has also said so. */
const BEAT = `
  with beat as (
    update processes set counter = counter + 1, load = $2
    where incarnation = $1 and state in ('alive', 'draining') returning 1
  )
  select exists(select from beat) as alive, incarnation, state, counter::float8 as counter, address,
    direct_address as "directAddress", compats, load
  from processes where state in ('alive', 'draining') or (state = 'dead' and not sealed and address is not null)
  order by started_at, incarnation`;

/**
 * Says every 500 ms that this process lives, and reads who else does: on a connection of its own, which no crowd of requests
 * can take.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #beating: Promise<void> | null = null;
  #lastAnswer: { readonly alive: boolean } | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.beat(), this.#options.everyMs ?? EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#beating;
    // It is never used again: one that does not end politely is broken, and so has ended.
    await this.#client?.end().catch(() => {});
  }

  /** Whether our own row is alive, as read by a beat that begins after this call. Rejects if it has no answer. */
  async confirm(): Promise<boolean> {
    await this.#beating;
    const before = this.#lastAnswer;
    await this.beat();
    if (this.#lastAnswer === before || this.#lastAnswer === null) throw new Error('the database is away');
    return this.#lastAnswer.alive;
  }

  /** Beats now; shares the one that is under way. Never rejects. */
  beat(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return (this.#beating ??= this.#beat().finally(() => {
      this.#beating = null;
    }));
  }

  async #beat(): Promise<void> {
    const sentAtMs = performance.now();
    const { incarnation, load, onBeat, onMissed } = this.#options;
    try {
      const client = await this.#connected();
      const { rows } = await client.query<ProcessRow & { alive: boolean }>(BEAT, [incarnation, load()]);
      const alive = rows.some((row) => row.alive);
      this.#lastAnswer = { alive };
      if (!this.#stopped) onBeat({ sentAtMs, alive, rows });
    } catch (error) {
      this.#drop();
      if (!this.#stopped) onMissed(error);
    }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({
      connectionString: this.#options.connectionString,
      application_name: `gyre ${this.#options.incarnation}`,
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      statement_timeout: ANSWER_MS,
    });
    client.on('error', () => this.#drop());
    await client.connect();
    this.#client = client;
    return client;
  }

  /** Whatever is wrong with it, the next beat has another. */
  #drop(): void {
    const client = this.#client;
    this.#client = null;
    // Ending politely would wait for an answer that may never come, and may fail: its stream is cut all the same.
    client?.end().catch(() => {});
    (client as { connection?: { stream?: { destroy(): void } } } | null)?.connection?.stream?.destroy();
  }
}
