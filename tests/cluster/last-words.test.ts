import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, afterAll, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { newIncarnation } from '../../src/cluster/local-coordinator.ts';
import { type DatabaseHandle, openDatabase } from '../../src/store/database.ts';
import { processes } from '../../src/store/schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const SCRIPT = path.join(import.meta.dirname, 'ending-process.ts');
const run = promisify(execFile);
let database: TestDatabase;
let handle: DatabaseHandle;

beforeAll(async () => {
  database = await createTestDatabase();
  handle = openDatabase(database.url, { maxConnections: 2 });
});

afterAll(async () => {
  await handle.close();
  await database[Symbol.asyncDispose]();
});

/** What a process has left in its row that ended like this. */
async function wordsOf(how: string, { url = database.url } = {}) {
  const incarnation = newIncarnation();
  const { db } = handle;
  await db.insert(processes).values({ incarnation, state: 'alive', build: 'test' });
  const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=1024' };
  const ended = run(process.execPath, [SCRIPT, how, url, incarnation], { env, timeout: 60_000, killSignal: 'SIGTERM' });
  await expect(ended).rejects.not.toMatchObject({ signal: 'SIGTERM' });
  const [row] = await db.select().from(processes).where(eq(processes.incarnation, incarnation));
  return { suspect: row?.suspect, failed: row?.load.failed, memory: row?.load.memory };
}

const nothing = { suspect: null, failed: undefined, memory: undefined };

test('a process that exits in a step names the match [CL-99]', async () => {
  expect(await wordsOf('exits in a step')).toEqual({ ...nothing, suspect: 'm_exiting001' });
});

test.each(['exits after a step', 'throws where nobody catches it'])(
  'a process that %s says that it ends by itself [CL-99]',
  async (how) => {
    expect(await wordsOf(how)).toEqual({ ...nothing, failed: true });
  },
);

test('a process that eats its memory says that it is full before it is too late [CL-99]', async () => {
  expect((await wordsOf('eats its memory')).memory).toBe(1);
});

test.each(['is killed', 'stops in order'])('a process that %s says nothing [CL-99]', async (how) => {
  expect(await wordsOf(how)).toEqual(nothing);
});

test('a database that is away keeps nobody from exiting [CL-99]', async () => {
  expect(await wordsOf('exits in a step', { url: 'postgresql://nobody@127.0.0.1:1/none' })).toEqual(nothing);
});
