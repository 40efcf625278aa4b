import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import * as schema from './schema.ts';

/** The database, outside a transaction. */
export type Database = NodePgDatabase<typeof schema> & { readonly $client: pg.Pool };
type SqlTransaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** One SQL transaction and what is to happen once it is committed, such as nudges. */
export interface Tx {
  readonly sql: SqlTransaction;
  /** Runs `effect` after the commit, in order; never after a rollback. It must not throw. */
  afterCommit(effect: () => void): void;
}

const RETRIED_SQLSTATES = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 5;

/**
 * Runs `work` in one transaction (read committed) and then its `afterCommit` effects. Deadlocks and serialization
 * failures are tried again, up to five times: `work` must have no effects of its own outside of the transaction.
 */
export async function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const effects: (() => void)[] = [];
    try {
      const value = await onOneConnection(db, (sql) => work({ sql, afterCommit: (effect) => effects.push(effect) }));
      for (const effect of effects) effect();
      return value;
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !RETRIED_SQLSTATES.has(sqlState(error))) throw error;
    }
  }
}

/** Making one costs more than a query, so each connection keeps its own. */
const handles = new WeakMap<pg.PoolClient, NodePgDatabase<typeof schema>>();

/**
 * One transaction on a connection of its own, without a second try; `config` as drizzle has it. The connection is given
 * back here, whatever happens: drizzle's own transaction on a pool keeps one for good whose `begin` fails, so that a
 * database that restarts a few times would leave an empty pool.
 */
export async function onOneConnection<T>(
  db: Database,
  work: (sql: SqlTransaction) => Promise<T>,
  config?: PgTransactionConfig,
): Promise<T> {
  const client = await db.$client.connect();
  const handle = handles.get(client) ?? drizzle(client, { schema });
  handles.set(client, handle);
  try {
    return await handle.transaction(work, config);
  } finally {
    // The pool drops it if it is broken.
    client.release();
  }
}

/** The SQLSTATE of a database error, also of one that the query builder wrapped; '' if it has none. */
export function sqlState(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}
