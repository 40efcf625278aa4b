import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type * as schema from './schema.ts';

/** The database, outside a transaction. */
export type Database = NodePgDatabase<typeof schema>;
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
      const value = await db.transaction((sql) => work({ sql, afterCommit: (effect) => effects.push(effect) }));
      for (const effect of effects) effect();
      return value;
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !RETRIED_SQLSTATES.has(sqlState(error))) throw error;
    }
  }
}

/** The SQLSTATE of a database error, also of one that the query builder wrapped; '' if it has none. */
export function sqlState(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}
