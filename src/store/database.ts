import { drizzle } from 'drizzle-orm/node-postgres';
import { GuardedPool } from './guarded-pool.ts';
import * as schema from './schema.ts';
import type { Database } from './transaction.ts';

/** The one handle on PostgreSQL of a process. */
export interface DatabaseHandle extends AsyncDisposable {
  readonly db: Database;
  readonly pool: GuardedPool;
  /** Waits for the queries under way, then closes every connection. Calling it again does nothing. */
  close(): Promise<void>;
}

/** How {@link openDatabase} connects. */
export interface DatabaseOptions {
  /** Connections at most, 15 by default: an embedded PostgreSQL takes 50, and a rolling restart has two processes. */
  readonly maxConnections?: number;
  /** Told of an idle connection that broke before `close`; the pool opens another when it needs one. */
  readonly onError?: (error: Error) => void;
}

/** The wait for a free connection counts too: a crowd is served late rather than told that the database is away. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Nothing a request asks for takes this long unless something is wrong; then one query is lost, not a connection. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A transaction that its process has forgotten would hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

/** Opens a pool; connections are made when they are needed, so an unreachable database shows at the first query. */
export function openDatabase(url: string, { maxConnections = 15, onError }: DatabaseOptions = {}): DatabaseHandle {
  const pool = new GuardedPool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: 'gyre',
    keepAlive: true,
  });
  // Without listeners, a database that restarts would take the process with it. The pool's own listens to idle
  // connections; on one that is in use, whoever uses it learns of the end by its next query.
  let closing: Promise<void> | undefined;
  pool.on('error', (error) => {
    if (closing === undefined) onError?.(error);
  });
  pool.on('connect', (client) => client.on('error', () => {}));
  const close = () => (closing ??= pool.end());
  return { db: drizzle(pool, { schema }), pool, close, [Symbol.asyncDispose]: close };
}
