import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { DatabaseLock } from './database-lock.ts';

const logger = { info: () => {}, warn: () => {}, error: () => {} };

/** A database, and processes that want it. */
async function open() {
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  const locks: DatabaseLock[] = [];
  const lost: string[] = [];
  const want = (incarnation: string, shared: boolean): DatabaseLock => {
    const onLost = () => void lost.push(incarnation);
    const lock = new DatabaseLock({
      connectionString: database.url,
      incarnation,
      logger,
      onLost,
      shared,
      patienceMs: 200,
    });
    locks.push(lock);
    return lock;
  };
  const holders = async (): Promise<readonly number[]> => {
    const { rows } = await pool.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database()) order by pid`,
    );
    return rows.map(({ pid }) => pid);
  };
  return {
    want,
    lost,
    holders,
    pool,
    /** As a restart of PostgreSQL does. */
    async breakSessions() {
      for (const pid of await holders()) await pool.query('select pg_terminate_backend($1)', [pid]);
    },
    async [Symbol.asyncDispose]() {
      for (const lock of locks) await lock.release();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('processes of a cluster share a database; one that is alone is refused, and told who they are [CL-86]', async () => {
  await using it = await open();
  await it.want('i_one', true).acquire();
  const two = it.want('i_two', true);
  await two.acquire();
  const refused = it.want('i_alone', false).acquire();
  await expect(refused).rejects.toThrow(
    /^DATABASE_URL: is the database of a cluster .*gyre i_(one|two) pid \d+ on .*REDIS_URL/,
  );
});

test('a process of a cluster is refused on the database of one that is alone, until that has gone [CL-86]', async () => {
  await using it = await open();
  const alone = it.want('i_alone', false);
  await alone.acquire();
  const refused = it.want('i_one', true).acquire();
  await expect(refused).rejects.toThrow(/^DATABASE_URL: is the database of a Gyre that runs alone \(gyre i_alone pid/);
  await alone.release();
  await it.want('i_two', true).acquire();
});

test('all of a cluster take their lock again after a restart of PostgreSQL [CL-86]', async () => {
  await using it = await open();
  await it.want('i_one', true).acquire();
  await it.want('i_two', true).acquire();
  const before = await it.holders();
  await it.breakSessions();
  await waitFor(async () => {
    const now = await it.holders();
    return now.length === 2 && !now.some((pid) => before.includes(pid));
  });
  await expect(it.want('i_alone', false).acquire()).rejects.toThrow('a cluster');
  expect(it.lost).toEqual([]);
});

test('a process of a cluster whose database one that is alone took meanwhile is told [CL-86]', async () => {
  await using it = await open();
  await it.want('i_one', true).acquire();
  const rival = await it.pool.connect();
  const got = rival.query('select pg_advisory_lock($1, $2)', [0x67_79_72_65, 1]);
  await waitFor(async () => {
    const { rows } = await it.pool.query(
      `select from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  });
  await it.breakSessions();
  await got;
  await waitFor(() => it.lost.length > 0);
  expect(it.lost).toEqual(['i_one']);
  rival.release(true);
});
