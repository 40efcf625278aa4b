import { expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { asProblemError } from '../http/problem.ts';
import { openDatabase } from './database.ts';
import { DatabaseAwayError } from './guarded-pool.ts';
import { inTransaction } from './transaction.ts';

const codeOf = (error: unknown): string => asProblemError(error).code;

test('[CL-75] a pool that is told that its database is away refuses who waits, who is at work and who comes, and is good again afterwards', async () => {
  await using database = await createTestDatabase();
  await using handle = openDatabase(database.url, { maxConnections: 1 });
  const { pool, db } = handle;
  const query = pool.query('SELECT pg_sleep(60)').catch(codeOf);
  const transaction = inTransaction(db, ({ sql: tx }) => tx.execute(sql`select 1`)).catch(codeOf);
  await waitFor(() => pool.waitingCount === 1);
  pool.away();
  expect(await Promise.all([query, transaction])).toEqual(['dependency-unavailable', 'dependency-unavailable']);
  await expect(pool.query('SELECT 1')).rejects.toThrow(DatabaseAwayError);
  await expect(db.execute(sql`select 1`).catch(codeOf)).resolves.toBe('dependency-unavailable');
  pool.back();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  expect(await inTransaction(db, () => Promise.resolve('here again'))).toBe('here again');
  expect([pool.totalCount, pool.waitingCount]).toEqual([1, 0]);
});

test('[CL-75] one in the middle of a transaction is told, too', async () => {
  await using database = await createTestDatabase();
  await using handle = openDatabase(database.url);
  const done = inTransaction(handle.db, async ({ sql: tx }) => {
    await tx.execute(sql`select 1`);
    handle.pool.away();
    await tx.execute(sql`select 1`);
  });
  expect(await done.catch(codeOf)).toBe('dependency-unavailable');
  handle.pool.back();
  expect((await handle.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
