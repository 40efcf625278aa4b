import { describe, expect, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { inTransaction } from './transaction.ts';

describe('openDatabase', () => {
  test('outlives a connection that the database ends', async () => {
    await using database = await createTestDatabase();
    const errors: Error[] = [];
    await using handle = openDatabase(database.url, { maxConnections: 1, onError: (error) => errors.push(error) });
    await using other = openDatabase(database.url);
    const { rows } = await handle.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await other.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await waitFor(() => errors.length > 0, { what: 'the news of the broken connection' });
    expect((await handle.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('outlives a connection that the database ends between two statements of a transaction', async () => {
    await using database = await createTestDatabase();
    await using handle = openDatabase(database.url, { maxConnections: 1 });
    await using other = openDatabase(database.url);
    const ended = inTransaction(handle.db, async ({ sql: inner }) => {
      const { rows } = await inner.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      await other.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      const isThere = () => other.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0]?.pid]);
      await waitFor(async () => (await isThere()).rowCount === 0, { what: 'the end of the connection' });
      await inner.execute(sql`SELECT 1`);
    });
    await expect(ended).rejects.toThrow(/Failed query/);
    expect((await handle.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('loses no connection to transactions that could not even begin', async () => {
    await using database = await createTestDatabase();
    await using handle = openDatabase(database.url, { maxConnections: 1 });
    const breakIt = (client: object) => (client as { connection: { stream: Socket } }).connection.stream.destroy();
    handle.pool.once('acquire', breakIt);
    await expect(inTransaction(handle.db, () => Promise.resolve())).rejects.toThrow(/Failed query: begin/);
    expect([handle.pool.totalCount, handle.pool.waitingCount]).toEqual([0, 0]);
    expect(await inTransaction(handle.db, () => Promise.resolve('here again'))).toBe('here again');
  });

  test('ends a transaction that its process has forgotten, and a statement that runs away', async () => {
    await using database = await createTestDatabase();
    await using handle = openDatabase(database.url);
    const { rows } = await handle.pool.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout')`,
    );
    expect(rows.map(({ setting }) => Number(setting)).every((milliseconds) => milliseconds > 0)).toBe(true);
    expect(rows).toHaveLength(2);
  });

  test('can be closed twice', async () => {
    await using database = await createTestDatabase();
    const handle = openDatabase(database.url);
    await handle.pool.query('SELECT 1');
    await handle.close();
    await handle.close();
    await expect(handle.pool.query('SELECT 1')).rejects.toThrow(/after calling end/);
  });
});

describe('migrate', () => {
  test('is applied once by processes that start together, and changes nothing the second time', async () => {
    await using database = await createTestDatabase();
    await using handle = openDatabase(database.url);
    await handle.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await Promise.all(Array.from({ length: 4 }, () => migrate(handle.pool)));
    const count = () => handle.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM gyre_migrations');
    const first = (await count()).rows[0]?.count;
    expect(first).toBeGreaterThan(0);
    await migrate(handle.pool);
    expect((await count()).rows[0]?.count).toBe(first);
    expect((await handle.db.query.players.findMany()).length).toBe(0);
  });
});
