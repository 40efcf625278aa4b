import { expect, jest, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { makeNextBuild, NEW_COLUMN } from '../support/next-build.ts';
import { waitFor } from '../support/wait-for.ts';
import { LonePlayer } from './lone-player.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 180_000;
const entry = 'tests/cluster/upgrade-process.ts';
const env = { GYRE_DRAIN_TIMEOUT_MS: '4000' };

/** One process of this build, and an address that everybody uses. */
async function start() {
  await using begun = new AsyncDisposableStack();
  const next = begun.use(await makeNextBuild());
  const cluster = begun.use(await GyreCluster.start({ processes: 1, entry, env }));
  let favourite: GyreProcess | null = null;
  const targets = () =>
    cluster.processes
      .filter(({ isAlive }) => isAlive)
      .map((process) => ({ port: process.port, isReady: favourite === null || process === favourite }));
  const front = begun.use(await Front.listen({ port: 0, host: '127.0.0.1', targets }));
  const players: LonePlayer[] = [];
  const gather = async (game: string) => {
    const begin = await LonePlayer.gather(`http://127.0.0.1:${front.port}`, game);
    return async () => {
      const player = await begin();
      players.push(player);
      return player;
    };
  };
  begun.defer(() => players.forEach((player) => player.giveUp()));
  const held = begun.move();
  return {
    cluster,
    addNext: (more: Readonly<Record<string, string>> = {}) =>
      cluster.add({ entry: next.entry, env: { ...env, ...more } }),
    gather,
    play: async (game: string) => await (await gather(game))(),
    again: async (player: LonePlayer) => {
      const another = await player.again();
      players.push(another);
      return another;
    },
    /** Everybody asks this process, as long as it takes requests. */
    favour: (process: GyreProcess | null) => {
      favourite = process;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

type Started = Awaited<ReturnType<typeof start>>;

async function everybodyAdds(players: readonly LonePlayer[]): Promise<void> {
  const before = players.map(({ count }) => count);
  await Promise.all(players.map((player) => player.add()));
  expect(players.map(({ count }) => count)).toEqual(before.map((count) => count + 1));
}

async function isIn({ cluster }: Started, process: GyreProcess, players: readonly LonePlayer[]): Promise<void> {
  for (const { matchId } of players) expect((await cluster.ownerOf(matchId)).port).toBe(process.port);
}

async function endedAs(player: LonePlayer, reason: 'deploy' | 'incompatible-build'): Promise<void> {
  await player.ended(reason === 'deploy' ? CloseCode.matchAbandoned : CloseCode.incompatibleBuild);
  expect(await player.match()).toMatchObject({ state: 'abandoned', reason, result: null });
  const lobby = { state: 'open', reason: 'match-abandoned', matchId: null, lastMatchId: player.matchId };
  expect(await player.lobby()).toMatchObject(lobby);
}

async function isDraining({ cluster }: Started, { port }: GyreProcess): Promise<boolean> {
  const text = `select 1 from processes where address like $1 and state = 'draining'`;
  return (await cluster.query(text, [`%:${port}`])).length > 0;
}

test(
  'a rolling deploy with a migration and a changed game, a step back, and a full stop [CL-82, CL-83, CL-84]',
  async () => {
    await using it = await start();
    const first = it.cluster.at(0);
    const kept = [await it.play('kept'), await it.play('kept')];
    const changed = [await it.play('changed'), await it.play('changed')];
    const all = [...kept, ...changed];
    await everybodyAdds(all);

    // The new build changes the database under the old one, and the old one starts on what it finds then.
    const newer = await it.addNext();
    const columns = `select 1 from information_schema.columns where table_name = 'matches' and column_name = $1`;
    expect(await it.cluster.query(columns, [NEW_COLUMN])).toHaveLength(1);
    await everybodyAdds(all);
    const last = await it.cluster.add();
    await everybodyAdds(all);

    expect(await first.stop()).toBe(0);
    await everybodyAdds(all);
    await isIn(it, last, changed);

    const startLate = await it.gather('changed');
    it.favour(last);
    const stopping = last.stop();
    await waitFor(() => isDraining(it, last), { what: 'the drain' });
    const late = await startLate();
    it.favour(null);
    expect(await stopping).toBe(0);
    for (const player of changed) await endedAs(player, 'deploy');
    const again = await it.again(changed[0] as LonePlayer);
    await everybodyAdds([...kept, late, again]);
    await isIn(it, newer, [...kept, late, again]);

    // A step back: the old build once more, with a match of its own.
    const back = await it.cluster.add();
    it.favour(back);
    const stranded = await it.play('changed');
    it.favour(null);
    await isIn(it, back, [stranded]);
    await stranded.add();
    await back.kill();
    await back.start();
    await everybodyAdds([stranded, late]);
    await isIn(it, back, [stranded]);

    expect(await Promise.all([back.stop(), newer.stop()])).toEqual([0, 0]);
    expect(await it.cluster.match(stranded.matchId)).toMatchObject({ state: 'playing', owner: null });
    await it.addNext({ GYRE_STRANDED_TIMEOUT_MS: '1000' });
    await everybodyAdds([...kept, late, again]);
    await endedAs(stranded, 'incompatible-build');
  },
  LONG_MS,
);
