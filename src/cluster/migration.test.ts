import { expect, test } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { openDatabase } from '../store/database.ts';
import { matches } from '../store/schema.ts';
import { insertMatch } from './coordinator.contract.ts';
import { Migration } from './migration.ts';
import { type CallFailure, type Calls, type Member, PeerCallError } from './peers.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const SOURCE = 'i_source';
const TARGET: Member = {
  incarnation: 'i_target',
  address: '127.0.0.1:9',
  directAddress: null,
  draining: false,
  compats: {},
  load: { clients: 0, rooms: 0, delayMs: 0 },
};

/** One match on its way, over a database whose line can be cut, to a process that does what a test says. */
async function open() {
  const database = await createTestDatabase();
  const direct = openDatabase(database.url, { maxConnections: 2 });
  const proxy = await TcpProxy.to(Number(new URL(database.url).port));
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const line = openDatabase(url.href, { maxConnections: 2 });
  // The pool has a connection.
  await line.db.execute(sql`select 1`);
  const matchId = await insertMatch(direct, { owner: SOURCE, recordedBy: SOURCE, epoch: 3 });
  /** What became of the room here, and what the other process was told. */
  const seen: string[] = [];
  const bed = {
    proxy,
    matchId,
    seen,
    isHere: true,
    /** While the match is between the two. */
    onReceive: async (): Promise<void> => {},
    recorded: true,
    match: async () => (await direct.db.select().from(matches).where(eq(matches.id, matchId)))[0],
    set: (fields: Partial<typeof matches.$inferInsert>) =>
      direct.db.update(matches).set(fields).where(eq(matches.id, matchId)),
    move: () => migration.move(matchId, TARGET),
    [Symbol.asyncDispose]: async () => {
      proxy.mend();
      await line.close();
      await proxy[Symbol.asyncDispose]();
      await direct.close();
      await database[Symbol.asyncDispose]();
    },
  };
  const record = { kind: 'full', matchId, epoch: 3, tick: 7, timeMs: 700, nextRefId: 9 } as const;
  const bytes = { state: new Uint8Array([1]), hidden: new Uint8Array([2]) };
  const reservation = { matchId, game: 'connect-four', epoch: 3, private: false, seed: 1, settings: {}, seats: [] };
  const migration = new Migration({
    db: line.db,
    incarnation: SOURCE,
    host: {
      epochOf: () => (bed.isHere ? 3 : null),
      handOver: async () => ({ record: { ...record, ...bytes }, timeMs: 700 }),
      takeBack: () => void seen.push('taken back'),
      depart: () => void seen.push('departed'),
    },
    calls: {
      call: async <Name extends keyof Calls>(_: unknown, name: Name): Promise<Calls[Name]['answer']> => {
        seen.push(name);
        if (name === 'receive') await bed.onReceive();
        return name === 'receive' ? { recorded: bed.recorded } : null;
      },
    },
    lateWords: { for: () => () => {} },
    reservationOf: async () => reservation,
    onMoved: () => void seen.push('moved'),
    logger: silent,
  });
  return bed;
}

const MOVED = ['receive', 'open', 'moved', 'departed'];
const REFUSED = ['receive', 'taken back', 'discard'];

test.each([
  ['that has recorded it', true, { recordedBy: TARGET.incarnation }],
  ['that could not record it yet', false, { recordedBy: SOURCE }],
])('a match moves to a process %s [CL-17]', async (_, recorded, fields) => {
  await using it = await open();
  it.recorded = recorded;
  expect(await it.move()).toBe('moved');
  expect(await it.match()).toMatchObject({ owner: TARGET.incarnation, epoch: 4, ...fields });
  expect(it.seen).toEqual(MOVED);
});

test('while the database is away a move stands still, and goes on when it is back [CL-101]', async () => {
  await using it = await open();
  it.onReceive = async () => it.proxy.cut();
  const moving = it.move();
  await waitFor(() => it.proxy.connections > 0 && it.seen.length > 0);
  expect(it.seen).toEqual(['receive']);
  expect(await it.match()).toMatchObject({ owner: SOURCE, epoch: 3 });
  it.proxy.mend();
  expect(await moving).toBe('moved');
  expect(it.seen).toEqual(MOVED);
  expect(await it.match()).toMatchObject({ owner: TARGET.incarnation, epoch: 4 });
});

test('a hand-over whose answer was lost has happened, once [CL-101]', async () => {
  await using it = await open();
  it.onReceive = async () => it.proxy.swallowAnswers();
  const moving = it.move();
  await waitFor(async () => (await it.match())?.epoch === 4);
  expect(it.seen).toEqual(['receive']);
  it.proxy.mend();
  expect(await moving).toBe('moved');
  expect(it.seen).toEqual(MOVED);
  expect(await it.match()).toMatchObject({ owner: TARGET.incarnation, epoch: 4 });
});

test('a match that ends while it is on its way is taken back, and the other process drops it [CL-101]', async () => {
  await using it = await open();
  it.onReceive = async () => void (await it.set({ state: 'finished' }));
  expect(await it.move()).toBe('refused');
  expect(it.seen).toEqual(REFUSED);
  expect(await it.match()).toMatchObject({ owner: SOURCE, epoch: 3, state: 'finished' });
});

test('after three processes that were not heard of again once they had it, a match moves no more [CL-17]', async () => {
  await using it = await open();
  it.onReceive = async () => {
    throw new PeerCallError('no', { failure: 'unknown' });
  };
  const outcomes: string[] = [];
  for (let times = 0; times < 4; times += 1) outcomes.push(await it.move());
  expect(outcomes).toEqual(['refused', 'refused', 'refused', 'stayed']);
});

test.each<CallFailure>(['refused', 'unreachable', 'unknown'])(
  'a process whose answer is `%s` does not get the match [CL-17]',
  async (failure) => {
    await using it = await open();
    it.onReceive = async () => {
      throw new PeerCallError('no', { failure });
    };
    expect(await it.move()).toBe('refused');
    expect(it.seen).toEqual(REFUSED);
    expect(await it.match()).toMatchObject({ owner: SOURCE, epoch: 3 });
  },
);
