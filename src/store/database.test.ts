import { describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

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
