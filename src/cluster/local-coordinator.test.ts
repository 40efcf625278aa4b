import { expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { openDatabase, type DatabaseHandle } from '../store/database.ts';
import { processes } from '../store/schema.ts';
import { type CoordinatorHost, coordinatorContract, insertMatch } from './coordinator.contract.ts';
import { LocalCoordinator, newIncarnation } from './local-coordinator.ts';
import type { Coordinator } from './ports.ts';
import { DatabaseLock } from './database-lock.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

interface Process {
  readonly coordinator: LocalCoordinator;
  readonly lock: DatabaseLock;
}

class Host implements CoordinatorHost {
  readonly database: DatabaseHandle;
  readonly lost: string[] = [];
  readonly #url: string;
  readonly #dispose: () => Promise<void>;
  readonly #processes: Process[] = [];

  constructor(url: string, dispose: () => Promise<void>) {
    this.#url = url;
    this.#dispose = dispose;
    this.database = openDatabase(url, { maxConnections: 3 });
  }

  create(patienceMs = 3_000): LocalCoordinator {
    const { db } = this.database;
    const incarnation = newIncarnation();
    const onLost = () => this.lost.push(incarnation);
    const lock = new DatabaseLock({
      connectionString: this.#url,
      incarnation,
      logger: silent,
      onLost,
      patienceMs,
    });
    const coordinator = new LocalCoordinator({ db, incarnation, build: 'test', lock });
    this.#processes.push({ coordinator, lock });
    return coordinator;
  }

  /** What is left of a killed process in the database is the end of its connections. */
  async kill(coordinator: Coordinator): Promise<void> {
    await this.#processes.find((process) => process.coordinator === coordinator)?.lock.release();
  }

  /** Ends the session that holds the lock, as a restart of PostgreSQL does. */
  async breakSessions(incarnation: string): Promise<void> {
    await this.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like $1`,
      [`gyre ${incarnation}%`],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { lock } of this.#processes) await lock.release();
    await this.database.close();
    await this.#dispose();
  }
}

async function makeHost(): Promise<Host> {
  const database = await createTestDatabase();
  return new Host(database.url, async () => database[Symbol.asyncDispose]());
}

coordinatorContract('local coordinator', makeHost);

test('a second process on the same database is refused, and told who is in the way [ST-4]', async () => {
  await using host = await makeHost();
  const one = host.create();
  await one.start();
  const matchId = await insertMatch(host.database, { owner: one.incarnation, epoch: 1 });
  const refused = host.create(200).start();
  await expect(refused).rejects.toThrow(/^DATABASE_URL: .*another Gyre/);
  await expect(refused).rejects.toThrow(`pid ${process.pid}`);
  expect(await one.claimOrphans()).toEqual([]);
  const [row] = await host.database.db.select().from(processes).where(eq(processes.incarnation, one.incarnation));
  expect([row?.state, matchId]).toEqual(['alive', matchId]);
});

test('a process that was just killed holds up the next one only until PostgreSQL has noticed', async () => {
  await using host = await makeHost();
  const [one, two] = [host.create(), host.create()];
  await one.start();
  const starting = two.start();
  await host.kill(one);
  await starting;
  expect(await two.claimOrphans()).toEqual([]);
});

test('a process whose connection broke, and whose database another took meanwhile, is told [SV-10]', async () => {
  await using host = await makeHost();
  const one = host.create();
  await one.start();
  const pool = host.database.pool;
  const rival = await pool.connect();
  await rival.query(`set application_name = 'gyre i_rival'`);
  const got = rival.query('select pg_advisory_lock($1, $2)', [0x67_79_72_65, 1]);
  await host.breakSessions(one.incarnation);
  await got;
  await waitFor(() => host.lost.length > 0);
  expect(host.lost).toEqual([one.incarnation]);
  rival.release(true);
});

test('when its connection breaks, a process takes its database again [ST-4]', async () => {
  await using host = await makeHost();
  const one = host.create();
  const holders = async (): Promise<readonly number[]> => {
    const { rows } = await host.database.pool.query<{ pid: number }>(`select pid from pg_locks
      where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`);
    return rows.map(({ pid }) => pid);
  };
  await one.start();
  const [before] = await holders();
  await host.breakSessions(one.incarnation);
  // The broken session may hold it for a moment longer.
  await waitFor(async () => {
    const [now] = await holders();
    return now !== undefined && now !== before;
  });
  await expect(host.create(200).start()).rejects.toThrow('another Gyre');
  expect(host.lost).toEqual([]);
});
