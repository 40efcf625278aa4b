import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../support/wait-for.ts';
import { GyreProcess } from '../support/gyre-process.ts';
import { boardOf, type Lobby, type Played, playConnectFour, type Seated } from './stock-players.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 90_000;

/** The one whose turn it is drops into a column, and both see it. */
async function move({ seats }: Played, column: number): Promise<void> {
  const { turn, cells } = boardOf(at(seats, 0));
  const before = cells.filter(Boolean).length;
  const answer = await at(seats, turn).room.request('drop', { column });
  expect(answer).toEqual({ ok: true });
  await waitFor(() => seats.every((seat) => boardOf(seat).cells.filter(Boolean).length === before + 1));
}

/** The first to move fills column 0, the other column 1. */
async function playToTheEnd(played: Played): Promise<void> {
  while (at(played.seats, 0).messages.every(({ type }) => type !== 'result')) {
    const { turn, cells } = boardOf(at(played.seats, 0));
    const mine = cells.filter((cell) => cell === turn + 1).length;
    const theirs = cells.filter(Boolean).length - mine;
    const column = mine === theirs ? 0 : 1;
    if (mine === 3 && column === 0) {
      await at(played.seats, turn).room.request('drop', { column });
      await waitFor(() => played.seats.every(({ messages }) => messages.some(({ type }) => type === 'result')));
    } else {
      await move(played, column);
    }
  }
}

async function allBack(seats: readonly Seated[]): Promise<void> {
  await waitFor(() => seats.every(({ events }) => events.at(-1) === 'reconnect'), {
    what: 'everybody',
    timeoutMs: 30_000,
  });
}

function at(seats: readonly Seated[], index: number): Seated {
  const seat = seats[index];
  if (seat === undefined) throw new RangeError(`no seat ${index}`);
  return seat;
}

test(
  'kill -9 in the middle of a match, on the embedded database: the same seats, the same board, played to its end [SV-2, SE-9]',
  async () => {
    await using gyre = await GyreProcess.start({ embedded: true });
    const played = await playConnectFour(gyre);
    const { lobbyId, matchId, seats } = played;
    for (const column of [0, 1, 0]) await move(played, column);
    const before = boardOf(at(seats, 0));
    for (let kill = 1; kill <= 2; kill += 1) {
      await gyre.kill();
      await waitFor(() => seats.every(({ events }) => events.at(-1)?.startsWith('drop')));
      await gyre.start();
      await allBack(seats);
      expect(seats.map(boardOf)).toEqual([before, before]);
      expect(seats.map(({ room }) => room.sessionId)).toEqual(seats.map(({ sessionId }) => sessionId));
      const welcomes = () => at(seats, 0).messages.filter((message) => message.type === 'welcome');
      await waitFor(() => welcomes().length > kill, { what: 'the welcome' });
      expect(welcomes().at(-1)).toMatchObject({ seatIndex: 0, epoch: kill + 1 });
    }
    await playToTheEnd(played);
    const { player } = at(seats, 0);
    const match = await player.call<{ state: string; result: { placements: unknown[] } }>(`GET /matches/${matchId}`);
    expect([match.state, match.result.placements.length]).toEqual(['finished', 2]);
    expect(await player.call<Lobby>(`GET /lobbies/${lobbyId}`)).toMatchObject({
      state: 'open',
      reason: null,
      lastMatchId: matchId,
    });
  },
  LONG_MS,
);

test(
  'an outage longer than a turn costs nobody the turn [SV-4]',
  async () => {
    await using gyre = await GyreProcess.start();
    const played = await playConnectFour(gyre, { turnMs: 5_000 });
    await move(played, 3);
    const before = boardOf(at(played.seats, 0));
    await gyre.kill();
    const downSinceMs = performance.now();
    await waitFor(() => performance.now() - downSinceMs > 6_000, { everyMs: 100 });
    await gyre.start();
    await allBack(played.seats);
    expect(boardOf(at(played.seats, 1))).toEqual(before);
    await move(played, 3);
    expect(at(played.seats, 0).messages.some(({ type }) => type === 'result')).toBe(false);
  },
  LONG_MS,
);

test(
  'SIGTERM parks a match: clients are told to come back, and find it as it was [ST-8, SV-5]',
  async () => {
    await using gyre = await GyreProcess.start();
    const played = await playConnectFour(gyre);
    for (const column of [3, 3]) await move(played, column);
    const before = boardOf(at(played.seats, 0));
    expect(await gyre.stop()).toBe(0);
    await waitFor(() => played.seats.every(({ events }) => events[0] === 'drop 4010'));
    await gyre.start();
    await allBack(played.seats);
    expect(played.seats.map(boardOf)).toEqual([before, before]);
    await move(played, 3);
  },
  LONG_MS,
);

test(
  'a match of another build is abandoned: its sockets get 4108, its lobby opens with match-abandoned [SV-6]',
  async () => {
    await using gyre = await GyreProcess.start();
    const { lobbyId, matchId, seats } = await playConnectFour(gyre);
    await gyre.stop();
    const client = new pg.Client({ connectionString: gyre.databaseUrl ?? '' });
    await client.connect();
    await client.query(`update matches set compat = 'a build before' where id = $1`, [matchId]);
    await client.end();
    await gyre.start();
    await waitFor(() => seats.every(({ events }) => events.at(-1) === 'leave 4108'), { what: '4108' });
    const { player } = at(seats, 0);
    expect(await player.call(`GET /matches/${matchId}`)).toMatchObject({
      state: 'abandoned',
      reason: 'incompatible-build',
    });
    expect(await player.call<Lobby>(`GET /lobbies/${lobbyId}`)).toMatchObject({
      state: 'open',
      reason: 'match-abandoned',
      matchId: null,
      lastMatchId: matchId,
    });
  },
  LONG_MS,
);
