import { expect, jest, test } from '@jest/globals';
import { Front } from '../../scripts/cluster/front.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import { waitFor } from '../support/wait-for.ts';
import { boardOf, type Played, playConnectFour, type Seated } from './stock-players.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 90_000;

/** A cluster, and the address that everybody uses. */
async function start(processes: number) {
  const cluster = await GyreCluster.start({ processes });
  const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
  const front = await Front.listen({ port: 0, host: '127.0.0.1', targets });
  const beforeEnd: (() => void)[] = [];
  return {
    cluster,
    front,
    play: () => playConnectFour({ endpoint: `http://127.0.0.1:${front.port}`, beforeEnd }),
    [Symbol.asyncDispose]: async () => {
      for (const prepare of beforeEnd) prepare();
      await front.close();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The one whose turn it is drops into a column, and both see it. */
async function move({ seats }: Played, column: number): Promise<void> {
  const { turn, cells } = boardOf(seats[0] as Seated);
  const before = cells.filter(Boolean).length;
  await waitFor(async () => {
    const answer = await (seats[turn] as Seated).room.request('drop', { column }, { timeout: 2_000 });
    return (answer as { ok: boolean }).ok;
  });
  await waitFor(() => seats.every((seat) => boardOf(seat).cells.filter(Boolean).length === before + 1));
}

async function allBack({ seats }: Played, epoch: number): Promise<void> {
  const epochOf = ({ messages }: Seated) => messages.findLast(({ type }) => type === 'welcome');
  await waitFor(() => seats.every((seat) => (epochOf(seat) as { epoch?: number } | undefined)?.epoch === epoch), {
    what: `everybody in epoch ${epoch}`,
    timeoutMs: 30_000,
  });
}

test(
  'kill -9 of the process that runs a match: another goes on with it, for the clients that were there [SV-2, CL-11, CL-14]',
  async () => {
    await using it = await start(2);
    const played = await it.play();
    for (const column of [0, 1, 0]) await move(played, column);
    const before = boardOf(played.seats[0] as Seated);
    const owner = await it.cluster.ownerOf(played.matchId);
    await owner.kill();
    await allBack(played, 2);
    expect(played.seats.map(boardOf)).toEqual([before, before]);
    expect(await it.cluster.ownerOf(played.matchId)).toBe(it.cluster.otherThan(owner));
    await move(played, 1);
  },
  LONG_MS,
);

test(
  'a process that is stopped gives its matches away first, and nobody loses a move [CL-17]',
  async () => {
    await using it = await start(2);
    const played = await it.play();
    for (const column of [0, 1, 0]) await move(played, column);
    const before = boardOf(played.seats[0] as Seated);
    const owner = await it.cluster.ownerOf(played.matchId);
    const code = await owner.stop();
    if (code !== 0) throw new Error(owner.output);
    await allBack(played, 2);
    expect(played.seats.map(boardOf)).toEqual([before, before]);
    await move(played, 1);
    expect(await it.cluster.match(played.matchId)).toMatchObject({ state: 'playing', epoch: 2 });
  },
  LONG_MS,
);
