import { hostname } from 'node:os';
import pg from 'pg';
import { ConfigError } from '../config-parsers.ts';
import type { ClusterLog } from './cluster-log.ts';

/** How {@link DatabaseLock} works. */
export interface LockOptions {
  readonly connectionString: string;
  readonly incarnation: string;
  readonly logger: ClusterLog;
  /** The connection broke and another process took the database meanwhile: called once. */
  readonly onLost: () => void;
  /** With other processes of a cluster; false if left out: this one is alone. */
  readonly shared?: boolean;
  /** How long one that was just killed may seem to hold it; 3,000 if left out. */
  readonly patienceMs?: number;
}

/** "gyre", and which of Gyre's locks. */
const LOCK_KEY = [0x67_79_72_65, 1] as const;
/** PostgreSQL takes a moment to notice that a killed process has gone. */
const PATIENCE_MS = 3_000;
const RETRY_EVERY_MS = 100;
const RECONNECT_EVERY_MS = 500;
/** What PostgreSQL keeps of an application's name. */
const MAX_NAME_BYTES = 63;

/**
 * Keeps all others off the database of a process that is alone, and such a process off the database of a cluster: an advisory lock of
 * a session of its own, which the processes of a cluster share, and which goes with the process however it ends. If the connection
 * breaks (a restart of PostgreSQL), the lock is taken again.
 */
export class DatabaseLock {
  readonly #options: LockOptions;
  readonly #name: string;
  #client: pg.Client | null = null;
  #released = false;

  constructor(options: LockOptions) {
    this.#options = options;
    this.#name = `gyre ${options.incarnation} pid ${process.pid} on ${hostname()}`.slice(0, MAX_NAME_BYTES);
  }

  /** @throws ConfigError that names the process which holds the database */
  async acquire(): Promise<void> {
    const client = await this.#connect();
    const deadlineMs = performance.now() + (this.#options.patienceMs ?? PATIENCE_MS);
    while (!(await this.#tryLock(client))) {
      const holder = await findHolder(client);
      if (performance.now() > deadlineMs) {
        await client.end();
        throw this.#refusal(holder);
      }
      await pause(RETRY_EVERY_MS);
    }
    this.#keep(client);
  }

  async release(): Promise<void> {
    this.#released = true;
    await this.#client?.end();
  }

  #refusal(holder: Holder | null): ConfigError {
    const name = holder?.name ?? 'which has no name';
    if (this.#options.shared === true) {
      const wayOut = 'stop it, and start it again with the REDIS_URL of this one, or use another database';
      return new ConfigError('DATABASE_URL', `is the database of a Gyre that runs alone (${name}); ${wayOut}`);
    }
    const wayOut = holder?.shared
      ? 'set its REDIS_URL to be one of them, or use another database'
      : 'stop it, or use another database: several processes on one need REDIS_URL';
    const whose = holder?.shared ? 'a cluster that is running' : 'another Gyre that is running';
    return new ConfigError('DATABASE_URL', `is the database of ${whose} (${name}); ${wayOut}`);
  }

  async #tryLock(client: pg.Client): Promise<boolean> {
    const lock = this.#options.shared === true ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
    const { rows } = await client.query<{ got: boolean }>(`select ${lock}($1, $2) as got`, [...LOCK_KEY]);
    return rows[0]?.got === true;
  }

  async #connect(): Promise<pg.Client> {
    const { connectionString } = this.#options;
    const client = new pg.Client({ connectionString, application_name: this.#name, keepAlive: true });
    // Its end is what matters, and that is listened to; an error without a listener would end the process.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  #keep(client: pg.Client): void {
    this.#client = client;
    client.once('end', () => {
      if (!this.#released) void this.#regain();
    });
  }

  async #regain(): Promise<void> {
    this.#options.logger.warn({}, 'the connection that holds the database for this process broke: taking it again');
    while (!this.#released) {
      try {
        if (await this.#tryAgain()) return;
      } catch {
        // PostgreSQL is away; so it is for everybody else.
      }
      await pause(RECONNECT_EVERY_MS);
    }
  }

  async #tryAgain(): Promise<boolean> {
    const client = await this.#connect();
    if (await this.#tryLock(client)) {
      if (this.#released) await client.end();
      else this.#keep(client);
      return true;
    }
    const holder = await findHolder(client);
    // A session of ours that PostgreSQL doesn't know to be dead.
    if (holder?.name === this.#name) await client.query('select pg_terminate_backend($1)', [holder.pid]);
    await client.end();
    if (holder === null || holder.name === this.#name || this.#released) return false;
    this.#options.logger.error({ holder: holder.name }, 'another process has taken the database');
    this.#options.onLost();
    return true;
  }
}

interface Holder {
  readonly pid: number;
  readonly name: string;
  readonly shared: boolean;
}

async function findHolder(client: pg.Client): Promise<Holder | null> {
  const { rows } = await client.query<Holder>(
    `select activity.pid, coalesce(activity.application_name, '') as name, locks.mode = 'ShareLock' as shared
     from pg_locks as locks join pg_stat_activity as activity on activity.pid = locks.pid
     where locks.locktype = 'advisory' and locks.granted and locks.classid = $1 and locks.objid = $2
       and locks.objsubid = 2 and activity.datname = current_database()`,
    [...LOCK_KEY],
  );
  return rows[0] ?? null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
