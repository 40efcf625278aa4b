import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { boardOf, type Played, playConnectFour, type Seated } from './stock-players.ts';
import { Ticker } from './ticking-players.ts';
import { Writer } from './writers.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

/** One cluster with its matches goes through all of it, one fault after the other. */
const LONG_MS = 120_000;
const PATIENT = { timeoutMs: 30_000 } as const;

let postgres: OwnPostgres;
let cluster: GyreCluster;
let front: Front;
const beforeEnd: (() => void)[] = [];
let tickers: Ticker[];
let writers: Writer[];
let board: Played;

beforeAll(async () => {
  postgres = await OwnPostgres.start();
  cluster = await GyreCluster.start({
    database: postgres,
    entry: 'tests/cluster/ticking-process.ts',
    persistentRedis: true,
  });
  const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
  front = await Front.listen({ port: 0, host: '127.0.0.1', targets });
  const endpoint = `http://127.0.0.1:${front.port}`;
  tickers = [await Ticker.play(endpoint, 'ticking'), await Ticker.play(endpoint, 'ticking-loosely')];
  board = await playConnectFour({ endpoint, beforeEnd }, { turnMs: 120_000 });
  writers = cluster.processes.map((each) => new Writer(each.endpoint));
}, LONG_MS);

afterAll(async () => {
  await Promise.all(writers?.map((writer) => writer.stop()) ?? []);
  for (const ticker of tickers ?? []) ticker[Symbol.dispose]();
  for (const prepare of beforeEnd) prepare();
  await front?.close();
  await (cluster ?? postgres)?.[Symbol.asyncDispose]();
}, LONG_MS);

const moved = (): Promise<unknown> => Promise.all(tickers.map((ticker) => ticker.moves()));
const seat = (index: number): Seated => board.seats[index] as Seated;

const discs = (index: number): number => boardOf(seat(index)).cells.filter(Boolean).length;

/** The one whose turn it is drops, and both see it. Column after column: nobody has four in a row with these few. */
async function drop(): Promise<void> {
  const [before, { turn }] = [discs(0), boardOf(seat(0))];
  const answer = (): Promise<unknown> =>
    seat(turn).room.request('drop', { column: Math.floor(before / 6) }, { timeout: 2_000 });
  await waitFor(async () => ((await answer()) as { ok: boolean }).ok || discs(0) > before, PATIENT);
  await waitFor(() => discs(0) === before + 1 && discs(1) === before + 1, PATIENT);
}

/** Everything works as if nothing had been: nobody was declared dead, and no match changed hands. */
async function expectHealed(): Promise<void> {
  await waitFor(async () => (await statuses()).every((status) => status === 200), { what: 'readiness', ...PATIENT });
  const before = writers.map(({ acknowledged }) => acknowledged.length);
  await waitFor(
    () => writers.every(({ acknowledged }, index) => acknowledged.length > (before[index] ?? 0) + 2),
    PATIENT,
  );
  await Promise.all([moved(), drop()]);
  expect(writers.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(await cluster.query('select state, epoch from matches')).toEqual(
    Array.from({ length: 3 }, () => ({ state: 'playing', epoch: 1 })),
  );
  expect(await cluster.query(`select state from processes`)).toEqual([{ state: 'alive' }, { state: 'alive' }]);
  expect(tickers.map(({ undone }) => undone)).toEqual([0, 0]);
}

async function statuses(): Promise<readonly number[]> {
  return await Promise.all(cluster.processes.map(async ({ endpoint }) => (await fetch(`${endpoint}/readyz`)).status));
}

/** Every process refuses what needs the database, and says that it is not ready. */
async function refused(): Promise<void> {
  const before = writers.map(({ refusals }) => refusals);
  await waitFor(() => writers.every(({ refusals }, index) => refusals > (before[index] ?? 0) + 3), PATIENT);
  await waitFor(async () => (await statuses()).every((status) => status === 503), PATIENT);
}

async function stoodStill(): Promise<void> {
  const last = (): number => Math.max(...tickers.map(({ sights }) => sights.at(-1)?.atMs ?? 0));
  await waitFor(() => performance.now() - last() > 1_500, { what: 'the standstill', ...PATIENT });
}

test(
  'a Redis that hangs, is away or comes back with nothing holds up no match and no request [CL-70]',
  async () => {
    cluster.redis.pause();
    await moved();
    cluster.redis.resume();
    await expectHealed();
    await cluster.redis.stop();
    await moved();
    await cluster.redis.start();
    await expectHealed();
    await cluster.redis.stop();
    await cluster.redis.forget();
    await cluster.redis.start();
    await expectHealed();
  },
  LONG_MS,
);

test(
  'a PostgreSQL that is restarted, whichever way, or away for longer than the dead are silent: matches go on, what needs it is refused, and nobody is declared dead [CL-71]',
  async () => {
    for (const mode of ['fast', 'immediate'] as const) {
      await postgres.stop(mode);
      await postgres.start();
      await expectHealed();
    }
    await postgres.stop('kill');
    await refused();
    for (let seconds = 0; seconds < 6; seconds += 1) await moved();
    await postgres.start();
    await expectHealed();
  },
  LONG_MS,
);

test(
  'what needs a PostgreSQL that hangs is refused while it does, and all connections are good afterwards [CL-72]',
  async () => {
    await postgres.pause();
    await refused();
    await moved();
    await postgres.resume();
    await expectHealed();
  },
  LONG_MS,
);

test(
  'without both stores matches stand still, then their sockets are closed with 4010; with either back they go on [CL-16, CL-73]',
  async () => {
    // The very Redis: one that was started anew proves nothing without the database.
    cluster.redis.pause();
    await postgres.stop('fast');
    await stoodStill();
    const { events } = seat(0);
    const before = events.length;
    await waitFor(() => events.slice(before).includes('drop 4010'), { what: 'to be sent away', ...PATIENT });
    cluster.redis.resume();
    await moved();
    await cluster.redis.stop();
    await stoodStill();
    await postgres.start();
    await moved();
    await cluster.redis.start();
    await expectHealed();
  },
  LONG_MS,
);

test(
  'after all of it nothing is lost: writes, inputs, results, and what a crash is recovered from [CL-74]',
  async () => {
    const { room } = seat(boardOf(seat(0)).turn);
    await waitFor(() => room.request('resign', undefined, { timeout: 2_000 }), PATIENT);
    await waitFor(async () => (await cluster.match(board.matchId))?.state === 'finished', PATIENT);
    await waitFor(() => board.seats.every(({ messages }) => messages.some(({ type }) => type === 'result')), PATIENT);
    await Promise.all(writers.map((writer) => writer.stop()));
    const [ticker] = tickers as [Ticker];
    await (await cluster.ownerOf(ticker.match.id)).kill();
    await waitFor(async () => (await cluster.match(ticker.match.id))?.epoch === 2, PATIENT);
    await ticker.moves();
    expect([await ticker.quiet(), ticker.undone]).toEqual([0, 0]);
    const names = (await cluster.query<{ display_name: string }>('select display_name from players')).map(
      ({ display_name: name }) => name,
    );
    expect(writers.flatMap(({ acknowledged }) => acknowledged).filter((name) => !names.includes(name))).toEqual([]);
  },
  LONG_MS,
);
