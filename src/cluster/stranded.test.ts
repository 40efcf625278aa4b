import { expect, test } from '@jest/globals';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { type DatabaseHandle, openDatabase } from '../store/database.ts';
import { matches, processes } from '../store/schema.ts';
import { insertMatch } from './coordinator.contract.ts';
import { StrandedMatches } from './stranded.ts';

const LIMIT_MS = 60_000;
const OLD = { 'connect-four': 'old' };
const NEW = { 'connect-four': 'new' };

async function open() {
  const database = await createTestDatabase();
  const handle = openDatabase(database.url, { maxConnections: 2 });
  const abandoned: string[] = [];
  const stranded = new StrandedMatches({
    db: handle.db,
    abandon: async (matchId) => abandoned.push(matchId) > 0,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    limitMs: LIMIT_MS,
  });
  return {
    handle,
    look: async (nowMs: number) => {
      await stranded.look(nowMs);
      return abandoned.splice(0);
    },
    [Symbol.asyncDispose]: async () => {
      await handle.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function addProcess({ db }: DatabaseHandle, row: Partial<typeof processes.$inferInsert>): Promise<void> {
  await db.insert(processes).values({ incarnation: 'i_one', state: 'alive', build: 'test', compats: NEW, ...row });
}

test('a match that nobody can run is abandoned after a while: of a dead process, of one that stopped, and of nobody [CL-84]', async () => {
  await using it = await open();
  await addProcess(it.handle, { incarnation: 'i_alive' });
  await addProcess(it.handle, { incarnation: 'i_dead', state: 'dead', sealed: true, compats: OLD });
  await addProcess(it.handle, { incarnation: 'i_unsealed', state: 'dead', compats: OLD });
  await addProcess(it.handle, { incarnation: 'i_leaving', state: 'draining', compats: OLD });
  const [dead, parked] = [
    await insertMatch(it.handle, { owner: 'i_dead', compat: 'old' }),
    await insertMatch(it.handle, { owner: null, compat: 'old' }),
  ];
  // Those that are still somebody's, those whose log may still take something, and those that can be taken over.
  await insertMatch(it.handle, { owner: 'i_leaving', compat: 'old' });
  await insertMatch(it.handle, { owner: 'i_unsealed', compat: 'old' });
  await insertMatch(it.handle, { owner: 'i_dead', compat: 'new' });
  await insertMatch(it.handle, { owner: null, compat: 'old', state: 'finished' });
  expect(await it.look(0)).toEqual([]);
  expect(await it.look(LIMIT_MS - 1)).toEqual([]);
  expect((await it.look(LIMIT_MS)).toSorted()).toEqual([dead, parked]);
});

test('the wait begins anew when a process that can run it came, or has had it meanwhile [CL-84]', async () => {
  await using it = await open();
  await addProcess(it.handle, { incarnation: 'i_alive' });
  const matchId = await insertMatch(it.handle, { owner: 'i_gone', epoch: 1, compat: 'old' });
  await it.look(0);
  await addProcess(it.handle, { incarnation: 'i_old', compats: OLD });
  expect(await it.look(LIMIT_MS)).toEqual([]);
  await it.handle.db.update(processes).set({ compats: NEW });
  expect(await it.look(LIMIT_MS * 2)).toEqual([]);
  await it.handle.db.update(matches).set({ epoch: 2 });
  expect(await it.look(LIMIT_MS * 3)).toEqual([]);
  expect(await it.look(LIMIT_MS * 4)).toEqual([matchId]);
});
