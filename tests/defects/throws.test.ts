import { expect, jest, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { boardOf, type Lobby, Player, playConnectFour, type Seated } from '../cluster/stock-players.ts';
import { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error'] as const) jest.spyOn(console, method).mockImplementation(() => {});

async function playTrap(gyre: GyreProcess): Promise<Seated> {
  const player = await Player.signIn(gyre.endpoint, 'Eve');
  const { id } = await player.call<Lobby>('POST /lobbies', { game: 'trap' });
  await player.call(`POST /lobbies/${id}/start`, { countdownMs: 0 });
  const matchId = await waitFor(async () => (await player.call<Lobby>(`GET /lobbies/${id}`)).matchId);
  const seat = await player.takeSeat(matchId);
  gyre.beforeEnd.push(() => (seat.room.reconnection.enabled = false));
  return seat;
}

test('[HD-2] a game that throws, at once, later, in a timer or on a dropped seat, ends neither the process nor another match', async () => {
  await using gyre = await GyreProcess.start({ entry: 'tests/defects/throwing-process.ts' });
  const { seats } = await playConnectFour(gyre);
  const trapped = await playTrap(gyre);
  let moves = 0;
  const expectOthersPlaying = async (): Promise<void> => {
    const mover = seats.find((seat) => boardOf(seat).turn === seat.seatIndex);
    expect(await mover?.room.request('drop', { column: moves % 7 })).toEqual({ ok: true });
    moves += 1;
    await waitFor(() => seats.every((seat) => boardOf(seat).cells.filter(Boolean).length === moves));
  };
  const faults = () => gyre.output.split('\n').filter((line) => line.includes('a game has thrown')).length;

  expect(await trapped.room.request('now')).toEqual({ ok: false, refused: 'internal' });
  await expectOthersPlaying();
  expect(await trapped.room.request('later')).toEqual({ ok: false, refused: 'internal' });
  await expectOthersPlaying();
  expect(await trapped.room.request('soon')).toEqual({ ok: true });
  await waitFor(() => faults() === 3);
  await expectOthersPlaying();
  trapped.room.connection.close();
  await waitFor(() => faults() === 4);
  await expectOthersPlaying();
  await waitFor(() => trapped.events.includes('reconnect'));
  // The fifth ends the match, which nobody else learns of.
  trapped.room.send('now');
  await waitFor(() => trapped.events.at(-1) === `leave ${CloseCode.matchAbandoned}`);
  await expectOthersPlaying();
  expect(seats.map(({ events }) => events)).toEqual([[], []]);
  expect(gyre.isAlive).toBe(true);
}, 60_000);
