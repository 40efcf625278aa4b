import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { WalkRoom } from '../../tests/support/walk-game.ts';
import type { Reservation } from './ports.ts';

const TIMED = 0x80;

const start = () => RealtimeServer.start({ rooms: { walk: WalkRoom } });

interface WalkState {
  readonly steps: number;
  readonly at: Readonly<Record<string, number>>;
  readonly note: string;
}

/** Another player joins; the match as it is then. */
function joined(server: RealtimeServer, match: Reservation): Reservation {
  const index = match.seats.length;
  const seat = { index, playerId: `p_late000${index}`, displayName: `Late ${index}`, team: null, isBot: false };
  server.host.addSeat(match.matchId, seat);
  return { ...match, seats: [...match.seats, seat] };
}

function watching(server: RealtimeServer, match: Reservation, playerId: string): RawSocket {
  const raw = RawSocket.to(server.endpoint, server.watcher(match, playerId));
  raw.socket.on('message', () => {
    if (raw.codes.at(-1) === CODE.join) raw.acknowledge();
  });
  return raw;
}

describe('a game on a grid', () => {
  test('sends each patch with the match time of its step, and stock clients read them [RM-16]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'walk' });
    const stock = await server.join(match, 0);
    const raw = RawSocket.to(server.endpoint, server.grant(match, 1));
    await waitFor(() => raw.codes.includes(CODE.join));
    raw.acknowledge();
    const timesMs = (): number[] =>
      raw.frames.filter((frame) => frame[0] === (CODE.patch | TIMED)).map((frame) => frame.readUInt32LE(1));
    await waitFor(() => timesMs().length >= 5);
    const gaps = timesMs()
      .slice(1)
      .map((timeMs, index) => timeMs - (timesMs()[index] ?? 0));
    // Whole ms of a grid of 50.
    expect(gaps.every((gap) => Math.round(gap / 50) >= 1 && Math.abs(gap - Math.round(gap / 50) * 50) <= 1)).toBe(true);
    expect(raw.codes.filter((code) => code === CODE.patch)).toHaveLength(timesMs().length);
    const seen = stock.states as unknown as WalkState[];
    await waitFor(() => seen.length > 5);
    expect(seen.slice(1).map(({ steps }, index) => steps - (seen[index]?.steps ?? 0))).toEqual(
      seen.slice(1).map(() => 1),
    );
    expect(server.log.complaints).toEqual([]);
  });
});

test('the state that a client begins with is of no later time than the patches behind it [RM-16]', async () => {
  await using server = await start();
  const match = await server.match(8, { game: 'walk' });
  const raws = match.seats.map((seat) => RawSocket.to(server.endpoint, server.grant(match, seat.index)));
  for (const raw of raws) {
    await waitFor(() => raw.codes.includes(CODE.join));
    raw.acknowledge();
  }
  const timesOf = (raw: RawSocket): number[] =>
    raw.frames
      .filter((frame) => frame[0] === (CODE.state | TIMED) || frame[0] === (CODE.patch | TIMED))
      .map((frame) => frame.readUInt32LE(1));
  await waitFor(() => raws.every((raw) => timesOf(raw).length >= 3));
  for (const raw of raws) expect(timesOf(raw)).toEqual(timesOf(raw).toSorted((one, other) => one - other));
});

describe('a late joiner', () => {
  test('takes a seat that was not there at the start, and plays [RM-15]', async () => {
    await using server = await start();
    const match = await server.match(1, { game: 'walk' });
    const first = await server.join(match, 0);
    const grown = joined(server, match);
    server.host.addSeat(match.matchId, grown.seats[1] as never);
    const late = await server.join(grown, 1);
    expect(await late.room.request('go', { by: 3 })).toEqual({ ok: true });
    const state = (): WalkState => first.state as unknown as WalkState;
    await waitFor(() => state().at['1'] === 3);
    expect(state().note).toBe('added 1 of 2 ');
    expect(late.gyre('welcome')[0]).toMatchObject({ seatIndex: 1, lastSeq: 0 });
  });

  test('whose seat the dead process had not recorded is in the match that is adopted [RM-15, SV-2]', async () => {
    await using dead = await start();
    const match = await dead.match(1, { game: 'walk' });
    const first = await dead.join(match, 0);
    await waitFor(() => (first.state as unknown as WalkState).steps > 0);
    await dead.kill();
    const index = 1;
    const seat = { index, playerId: 'p_late0001', displayName: 'Late', team: null, isBot: false };
    await using server = await RealtimeServer.start({ rooms: { walk: WalkRoom }, folder: dead.folder });
    const grown = { ...match, seats: [...match.seats, seat] };
    await server.adopt(grown);
    const late = await server.join(grown, 1);
    const state = (): WalkState => late.state as unknown as WalkState;
    await waitFor(() => state().note === 'added 1 of 2 ');
    expect(await late.room.request('go', { by: 2 })).toEqual({ ok: true });
  });
});

describe('a spectator', () => {
  test('sees the state, patches, events for all and the result, and is told so [SE-10]', async () => {
    await using server = await start();
    const match = await server.match(1, { game: 'walk' });
    const player = await server.join(match, 0);
    const raw = watching(server, match, 'p_watcher1');
    await waitFor(() => raw.messages('__gyre').length === 1);
    expect(raw.messages('__gyre')).toEqual([
      { type: 'welcome', protocol: 1, seatIndex: null, epoch: 1, tick: expect.any(Number), lastSeq: 0 },
    ]);
    await player.room.request('wave');
    await waitFor(() => raw.messages('waved').length === 1 && raw.codes.includes(CODE.patch));
    expect(server.events.openSockets.get('p_watcher1')).toBe(1);
    player.room.send('end');
    await waitFor(() => raw.closeCode !== null);
    expect(raw.closeCode).toBe(CloseCode.finished);
    expect(raw.messages('__gyre').at(-1)).toMatchObject({ type: 'result' });
    expect(server.events.openSockets.get('p_watcher1')).toBe(0);
  });

  test.each([
    ['an input', (raw: RawSocket) => raw.data('__gyre', [1, 'go', { by: 1 }])],
    ['a plain message', (raw: RawSocket) => raw.data('go', { by: 1 })],
    ['a request', (raw: RawSocket) => raw.request(1, 'go', { by: 1 })],
  ])('that says anything, such as %s, is closed with 4105 and changes nothing [SE-11]', async (_, say) => {
    await using server = await start();
    const match = await server.match(1, { game: 'walk' });
    const player = await server.join(match, 0);
    const raw = watching(server, match, 'p_watcher1');
    await waitFor(() => raw.messages('__gyre').length === 1);
    say(raw);
    expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.badInput);
    expect(await player.room.request('go', { by: 5 })).toEqual({ ok: true });
    await waitFor(() => (player.state as unknown as WalkState).at['0'] === 5);
  });

  test('watches by one socket, the newest, and comes back with the token that it got [SE-12]', async () => {
    await using server = await start();
    const match = await server.match(1, { game: 'walk' });
    const first = watching(server, match, 'p_watcher1');
    await waitFor(() => first.messages('__gyre').length === 1);
    const second = watching(server, match, 'p_watcher1');
    expect(await waitFor(() => first.closeCode)).toBe(CloseCode.replaced);
    await waitFor(() => second.messages('__gyre').length === 1);
    // Long after the right was given, but it was used in time.
    server.shiftMs = 600_000;
    const right = { ...server.watcher(match, 'p_watcher1'), reconnectionToken: second.token };
    second.socket.terminate();
    await RawSocket.entered(server.endpoint, right);
  });

  test('needs a token of this match that is fresh [SE-12]', async () => {
    await using server = await start();
    const match = await server.match(1, { game: 'walk' });
    const other = await server.match(1, { game: 'walk' });
    const { sessionId, ...right } = server.watcher(match, 'p_watcher1');
    const noToken = RawSocket.to(server.endpoint, { roomId: right.roomId, sessionId });
    expect(await waitFor(() => noToken.closeCode)).toBe(CloseCode.noSuchRight);
    const elsewhere = RawSocket.to(server.endpoint, { ...right, sessionId, roomId: other.matchId });
    expect(await waitFor(() => elsewhere.closeCode)).toBe(CloseCode.noSuchRight);
    server.shiftMs = 61_000;
    const stale = RawSocket.to(server.endpoint, { ...right, sessionId });
    expect(await waitFor(() => stale.closeCode)).toBe(CloseCode.noSuchRight);
  });
});
