import { expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { boardOf, type Lobby, Player, playConnectFour, type Seated } from './stock-players.ts';
import { faultsOf, SdkTeller, StockTeller } from './tellers.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 120_000;
const OPERATOR = 'operator-of-the-tests-of-moves';

async function start(processes: number, { direct = false } = {}) {
  const cluster = await GyreCluster.start({
    processes,
    direct,
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
    await waitFor(() => [ann, bob].every(({ asked, answered }) => asked === answered && asked > 0), {
      timeoutMs: 30_000,
    });
    const sum = (ann.said * (ann.said + 1)) / 2;
    await waitFor(() => watchers.every(({ state }) => state.tallies[0]?.sum === sum), { timeoutMs: 30_000 });
    await waitFor(() => board.seats.every(({ events }) => events.at(-1) !== 'drop 4010'), { timeoutMs: 30_000 });
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

/** Until it is where it should be, in which epoch it should be, and everyone hears it from there. */
async function isAt(
  { cluster }: Awaited<ReturnType<typeof start>>,
  { match, epoch, owner }: { match: SdkTeller; epoch: number; owner: GyreProcess },
): Promise<void> {
  const reached = async (): Promise<true> => {
    const now = await cluster.match(match.match.id);
    if (now?.epoch !== epoch) throw new Error(`the match is at ${JSON.stringify(now)}`);
    return true;
  };
  await waitFor(reached, { what: `epoch ${epoch}`, timeoutMs: 30_000 });
  expect(await cluster.ownerOf(match.match.id)).toBe(owner);
  await waitFor(() => match.epochs.at(-1) === epoch, { what: `epoch ${epoch}`, timeoutMs: 30_000 });
}

test(
  'whoever fails in the middle of a move, the match has one owner, goes on, and loses nothing [CL-17, CL-94, CL-95]',
  async () => {
    await using it = await start(1);
    const { cluster } = it;
    const match = it.use(await SdkTeller.play(it.endpoint)).talk();
    const stock = it.use(await StockTeller.join(it.endpoint, match.gyre.lobby?.id ?? '')).talk();

    // One can't make the room, one dies when it is given it, one stands still: the fourth takes it.
    const refusing = await cluster.add({ env: { REFUSES: '1' } });
    const dying = await cluster.add({ env: { DIE_AT: 'receive' } });
    const still = await cluster.add({ env: { DIE_AT: 'open' } });
    const dyingSource = await cluster.add({ env: { DIE_AT: 'depart' } });
    still.suspend();
    expect(await cluster.at(0).stop()).toBe(0);
    still.resume();
    await isAt(it, { match, epoch: 2, owner: dyingSource });
    expect([dying.isAlive, still.isAlive]).toEqual([false, true]);
    expect(await faultsOf([match, stock], match.state)).toEqual([]);
    await refusing.kill();
    match.talk();

    // The match is its by SQL, and it dies before it has opened the room. The rest of the words are those with numbers.
    const heir = await cluster.add();
    dyingSource.terminate();
    await isAt(it, { match, epoch: 4, owner: heir });
    expect([still.isAlive, await dyingSource.ended()]).toEqual([false, null]);
    expect(await faultsOf([match], match.state)).toEqual([]);
    expect([match.undone, match.match.view.closeReason]).toEqual([0, null]);
    expect(match.epochs).toEqual([1, 2, 4]);
  },
  LONG_MS,
);

test(
  'an order to drain is as good as a signal, new matches begin meanwhile, and processes that all stop park quickly [CL-17, CL-96]',
  async () => {
    await using it = await start(2);
    const { cluster } = it;
    const [first, second] = [cluster.at(0), cluster.at(1)];
    expect(await drain(first, null, 'someone-else-altogether')).toBe(401);
    expect(await drain(first, 'i_nobody')).toBe(404);
    const board = await playConnectFour(it);
    const counting = await gather(it.endpoint);
    await counting.host.call(`POST /lobbies/${counting.id}/start`, { countdownMs: 1_500 });
    const gathered = await Promise.all([1, 2, 3].map(() => gather(it.endpoint)));
    expect(await drain(first, await it.incarnationOf(second))).toBe(202);
    for (const { host, id } of gathered) await host.call(`POST /lobbies/${id}/start`, { countdownMs: 0 });
    expect(await second.ended()).toBe(0);
    for (const each of [counting, ...gathered]) expect(await matchOf(each)).toMatchObject({ reason: null });
    await second.start();
    expect(await drain(first, null)).toBe(202);
    expect(await first.ended()).toBe(0);
    expect(await cluster.ownerOf(board.matchId)).toBe(second);
    await first.start();

    const before = await cluster.query('select id, epoch from matches order by id');
    expect(await Promise.all(cluster.processes.map((process) => process.stop()))).toEqual([0, 0]);
    const parked = await cluster.query(`select id from matches where state = 'playing' and owner is null`);
    expect(parked).toHaveLength(before.length);
    await Promise.all(cluster.processes.map((process) => process.start()));
    for (const { id } of before) await cluster.ownerOf(id as string);
    expect(await cluster.query('select distinct state, reason from matches')).toEqual([
      { state: 'playing', reason: null },
    ]);
    expect(await deathsOf(it)).toBe(0);
    const isBack = ({ events }: Seated) => events.at(-1) === 'reconnect';
    await waitFor(() => board.seats.every(isBack), { timeoutMs: 30_000 });
    expect(
      board.seats.flatMap(({ events }) => events).filter((event) => !/^(reconnect|drop 4010|drop 1006)$/.test(event)),
    ).toEqual([]);
  },
  LONG_MS,
);

test(
  'our SDK goes to the owner itself, and finds it again after a move, a death, and where another lives by now [CL-97]',
  async () => {
    await using it = await start(2, { direct: true });
    const { cluster } = it;
    const dialled: string[] = [];
    class Noted extends WebSocket {
      constructor(url: string) {
        super(url);
        this.addEventListener('open', () => dialled.push(url));
      }
    }
    const ann = it.use(await SdkTeller.play(it.endpoint, null, Noted)).talk();
    const last = () => new URL(dialled.findLast((url) => url.includes(ann.match.id)) ?? '').port;
    const owner = await cluster.ownerOf(ann.match.id);
    const other = cluster.otherThan(owner);
    expect(last()).toBe(String(owner.port));
    expect(await owner.stop()).toBe(0);
    await isAt(it, { match: ann, epoch: 2, owner: other });
    expect(last()).toBe(String(other.port));
    await owner.start();
    await other.kill();
    await isAt(it, { match: ann, epoch: 3, owner });
    expect(await faultsOf([ann], ann.state)).toEqual([]);
    expect([ann.undone, ann.epochs, ann.match.view.closeReason]).toEqual([0, [1, 2, 3], null]);
  },
  LONG_MS,
);

/** Two in a lobby that may start. */
async function gather(endpoint: string) {
  const [host, guest] = [await Player.signIn(endpoint, 'Host'), await Player.signIn(endpoint, 'Guest')];
  const { id } = await host.call<Lobby>('POST /lobbies', { game: 'connect-four' });
  await guest.call(`PUT /lobbies/${id}/members/me`, {});
  await guest.call(`PATCH /lobbies/${id}/members/me`, { ready: true });
  return { host, id };
}

/** The lobby, once it is in its match. */
async function matchOf({ host, id }: Awaited<ReturnType<typeof gather>>): Promise<Lobby> {
  const look = async () => {
    const lobby = await host.call<Lobby>(`GET /lobbies/${id}`);
    if (lobby.state === 'open') throw new Error(`it is open again: ${lobby.reason}`);
    return lobby.state === 'in-match' ? lobby : null;
  };
  return await waitFor(look, { timeoutMs: 20_000 });
}
