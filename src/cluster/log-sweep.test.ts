import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../tests/support/postgres.ts';
import { type DatabaseHandle, openDatabase } from '../store/database.ts';
import { matches, processes } from '../store/schema.ts';
import { insertMatch } from './coordinator.contract.ts';
import { sweepLogs } from './log-sweep.ts';

let database: TestDatabase;
let handle: DatabaseHandle;

beforeEach(async () => {
  database = await createTestDatabase();
  handle = openDatabase(database.url, { maxConnections: 2 });
});

afterEach(async () => {
  await handle.close();
  await database[Symbol.asyncDispose]();
});

async function addProcess(incarnation: string, fields: Partial<typeof processes.$inferInsert>): Promise<void> {
  await handle.db.insert(processes).values({ incarnation, state: 'stopped', build: 'test', ...fields });
}

/** @returns which of these logs a sweep drops, as its caller and the store of the logs learn it */
async function droppedOf(...incarnations: string[]): Promise<readonly string[]> {
  const discarded: string[] = [];
  const dropped = await sweepLogs(handle.db, {
    list: async () => incarnations,
    discard: async (gone) => void discarded.push(...gone),
  });
  expect(discarded).toEqual(dropped);
  return dropped;
}

test('logs of processes that live, or are dead and not sealed yet, are kept [CL-100]', async () => {
  await addProcess('i_alive', { state: 'alive' });
  await addProcess('i_draining', { state: 'draining' });
  await addProcess('i_dying', { state: 'dead', sealed: false });
  await addProcess('i_dead', { state: 'dead', sealed: true });
  await addProcess('i_stopped', {});
  const logs = ['i_alive', 'i_draining', 'i_dying', 'i_dead', 'i_stopped', 'i_forgotten'];
  expect(await droppedOf(...logs)).toEqual(['i_dead', 'i_stopped', 'i_forgotten']);
});

test.each([
  ['its owner is', { owner: 'i_gone' }],
  ['recorded it is', { owner: 'i_other', recordedBy: 'i_gone' }],
  ['owned it since it was recorded is', { owner: 'i_other', recordedBy: 'i_first', ownedSince: ['i_gone', 'i_last'] }],
])('the log of a process is kept while a match is played that %s that process [CL-100]', async (_, fields) => {
  const matchId = await insertMatch(handle, fields);
  expect(await droppedOf('i_gone', 'i_unneeded')).toEqual(['i_unneeded']);
  await handle.db.update(matches).set({ state: 'finished' }).where(eq(matches.id, matchId));
  expect(await droppedOf('i_gone')).toEqual(['i_gone']);
});
