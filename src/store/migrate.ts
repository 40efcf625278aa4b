import path from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import type { Pool } from 'pg';

/** Any number will do as long as nobody else on the database takes it: "GYRE" and a 1, in bytes. */
const MIGRATION_LOCK = 0x47_59_52_45_01;

/**
 * Brings the database to this build's schema, in one transaction. Processes that start together take turns, under an
 * advisory lock; who comes second finds nothing left to do.
 * @throws the database's error, with nothing changed
 */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // Waiting for another process, or building an index on a large table, may rightly take longer than a request.
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyMigrations(drizzle(client), {
      migrationsFolder: path.join(import.meta.dirname, 'migrations'),
      migrationsTable: 'gyre_migrations',
      migrationsSchema: 'public',
    });
  } finally {
    // Ends the session, and the lock and the setting with it, whatever has gone wrong before.
    client.release(true);
  }
}
