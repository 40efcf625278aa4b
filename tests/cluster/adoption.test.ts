import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { StepMark } from '../../src/cluster/step-mark.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { type CountingOptions, Service } from './counting-service.ts';

/** A database and a data folder, and the processes that come and go on them. */
class Place implements AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly #processes: Service[] = [];
  readonly #dispose: () => PromiseLike<void>;

  constructor(url: string, dataDir: string, dispose: () => PromiseLike<void>) {
    this.url = url;
    this.dataDir = dataDir;
    this.#dispose = dispose;
  }

  async start(options: Partial<CountingOptions> = {}): Promise<Service> {
    const service = await Service.start({ url: this.url, dataDir: this.dataDir, tickRateHz: null, ...options });
    this.#processes.push(service);
    return service;
  }

  /** A process that has played its matches up to these counts, and was killed. */
  async leave(counts: Readonly<Record<string, number>>): Promise<void> {
    const service = await this.start();
    for (const [matchId, count] of Object.entries(counts)) {
      const room = await service.create(matchId);
      for (let step = 1; step <= count; step += 1) {
        room.push();
        await waitFor(() => room.count === step);
      }
    }
    await service.committer.settled();
    await service.kill();
  }

  async query(text: string): Promise<unknown[]> {
    await using database = openDatabase(this.url, { maxConnections: 1 });
    return (await database.pool.query(text)).rows;
  }

  async logs(): Promise<number> {
    return (await readdir(path.join(this.dataDir, 'log'))).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#processes) {
      await service.kill();
      await service.log.close();
    }
    await rm(this.dataDir, { recursive: true });
    await this.#dispose();
  }
}

async function makePlace(): Promise<Place> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-adoption-'));
  return new Place(database.url, dataDir, () => database[Symbol.asyncDispose]());
}

test('the matches of a killed process go on where they were, under the next epoch; its log goes [SV-2]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 5, m_bbbbbbbb: 0 });
  const next = await place.start();
  const { adopted, abandoned } = await next.adopt();
  expect([[...adopted].sort(), abandoned.size]).toEqual([['m_aaaaaaaa', 'm_bbbbbbbb'], 0]);
  expect(next.rooms.get('m_aaaaaaaa')).toMatchObject({ count: 5, epoch: 2 });
  expect(next.rooms.get('m_bbbbbbbb')).toMatchObject({ count: 0, epoch: 2 });
  expect(await place.logs()).toBe(1);
});

test('a second adoption of the same process finds nothing', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 1 });
  const next = await place.start();
  await next.adopt();
  expect((await next.adopt()).adopted).toEqual([]);
});

test('a match of another build, or of a game that is gone, is abandoned, and the others go on [SV-6]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 1, m_bbbbbbbb: 1, m_cccccccc: 1 });
  await place.query(`update matches set compat = 'counting 0' where id = 'm_aaaaaaaa'`);
  await place.query(`update matches set game = 'no longer' where id = 'm_bbbbbbbb'`);
  const { adopted, abandoned } = await (await place.start()).adopt();
  expect(adopted).toEqual(['m_cccccccc']);
  expect(Object.fromEntries(abandoned)).toEqual({ m_aaaaaaaa: 'incompatible-build', m_bbbbbbbb: 'incompatible-build' });
  expect(await place.query(`select state from matches order by id`)).toEqual([
    { state: 'abandoned' },
    { state: 'abandoned' },
    { state: 'playing' },
  ]);
});

test('a match without a record, or whose restore fails, is abandoned as crashed, and the others go on [SV-7]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 1, m_bbbbbbbb: 1 });
  await place.query(`insert into matches (id, game, state, settings, seed, compat, owner, epoch)
    values ('m_norecord', 'counting', 'playing', '{}', 1, 'counting 1', 'i_longdead0', 3)`);
  const at = (point: string): void => {
    if (point === 'restoring m_aaaaaaaa') throw new Error('a state that nobody can read');
  };
  const { adopted, abandoned } = await (await place.start({ at })).adopt();
  expect(adopted).toEqual(['m_bbbbbbbb']);
  expect(Object.fromEntries(abandoned)).toEqual({ m_aaaaaaaa: 'crashed', m_norecord: 'crashed' });
});

test('a match that was being stepped at three deaths is abandoned; at two it goes on [SV-7]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 1, m_bbbbbbbb: 1 });
  for (const death of [1, 2, 3]) {
    const mark = new StepMark(path.join(place.dataDir, 'step-mark'));
    mark.stepping('m_aaaaaaaa');
    mark.close();
    const service = await place.start();
    const { adopted } = await service.adopt();
    expect([death, adopted.includes('m_aaaaaaaa'), adopted.includes('m_bbbbbbbb')]).toEqual([death, death < 3, true]);
    await service.kill();
  }
  expect(await place.query(`select state, reason, deaths from matches order by id`)).toEqual([
    { state: 'abandoned', reason: 'crashed', deaths: 3 },
    { state: 'playing', reason: null, deaths: 0 },
  ]);
});

test('old logs stay until the new one has every match that goes on [SV-9]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 4 });
  const forgetful = await place.start({ adoption: { log: { holds: () => false } } });
  await forgetful.adopt();
  expect(await place.logs()).toBe(2);
  await forgetful.kill();
  const next = await place.start();
  await next.adopt();
  expect([next.rooms.get('m_aaaaaaaa')?.count, await place.logs()]).toEqual([4, 1]);
});

test('nothing is given up when the database fails in the middle [SV-9]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 4, m_bbbbbbbb: 2 });
  const failing = await place.start({
    adoption: { reservationOf: () => Promise.reject(new Error('the database is away')) },
  });
  await expect(failing.adopt()).rejects.toThrow('the database is away');
  await failing.kill();
  const next = await place.start();
  expect((await next.adopt()).adopted.length).toBe(2);
});

test('the step mark of a death is counted once [SV-7]', async () => {
  await using place = await makePlace();
  await place.leave({ m_aaaaaaaa: 1 });
  new StepMark(path.join(place.dataDir, 'step-mark')).stepping('m_aaaaaaaa');
  for (const _ of [1, 2]) {
    const service = await place.start();
    await service.adopt();
    await service.kill();
  }
  expect(await place.query('select deaths from matches')).toEqual([{ deaths: 1 }]);
});
