import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { Player, type Seated } from './stock-players.ts';
import { reigns, Ticker } from './ticking-players.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

/** One cluster goes through all of it: each fault has the process that owns the matches by then, and a new one beside it. */
const LONG_MS = 120_000;
const PATIENT = { timeoutMs: 30_000 } as const;
const GAMES = ['ticking', 'ticking-loosely'] as const;

/** A process, and its ways to the stores. */
interface Member {
  readonly process: GyreProcess;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
}

let cluster: GyreCluster;
const fronts: Front[] = [];
let owner: Member;
/** A balancer has found that it doesn't answer. */
let shunned: GyreProcess | null = null;
let epoch = 1;
/** How often the owner has lost its matches while it played without a log. */
let unlogged = 0;
/** By game. */
const tickers = new Map<string, Ticker[]>(GAMES.map((game) => [game, []]));
let stock: Seated;
const proxies: TcpProxy[] = [];

async function add(): Promise<Member> {
  const database = new URL(cluster.databaseUrl);
  const postgres = await TcpProxy.to(Number(database.port));
  const redis = await TcpProxy.to(cluster.redis.port);
  proxies.push(postgres, redis);
  database.port = String(postgres.port);
  const env = { DATABASE_URL: database.href, REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  return { process: await cluster.add({ env }), postgres, redis };
}

/** An address that leads to one process for as long as it is there, and to any other after that. */
async function addressOf(preferred: () => GyreProcess): Promise<string> {
  const targets = () =>
    cluster.processes
      .filter((each) => each !== shunned)
      .map((each) => ({ port: each.port, isReady: each === preferred() }));
  const front = await Front.listen({ port: 0, host: '127.0.0.1', targets });
  fronts.push(front);
  return `http://127.0.0.1:${front.port}`;
}

/** A process more, and somebody in each match who comes by it. */
async function heirApparent(): Promise<Member> {
  const heir = await add();
  await join(await addressOf(() => heir.process));
  return heir;
}

/** Somebody more in each match, who comes by this address. */
async function join(endpoint: string): Promise<void> {
  for (const game of GAMES) tickers.get(game)?.push(await Ticker.play(endpoint, game));
}

const all = (): readonly Ticker[] => [...tickers.values()].flat();
const matchIds = (): readonly string[] => [...tickers.values()].flatMap(([first]) => first?.match.id ?? []);
const moved = (): Promise<unknown> => Promise.all(all().map((ticker) => ticker.moves()));

beforeAll(async () => {
  cluster = await GyreCluster.start({ processes: 0, entry: 'tests/cluster/ticking-process.ts' });
  owner = await add();
  const endpoint = await addressOf(() => owner.process);
  await join(endpoint);
  const player = await Player.signIn(endpoint, 'Stock');
  const [first] = all() as [Ticker];
  await player.call(`PUT /lobbies/${first.lobbyId}/members/me`, {});
  stock = await player.takeSeat(first.match.id);
}, LONG_MS);

afterAll(async () => {
  for (const ticker of all()) ticker[Symbol.dispose]();
  if (stock) stock.room.reconnection.enabled = false;
  for (const front of fronts) await front.close();
  await cluster?.[Symbol.asyncDispose]();
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
}, LONG_MS);

async function expectOwned(): Promise<void> {
  const { incarnation } = await incarnationOf(owner.process);
  for (const matchId of matchIds())
    expect(await cluster.match(matchId)).toMatchObject({ owner: incarnation, epoch, state: 'playing' });
  const undone = (game: string) => tickers.get(game)?.map((ticker) => ticker.undone) ?? [];
  expect(undone('ticking').filter((times) => times > unlogged)).toEqual([]);
  // That one may lose up to a second with each takeover.
  expect(undone('ticking-loosely').filter((times) => times >= epoch)).toEqual([]);
}

async function incarnationOf({ port }: GyreProcess): Promise<{ incarnation: string; state: string; sealed: boolean }> {
  const [row] = await cluster.query<{ incarnation: string; state: string; sealed: boolean }>(
    'select incarnation, state, sealed from processes where address like $1',
    [`%:${port}`],
  );
  if (row === undefined) throw new Error('it is not there');
  return row;
}

/** The newcomer has all matches, and everybody who came by it plays there. */
async function takenOverBy(heir: Member): Promise<void> {
  const { incarnation } = await incarnationOf(heir.process);
  for (const matchId of matchIds())
    await waitFor(async () => (await cluster.match(matchId))?.owner === incarnation, {
      what: 'the takeover',
      ...PATIENT,
    });
  epoch += 1;
  await Promise.all([...tickers.values()].flatMap((group) => group.slice(-1)).map((last) => last.moves()));
}

/** It ends by itself, and all who were its clients are sent to its heir, where nobody has lost anything. */
async function expectFenced(victim: Member, heir: Member): Promise<void> {
  expect(await victim.process.ended()).toBe(70);
  expect(await incarnationOf(victim.process)).toMatchObject({ state: 'dead', sealed: true });
  shunned = null;
  owner = heir;
  await moved();
  await waitFor(() => stock.events.at(-1) === 'reconnect', PATIENT);
  expect(stock.events.at(-2)).toBe('drop 4010');
  await expectOwned();
  // No frame of the old one came to anybody after the first of the new one.
  for (const group of tickers.values()) expect(reigns(group)).toEqual([...new Set(reigns(group))]);
}

test(
  'a process that is paused for less than 5 s, or cut from Redis alone, keeps its matches [CL-16, CL-76]',
  async () => {
    owner.process.suspend();
    await waitFor(() => all().every(({ sights }) => performance.now() - (sights.at(-1)?.atMs ?? 0) > 3_200));
    owner.process.resume();
    await moved();
    await expectOwned();
    owner.redis.cut();
    for (let seconds = 0; seconds < 6; seconds += 1) await moved();
    owner.redis.mend();
    const { incarnation } = await incarnationOf(owner.process);
    const entries = async () => Number(await cluster.redis.command('XLEN', `gyre:log:${incarnation}`));
    const before = await entries();
    await waitFor(async () => (await entries()) > before + 20, { what: 'records after the cut', ...PATIENT });
    await moved();
    await expectOwned();
  },
  LONG_MS,
);

test(
  'an owner that is paused for longer than 5 s has lost its matches: when it wakes up it lets nothing out, and ends [CL-12, CL-76]',
  async () => {
    const heir = await heirApparent();
    const victim = owner;
    victim.process.suspend();
    shunned = victim.process;
    await takenOverBy(heir);
    victim.process.resume();
    await expectFenced(victim, heir);
  },
  LONG_MS,
);

test(
  'an owner that is cut from PostgreSQL alone is sealed, and ends although it can not read why [CL-12, CL-76]',
  async () => {
    const heir = await heirApparent();
    const victim = owner;
    victim.postgres.cut();
    shunned = victim.process;
    await takenOverBy(heir);
    await expectFenced(victim, heir);
  },
  LONG_MS,
);

test(
  'an owner that is cut from PostgreSQL and then, just before it is declared dead, from Redis plays on beside nobody [CL-16, CL-76]',
  async () => {
    const heir = await heirApparent();
    const victim = owner;
    victim.postgres.cut();
    shunned = victim.process;
    const { incarnation } = await incarnationOf(victim.process);
    const stateNow = async () => (await incarnationOf(victim.process)).state;
    await waitFor(async () => (await stateNow()) === 'dead', { ...PATIENT, everyMs: 1 });
    victim.redis.cut();
    await takenOverBy(heir);
    expect(await cluster.redis.command('EXISTS', `gyre:log:${incarnation}`)).toBe(0);
    await moved();
    victim.redis.mend();
    await expectFenced(victim, heir);
    // Whatever was said in all this time was heard, once and in order.
    for (const ticker of tickers.get('ticking') ?? []) expect(await ticker.quiet()).toBe(0);
  },
  LONG_MS,
);

test(
  'an owner that is cut from both stores stands still before others take over, and ends when it learns of it [CL-16, CL-76]',
  async () => {
    const heir = await heirApparent();
    const victim = owner;
    victim.postgres.cut();
    victim.redis.cut();
    shunned = victim.process;
    // What it lets out in its last three seconds is in no log.
    unlogged += 1;
    await takenOverBy(heir);
    // Before it can learn anything, it sends everybody away.
    await moved();
    expect(victim.process.isAlive).toBe(true);
    victim.postgres.mend();
    await expectFenced(victim, heir);
  },
  LONG_MS,
);
