import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CounterRoom } from '../../tests/support/counter-game.ts';
import { durable } from '../../tests/support/durable.ts';
import { RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { SlowLog } from '../../tests/support/slow-log.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const snapshot = { counter: durable(CounterRoom, 'snapshot') };
const none = { counter: durable(CounterRoom, 'none') };

describe('a match of durability "snapshot"', () => {
  test('has its state recorded soon after it has changed, once for many steps, and not again [CL-40]', async () => {
    await using server = await RealtimeServer.start({ rooms: snapshot });
    const match = await server.match(1);
    const ann = await server.join(match, 0);
    await waitFor(() => ann.gyre('welcome').length === 1);
    const { stats } = server.scheduler;
    const steps = (): number => server.scheduler.stats.steps;
    const [fullsBefore, stepsBefore, recordsBefore] = [stats.fulls, steps(), server.committer.stats.records];
    for (let count = 0; count < 40; count += 1) expect(await ann.room.request('add', { by: 1 })).toEqual({ ok: true });
    expect(steps() - stepsBefore).toBe(40);
    await waitFor(() => stats.fulls > fullsBefore);
    await server.committer.settled();
    // One record for each time that it was due, none for a step.
    expect(server.committer.stats.records - recordsBefore).toBeLessThanOrEqual(stats.fulls - fullsBefore + 1);
    expect(server.committer.stats.records - recordsBefore).toBeLessThan(40);
    await server.kill();
    expect((await server.readLogs()).size).toBe(0);
    await using second = await RealtimeServer.start({ folder: server.folder, rooms: snapshot });
    const { patches } = await second.adopt(match);
    expect(patches).toEqual([]);
  });

  test('is taken back by a crash to what was recorded; its clients see that, and go on by its numbers [CL-40, CL-43]', async () => {
    const disk = new SlowLog();
    await using first = await RealtimeServer.start({ rooms: snapshot, wrapLog: disk.wrap });
    const match = await first.match();
    const raw = await RawSocket.entered(first.endpoint, first.grant(match, 0));
    const ben = await first.join(match, 1);
    raw.gyre(1, 'add', { by: 5 }, true);
    raw.gyre(2, 'note', { key: 'a', text: 'b' }, true);
    await waitFor(() => raw.messages('__gyre').length === 3 && ben.state.notes['a'] === 'b');
    first.scheduler.requestFulls([match.matchId]);
    const { records } = first.committer.stats;
    await waitFor(() => first.committer.stats.records > records);
    disk.stall();
    raw.gyre(3, 'add', { by: 7 }, true);
    raw.gyre(4, 'note', { key: 'c', text: 'd' }, true);
    await waitFor(() => raw.messages('__gyre').length === 5 && ben.state.notes['c'] === 'd');
    expect(ben.state).toMatchObject({ total: 12 });
    await first.kill();

    await using second = await RealtimeServer.start({ folder: first.folder, rooms: snapshot });
    await second.adopt(match);
    const { sessionId } = second.grant(match, 0);
    const back = await RawSocket.entered(second.endpoint, {
      roomId: match.matchId,
      sessionId,
      reconnectionToken: raw.token,
    });
    expect(back.messages('__gyre')).toMatchObject([{ type: 'welcome', epoch: 2, lastSeq: 2, seatIndex: 0 }]);
    back.gyre(3, 'add', { by: 1 }, true);
    await waitFor(() => back.messages('__gyre').length === 2);
    expect(back.messages('__gyre')[1]).toEqual({ type: 'reply', seq: 3, ok: true, refused: null });
    const bob = await second.join(match, 1);
    await waitFor(() => bob.gyre('welcome').length === 1);
    expect(bob.state).toEqual({ total: 6, perSeat: [6, 0], notes: { a: 'b' } });
    // Told by its number that it is ahead: it would be a gap, were the numbers not the room's.
    back.gyre(5, 'add', { by: 1 });
    expect(await waitFor(() => back.closeCode)).toBe(CloseCode.badInput);
  });

  test('keeps a seat that was given up, and a newer right, though its state may be older [CL-41]', async () => {
    const disk = new SlowLog();
    await using first = await RealtimeServer.start({ rooms: snapshot, wrapLog: disk.wrap });
    const match = await first.match(3);
    const old = await first.join(match, 0);
    const oldToken = old.room.reconnectionToken.split(':')[1] ?? '';
    const newer = await first.join(match, 0);
    await waitFor(() => newer.gyre('welcome').length === 1 && old.left.length === 1);
    const ben = await first.join(match, 1);
    await ben.room.leave();
    disk.stall();
    newer.room.send('add', { by: 1 });
    await waitFor(() => newer.state.total === 1);
    await first.kill();

    await using second = await RealtimeServer.start({ folder: first.folder, rooms: snapshot });
    await second.adopt(match);
    expect(second.host.seat(match.matchId, 1)).toMatchObject({ givenUp: true });
    const { sessionId } = second.grant(match, 0);
    const replaced = RawSocket.to(second.endpoint, { roomId: match.matchId, sessionId, reconnectionToken: oldToken });
    expect(await waitFor(() => replaced.closeCode)).toBe(CloseCode.replaced);
  });

  test('ends with its result, though its process died before anybody was told [CL-41]', async () => {
    await using first = await RealtimeServer.start({ rooms: snapshot });
    first.events.failures = Infinity;
    const match = await first.match();
    const ann = await first.join(match, 0);
    ann.room.send('end');
    await waitFor(() => first.log.complaints.length > 0);
    await first.kill();
    await using second = await RealtimeServer.start({ folder: first.folder, rooms: snapshot });
    await second.adopt(match);
    await waitFor(() => second.events.results.has(match.matchId));
  });

  test('loses nothing when it is parked [CL-40]', async () => {
    await using first = await RealtimeServer.start({ rooms: snapshot });
    const match = await first.match();
    const ann = await first.join(match, 0);
    for (let count = 1; count <= 5; count += 1) await ann.room.request('add', { by: count });
    await first.host.park();
    await first.kill();
    await using second = await RealtimeServer.start({ folder: first.folder, rooms: snapshot });
    await second.adopt(match);
    const back = await second.join(match, 0);
    await waitFor(() => back.gyre('welcome').length === 1);
    expect(back.state.total).toBe(15);
  });
});

describe('a match of durability "none"', () => {
  test('is played without any record, and is in no log [CL-44]', async () => {
    await using server = await RealtimeServer.start({ rooms: none });
    const match = await server.match();
    const ann = await server.join(match, 0);
    for (let count = 1; count <= 5; count += 1) await ann.room.request('add', { by: 1 });
    expect(ann.state.total).toBe(5);
    await server.committer.settled();
    expect(server.committer.stats.records).toBe(0);
    await server.kill();
    await using second = await RealtimeServer.start({ folder: server.folder, rooms: none });
    expect((await second.readLogs()).has(match.matchId)).toBe(false);
  });

  test('ends with a clean stop of its process: abandoned, and its clients are told so [CL-44]', async () => {
    await using server = await RealtimeServer.start({ rooms: none });
    const match = await server.match();
    const ann = await server.join(match, 0);
    await waitFor(() => ann.gyre('welcome').length === 1);
    await server.host.park();
    await waitFor(() => ann.left.length > 0);
    expect(ann.left).toEqual([CloseCode.matchAbandoned]);
    expect([server.events.abandonments, server.host.roomCount]).toEqual([[match.matchId], 0]);
  });

  test('that has ended is stopped with its result, not without [CL-44]', async () => {
    await using server = await RealtimeServer.start({ rooms: none });
    server.events.failures = 1;
    const match = await server.match();
    const ann = await server.join(match, 0);
    ann.room.send('end');
    await waitFor(() => server.log.complaints.length > 0);
    await server.host.park();
    await waitFor(() => server.events.results.has(match.matchId));
    expect(server.events.abandonments).toEqual([]);
  });
});

test.each(['snapshot', 'none'] as const)(
  'a match of durability "%s" moves with its last step, from memory to memory [CL-40, CL-44]',
  async (durability) => {
    const rooms = { counter: durable(CounterRoom, durability) };
    const disk = new SlowLog();
    await using first = await RealtimeServer.start({ rooms, wrapLog: disk.wrap });
    await using second = await RealtimeServer.start({ rooms });
    const match = await first.match();
    const ann = await first.rawJoin(match, 0);
    disk.stall();
    for (let seq = 1; seq <= 5; seq += 1) ann.gyre(seq, 'add', { by: seq }, true);
    await waitFor(() => ann.messages('__gyre').length === 6);
    disk.goOn();
    const handedOver = await first.host.handOver(match.matchId);
    if (handedOver === null) throw new Error('it could not move');
    const { record: full, timeMs } = handedOver;
    const recorded = { epoch: match.epoch, full, patches: [], timeMs };
    expect(await second.host.receive({ ...match, epoch: match.epoch + 1 }, recorded, 1)).toBe(true);
    second.host.open(match.matchId);
    first.host.depart(match.matchId, () => {});
    expect(await waitFor(() => ann.closeCode)).toBe(CloseCode.comeBack);
    const { sessionId } = second.grant(match, 0);
    const right = { roomId: match.matchId, sessionId, reconnectionToken: ann.token };
    const back = await RawSocket.entered(second.endpoint, right);
    expect(back.messages('__gyre')).toMatchObject([{ type: 'welcome', epoch: 2, lastSeq: 5 }]);
    const ben = await second.join(match, 1);
    await waitFor(() => ben.gyre('welcome').length === 1);
    expect(ben.state.total).toBe(15);
  },
);
