import { expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { LonePlayer } from './lone-player.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 360_000;
const entry = 'tests/cluster/poison-process.ts';

/** A cluster whose processes are started again whenever they end, as by a supervisor. */
async function start(env: Readonly<Record<string, string>> = {}) {
  const cluster = await GyreCluster.start({ processes: 3, entry, env });
  const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
  const front = await Front.listen({ port: 0, host: '127.0.0.1', targets });
  const supervision = { ended: false, deaths: 0 };
  const supervise = async (process: GyreProcess): Promise<void> => {
    for (;;) {
      await process.ended();
      if (supervision.ended) return;
      supervision.deaths += 1;
      // It may end again before it was ready.
      await process.start().catch(() => undefined);
    }
  };
  const supervised = cluster.processes.map(supervise);
  const players: LonePlayer[] = [];
  return {
    cluster,
    supervision,
    play: async (game: string) => {
      const player = await LonePlayer.play(`http://127.0.0.1:${front.port}`, game);
      players.push(player);
      return player;
    },
    /** Ends all of them in order, when all are there. */
    stop: async () => {
      const isReady = async ({ endpoint }: GyreProcess) => (await fetch(`${endpoint}/readyz`)).ok;
      const allReady = async () => (await Promise.all(cluster.processes.map(isReady))).every(Boolean);
      await waitFor(allReady, { what: 'all processes', timeoutMs: 60_000, everyMs: 100 });
      supervision.ended = true;
      const codes = await Promise.all(cluster.processes.map((process) => process.stop()));
      await Promise.all(supervised);
      return codes;
    },
    [Symbol.asyncDispose]: async () => {
      supervision.ended = true;
      for (const player of players) player.giveUp();
      await front.close();
      await cluster[Symbol.asyncDispose]();
      await Promise.all(supervised);
    },
  };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Players of both games who count, and do no harm. */
async function innocents(it: Started): Promise<LonePlayer[]> {
  const players: LonePlayer[] = [];
  for (const game of ['tally', 'poison', 'tally', 'poison', 'tally', 'poison']) players.push(await it.play(game));
  for (const player of players) for (let times = 0; times < 3; times += 1) await player.add();
  return players;
}

/** All of them go on from where they were. */
async function goOn(players: readonly LonePlayer[], count: number): Promise<void> {
  await Promise.all(players.map((player) => player.add()));
  expect(players.map((player) => player.count)).toEqual(players.map(() => count));
  expect(players.map((player) => player.closedWith)).toEqual(players.map(() => undefined));
}

async function isCrashed(player: LonePlayer): Promise<void> {
  await player.ended();
  expect(await player.match()).toMatchObject({ state: 'abandoned', reason: 'crashed', result: null });
  const lobby = { state: 'open', reason: 'match-abandoned', matchId: null, lastMatchId: player.matchId };
  expect(await player.lobby()).toMatchObject(lobby);
}

async function rowsOf({ cluster }: Started, players: readonly LonePlayer[]) {
  const ids = players.map(({ matchId }) => matchId);
  const text =
    'select state, deaths, unclean_deaths as unclean, on_probation as watched from matches where id = any($1)';
  return await cluster.query<{ state: string; deaths: number; unclean: number; watched: boolean }>(text, [ids]);
}

/** It loops until it is given up: each time the match is back, its player does the same again. */
async function loopAgainAndAgain(player: LonePlayer): Promise<void> {
  const loopedIn = new Set<number>();
  const loop = (): boolean => {
    if (player.closedWith !== undefined) return true;
    if (!loopedIn.has(player.epoch) && player.room.connection.isOpen) {
      loopedIn.add(player.epoch);
      player.room.send('loop');
    }
    return false;
  };
  await waitFor(loop, { what: 'the looping match to be given up', timeoutMs: 120_000, everyMs: 50 });
}

test(
  'games that throw, loop or never come back cost what they do themselves, and nobody else anything [CL-15, CL-77, CL-78, CL-81]',
  async () => {
    await using it = await start();
    const harmless = await innocents(it);
    const [throws, loops, hangs] = [await it.play('poison'), await it.play('poison'), await it.play('poison')];

    for (let faults = 0; faults < 4; faults += 1) throws.room.send('throw');
    await throws.add();
    throws.room.send('throw');
    await isCrashed(throws);
    expect(it.supervision.deaths).toBe(0);

    hangs.room.send('hang');
    await hangs.add();
    // It comes to another process, which can't get past it.
    const moving = it.cluster.ownerOf(hangs.matchId).then((owner) => owner.stop());
    await Promise.all([loopAgainAndAgain(loops), hangs.ended(undefined, 120_000), moving]);
    await isCrashed(loops);
    await isCrashed(hangs);
    await goOn(harmless, 4);

    const named = await it.cluster.query<{ suspect: string; times: number }>(
      'select suspect, count(*)::int as times from processes where suspect is not null group by suspect',
    );
    const timesOf = ({ matchId }: LonePlayer) => named.find(({ suspect }) => suspect === matchId)?.times;
    expect([named.length, timesOf(loops)]).toEqual([2, 3]);
    expect(timesOf(hangs)).toBeGreaterThanOrEqual(3);
    // The cause of each death was known: nobody else is suspected of anything.
    const blameless = { state: 'playing', deaths: 0, unclean: 0, watched: false };
    expect(await rowsOf(it, harmless)).toEqual(harmless.map(() => blameless));
  },
  LONG_MS,
);

test(
  'a game that eats all memory is found out, and all others survive it; a clean stop leaves nobody under suspicion [CL-15, CL-79, CL-80]',
  async () => {
    await using it = await start({ NODE_OPTIONS: '--max-old-space-size=128' });
    const harmless = await innocents(it);
    const eats = await it.play('poison');
    eats.room.send('eat');
    await eats.ended(undefined, 240_000);
    await isCrashed(eats);
    expect((await rowsOf(it, [eats]))[0]?.deaths).toBeGreaterThanOrEqual(3);
    const newcomer = await it.play('tally');
    await goOn(harmless, 4);
    const isClear = async () => (await rowsOf(it, harmless)).every(({ unclean, watched }) => unclean === 0 && !watched);
    await waitFor(isClear, { what: 'all to be cleared', timeoutMs: 60_000, everyMs: 100 });

    expect(await it.stop()).toEqual([0, 0, 0]);
    const parked = await rowsOf(it, [...harmless, newcomer]);
    expect(parked.map(({ state, unclean }) => [state, unclean])).toEqual(parked.map(() => ['playing', 0]));
  },
  LONG_MS,
);
