import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const RESULT = {
  placements: [
    { seatIndex: 1, playerId: expect.any(String), place: 1, score: null },
    { seatIndex: 0, playerId: expect.any(String), place: 2, score: null },
  ],
  data: {},
};

/** Two players in a match. */
async function playing(server: RealtimeServer) {
  const match = await server.match();
  const ann = await server.join(match, 0);
  const bob = await server.join(match, 1);
  await waitFor(() => ann.gyre('welcome').length === 1 && bob.gyre('welcome').length === 1);
  return { match, ann, bob };
}

describe('a match that ends', () => {
  test('tells its result when it is recorded, then closes with 4100 and is gone [MA-1]', async () => {
    await using server = await RealtimeServer.start();
    const { match, ann, bob } = await playing(server);
    bob.room.send('end');
    await waitFor(() => ann.left.length === 1 && bob.left.length === 1);
    expect([ann.left, bob.left]).toEqual([[CloseCode.finished], [CloseCode.finished]]);
    expect(ann.gyre('result')).toEqual([{ type: 'result', result: RESULT }]);
    expect(bob.gyre('result')).toEqual(ann.gyre('result'));
    expect(server.events.results.get(match.matchId)).toEqual(RESULT);
    expect(server.host.roomCount).toBe(0);
    expect(server.scheduler.roomCount).toBe(0);
    await waitFor(() => server.events.openSockets.get(match.seats[0]?.playerId ?? '') === 0);
  });

  test('keeps its result to itself while the database is away, and tells it afterwards [MA-1]', async () => {
    await using server = await RealtimeServer.start();
    server.events.failures = 3;
    const { ann, bob } = await playing(server);
    bob.room.send('end');
    await waitFor(() => server.events.failures < 3);
    expect(ann.gyre('result')).toEqual([]);
    // Nobody is heard any more, and nobody is punished for it.
    ann.room.send('add', { by: 1 });
    await waitFor(() => ann.left.length === 1);
    expect(ann.gyre('result')).toEqual([{ type: 'result', result: RESULT }]);
    expect(ann.left).toEqual([CloseCode.finished]);
    expect(ann.state.total).toBe(0);
  });

  test('that is no longer ours tells no result and closes with what became of it', async () => {
    await using server = await RealtimeServer.start();
    const { match, ann, bob } = await playing(server);
    server.events.isOwner = false;
    server.events.closeCodes.set(match.matchId, CloseCode.matchAbandoned);
    bob.room.send('end');
    await waitFor(() => ann.left.length === 1);
    expect(ann.left).toEqual([CloseCode.matchAbandoned]);
    expect(ann.gyre('result')).toEqual([]);
    expect(server.host.roomCount).toBe(0);
  });

  test('is abandoned when its game has thrown five times; other matches play on [RM-6]', async () => {
    await using server = await RealtimeServer.start();
    const { match, ann } = await playing(server);
    const other = await playing(server);
    for (let i = 0; i < 5; i += 1) ann.room.send('throw');
    await waitFor(() => ann.left.length === 1);
    expect(ann.left).toEqual([CloseCode.matchAbandoned]);
    expect(server.events.abandonments).toEqual([match.matchId]);
    expect(await other.ann.room.request('add', { by: 1 })).toEqual({ ok: true });
  });

  test('by the service closes its sockets with the given code', async () => {
    await using server = await RealtimeServer.start();
    const { match, ann } = await playing(server);
    server.host.end(match.matchId, CloseCode.matchAbandoned);
    await waitFor(() => ann.left.length === 1);
    expect(ann.left).toEqual([CloseCode.matchAbandoned]);
    expect(server.host.seat(match.matchId, 0)).toBeNull();
  });
});

describe('a seat that the service gives up', () => {
  test('is closed with the given code once that is recorded; the others play on [SE-5]', async () => {
    await using server = await RealtimeServer.start();
    const { match, ann, bob } = await playing(server);
    server.host.giveUpSeat(match.matchId, 0, CloseCode.kicked);
    await waitFor(() => ann.left.length === 1);
    expect(ann.left).toEqual([CloseCode.kicked]);
    expect(await bob.room.request('add', { by: 1 })).toEqual({ ok: true });
  });
});

describe('a reserved match', () => {
  test('admits nobody, is created once however often it is asked for, and can be discarded [HO-4]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.reserve();
    await Promise.all([server.host.create(match), server.host.create(match)]);
    expect(server.host.roomCount).toBe(1);
    const early = RawSocket.to(server.endpoint, server.grant(match, 0));
    expect(await waitFor(() => early.closeCode)).toBe(CloseCode.noSuchRight);
    server.host.discard(match.matchId);
    server.host.discard(match.matchId);
    expect(server.host.roomCount).toBe(0);
  });

  test('is refused without capacity, and for a game that nobody runs or whose room throws [HO-2]', async () => {
    await using server = await RealtimeServer.start({ maxRooms: 1 });
    await expect(server.reserve(2, { game: 'chess' })).rejects.toMatchObject({
      name: 'HandOffError',
      reason: 'room-failed',
    });
    await server.reserve();
    await expect(server.reserve()).rejects.toMatchObject({ name: 'HandOffError', reason: 'no-capacity' });
    expect(server.host.roomCount).toBe(1);
  });
});
