import { expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { boardOf, playConnectFour, type Seated } from './stock-players.ts';
import { faultsOf, SdkTeller, StockTeller } from './tellers.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 120_000;
const OPERATOR = 'operator-of-the-tests-of-moves';

async function start(processes: number) {
  const cluster = await GyreCluster.start({
    processes,
    entry: 'tests/cluster/moves-process.ts',
    env: { GYRE_OPERATOR_TOKEN: OPERATOR },
  });
  const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
  const front = await Front.listen({ port: 0, host: '127.0.0.1', targets });
  const beforeEnd: (() => void)[] = [];
  return {
    cluster,
    endpoint: `http://127.0.0.1:${front.port}`,
    beforeEnd,
    /** Closed with the cluster. */
    use<T extends { close(): void }>(client: T): T {
      beforeEnd.push(() => client.close());
      return client;
    },
    incarnationOf: async ({ port }: GyreProcess): Promise<string> => {
      const [row] = await cluster.query<{ incarnation: string }>(
        `select incarnation from processes where address like $1 and state = 'alive'`,
        [`%:${port}`],
      );
      return row?.incarnation ?? '';
    },
    [Symbol.asyncDispose]: async () => {
      for (const prepare of beforeEnd) prepare();
      await front.close();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** An operator's order to one process, to drain itself or another. */
async function drain(process: GyreProcess, incarnation: string | null, token = OPERATOR): Promise<number> {
  const { status } = await fetch(`${process.endpoint}/v1/admin/drain`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(incarnation === null ? {} : { incarnation }),
  });
  return status;
}

/** Two of our SDK and one of the stock one in a match, one of each who watch it, and all who can talk do. */
async function tallies(it: Awaited<ReturnType<typeof start>>) {
  const { endpoint } = it;
  const ann = it.use(await SdkTeller.play(endpoint));
  const lobbyId = ann.gyre.lobby?.id ?? '';
  const bob = it.use(await SdkTeller.play(endpoint, lobbyId));
  const cid = it.use(await StockTeller.join(endpoint, lobbyId));
  const watchers = [
    it.use(await SdkTeller.watch(endpoint, ann.match.id)),
    it.use(await StockTeller.watch(endpoint, ann.match.id)),
  ] as const;
  for (const teller of [ann, bob, cid]) teller.talk();
  await waitFor(() => watchers.every(({ state }) => [0, 1, 2].every((seat) => (state.tallies[seat]?.count ?? 0) > 5)));
  return { matchId: ann.match.id, lobbyId, ann, bob, cid, watchers };
}

async function deathsOf({ cluster }: Awaited<ReturnType<typeof start>>): Promise<number> {
  const [row] = await cluster.query<{ sum: number }>('select sum(deaths + unclean_deaths)::int as sum from matches');
  return row?.sum ?? -1;
}

test(
  'a rolling restart of all processes while matches run: nobody is lost, no step undone, every word counts once [CL-17, CL-92, CL-93]',
  async () => {
    await using it = await start(2);
    const { cluster } = it;
    const board = await playConnectFour(it);
    const seen = boardOf(board.seats[0] as Seated);
    const { ann, bob, cid, watchers, matchId, lobbyId } = await tallies(it);
    const objects = [...ann.state.tallies];
    const leaver = it.use(await StockTeller.join(it.endpoint, lobbyId));
    const late: StockTeller[] = [];
    for (const process of cluster.processes) {
      const stopped = process.stop();
      // Just while it moves.
      if (late.length === 0) void leaver.room.leave();
      late.push(it.use(await StockTeller.join(it.endpoint, lobbyId)).talk());
      if ((await stopped) !== 0) throw new Error(process.output);
      await process.start();
    }
    expect(await faultsOf([ann, bob, cid, ...late], ann.state)).toEqual([]);
    await waitFor(() => [ann, bob].every(({ asked, answered }) => asked === answered && asked > 0));
    expect(watchers.map(({ state }) => state.tallies[0]?.sum)).toEqual(
      [ann.said, ann.said].map((n) => (n * (n + 1)) / 2),
    );
    for (const { epochs, undone, match } of [ann, bob, watchers[0]]) {
      expect([undone, match.view.closeReason]).toEqual([0, null]);
      expect(epochs).toEqual(epochs.map((_, index) => (epochs[0] ?? 0) + index));
    }
    expect(ann.epochs.length).toBeGreaterThan(1);
    expect((await cluster.match(matchId))?.epoch).toBe(ann.epochs.at(-1));
    expect(
      [cid, watchers[1], ...late].flatMap(({ closings }) => closings).filter((code) => code !== 'drop 4010'),
    ).toEqual([]);
    expect(leaver.closings.filter((code) => code !== 'drop 4010')).toEqual(['leave 4000']);
    expect(objects.map((object, index) => object === ann.state.tallies[index])).toEqual(objects.map(() => true));
    expect(board.seats.map(boardOf)).toEqual([seen, seen]);
    expect(
      board.seats.flatMap(({ events }) => events).filter((event) => !/^(reconnect|drop 4010)$/.test(event)),
    ).toEqual([]);
    expect(await deathsOf(it)).toBe(0);
  },
  LONG_MS,
);
