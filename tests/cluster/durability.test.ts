import { expect, jest, test } from '@jest/globals';
import { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { boardOf, type Lobby, type Played, playConnectFour, type Seated } from './stock-players.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 90_000;

function start(durability: string): Promise<GyreProcess> {
  return GyreProcess.start({ entry: 'tests/cluster/durability-process.ts', env: { DURABILITY: durability } });
}

function at(seats: readonly Seated[], index: number): Seated {
  const seat = seats[index];
  if (seat === undefined) throw new RangeError(`no seat ${index}`);
  return seat;
}

const discs = (seat: Seated): number => boardOf(seat).cells.filter(Boolean).length;

/** The one whose turn it is drops into a column, and both see it. */
async function move({ seats }: Played, column: number): Promise<void> {
  const { turn } = boardOf(at(seats, 0));
  const before = discs(at(seats, 0));
  expect(await at(seats, turn).room.request('drop', { column })).toEqual({ ok: true });
  await waitFor(() => seats.every((seat) => discs(seat) === before + 1));
}

async function expectAbandoned({ lobbyId, matchId, seats }: Played, reason: string): Promise<void> {
  const { player } = at(seats, 0);
  expect(await player.call(`GET /matches/${matchId}`)).toMatchObject({ state: 'abandoned', reason });
  expect(await player.call<Lobby>(`GET /lobbies/${lobbyId}`)).toMatchObject({
    state: 'open',
    reason: 'match-abandoned',
    matchId: null,
    lastMatchId: matchId,
  });
}

test(
  'kill -9 under a match of durability "snapshot", again and again: both go on from one board that they had, with their seats [CL-40, CL-42]',
  async () => {
    await using gyre = await start('snapshot');
    const played = await playConnectFour(gyre);
    const { seats } = played;
    const known = new Set([JSON.stringify(boardOf(at(seats, 0)).cells)]);
    for (let kill = 1; kill <= 3; kill += 1) {
      for (const column of [kill, kill + 1, kill]) {
        await move(played, column);
        known.add(JSON.stringify(boardOf(at(seats, 0)).cells));
      }
      await gyre.kill();
      await waitFor(() => seats.every(({ events }) => events.at(-1)?.startsWith('drop')));
      await gyre.start();
      await waitFor(() => seats.every(({ events }) => events.at(-1) === 'reconnect'), { timeoutMs: 30_000 });
      await waitFor(() => JSON.stringify(boardOf(at(seats, 0))) === JSON.stringify(boardOf(at(seats, 1))));
      expect([...known]).toContain(JSON.stringify(boardOf(at(seats, 1)).cells));
      expect(seats.map(({ room }) => room.sessionId)).toEqual(seats.map(({ sessionId }) => sessionId));
      const welcomes = () => at(seats, 0).messages.filter(({ type }) => type === 'welcome');
      await waitFor(() => welcomes().length > kill, { what: 'the welcome' });
      expect(welcomes().at(-1)).toMatchObject({ seatIndex: 0, epoch: kill + 1 });
    }
    const { turn } = boardOf(at(seats, 0));
    await at(seats, turn).room.request('resign');
    await waitFor(() => seats.every(({ messages }) => messages.some(({ type }) => type === 'result')));
  },
  LONG_MS,
);

test(
  'a clean stop takes nothing of a match of durability "snapshot" [CL-40]',
  async () => {
    await using gyre = await start('snapshot');
    const played = await playConnectFour(gyre);
    for (const column of [3, 3, 4]) await move(played, column);
    const before = boardOf(at(played.seats, 0));
    expect(await gyre.stop()).toBe(0);
    await gyre.start();
    await waitFor(() => played.seats.every(({ events }) => events.at(-1) === 'reconnect'), { timeoutMs: 30_000 });
    expect(played.seats.map(boardOf)).toEqual([before, before]);
    await move(played, 3);
  },
  LONG_MS,
);

test(
  'kill -9 ends a match of durability "none": abandoned as crashed, and its lobby is open again [CL-44]',
  async () => {
    await using gyre = await start('none');
    const played = await playConnectFour(gyre);
    await move(played, 3);
    await gyre.kill();
    await gyre.start();
    await waitFor(() => played.seats.every(({ events }) => events.at(-1) === 'leave 4107'), { timeoutMs: 30_000 });
    await expectAbandoned(played, 'crashed');
  },
  LONG_MS,
);

test(
  'a clean stop ends a match of durability "none" as a deploy, and tells its players [CL-44]',
  async () => {
    await using gyre = await start('none');
    const played = await playConnectFour(gyre);
    await move(played, 3);
    expect(await gyre.stop()).toBe(0);
    await waitFor(() => played.seats.every(({ events }) => events.at(-1) === 'leave 4107'));
    await gyre.start();
    await expectAbandoned(played, 'deploy');
  },
  LONG_MS,
);
