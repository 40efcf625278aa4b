import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { ConnectFourRoom } from '../../rooms/connect-four/room.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { readLogs, RealtimeServer } from '../../tests/support/realtime-server.ts';
import { SlowLog } from '../../tests/support/slow-log.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { parkMatches } from '../cluster/parking.ts';
import type { Reservation } from './ports.ts';

describe('after the death of its process a match', () => {
  test('goes on elsewhere with its seats, state and rights; sequence numbers go on too [SV-2]', async () => {
    await using first = await RealtimeServer.start();
    const match = await first.match();
    const raw = RawSocket.to(first.endpoint, first.grant(match, 0));
    await waitFor(() => raw.codes.includes(CODE.join));
    raw.acknowledge();
    raw.gyre(1, 'add', { by: 5 }, true);
    raw.gyre(2, 'note', { key: 'a', text: 'b' }, true);
    await waitFor(() => raw.messages('__gyre').length === 3);
    await first.kill();

    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt(match);
    const { sessionId } = second.grant(match, 0);
    const back = await RawSocket.entered(second.endpoint, {
      roomId: match.matchId,
      sessionId,
      reconnectionToken: raw.token,
    });
    expect(back.messages('__gyre')).toMatchObject([{ type: 'welcome', epoch: 2, lastSeq: 2, seatIndex: 0 }]);
    // The answer may have been lost with the process.
    back.gyre(2, 'note', { key: 'a', text: 'b' }, true);
    back.gyre(3, 'add', { by: 1 }, true);
    await waitFor(() => back.messages('__gyre').length === 3);
    expect(back.messages('__gyre').slice(1)).toEqual([
      { type: 'reply', seq: 2, ok: true, refused: null },
      { type: 'reply', seq: 3, ok: true, refused: null },
    ]);
    const bob = await second.join(match, 1);
    await waitFor(() => bob.gyre('welcome').length === 1);
    expect(bob.state).toEqual({ total: 6, perSeat: [6, 0], notes: { a: 'b' } });
  });

  test('refuses rights that are older than those it knew [SE-3]', async () => {
    await using first = await RealtimeServer.start();
    const match = await first.match();
    const old = await first.join(match, 0);
    const oldToken = old.room.reconnectionToken.split(':')[1] ?? '';
    const newer = await first.join(match, 0);
    await waitFor(() => newer.gyre('welcome').length === 1 && old.left.length === 1);
    await first.kill();

    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt(match);
    const right = { roomId: match.matchId, sessionId: second.grant(match, 0).sessionId };
    const replaced = RawSocket.to(second.endpoint, { ...right, reconnectionToken: oldToken });
    expect(await waitFor(() => replaced.closeCode)).toBe(CloseCode.replaced);
    const nothing = RawSocket.to(second.endpoint, right);
    expect(await waitFor(() => nothing.closeCode)).toBe(CloseCode.noSuchRight);
  });

  test('records a result that was not recorded yet [MA-1]', async () => {
    await using first = await RealtimeServer.start();
    first.events.failures = Infinity;
    const match = await first.match();
    const ann = await first.join(match, 0);
    ann.room.send('end');
    await waitFor(() => first.log.complaints.length > 0);
    await first.kill();

    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt(match);
    await waitFor(() => second.events.results.has(match.matchId));
    await waitFor(() => second.host.roomCount === 0);
  });

  test('knows a seat that was given up, though nobody was told of it any more [SE-5]', async () => {
    await using first = await RealtimeServer.start();
    const match = await first.match();
    await first.join(match, 1);
    const ann = await first.join(match, 0);
    await ann.room.leave();
    await first.kill();
    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt(match);
    expect(second.host.seat(match.matchId, 0)).toMatchObject({ givenUp: true });
    const gone = RawSocket.to(second.endpoint, second.grant(match, 0));
    expect(await waitFor(() => gone.closeCode)).toBe(CloseCode.noSuchRight);
  });
});

test('parking tells everyone to come back, and the next process goes on from there [SV-5]', async () => {
  await using first = await RealtimeServer.start({ rooms: { 'connect-four': ConnectFourRoom } });
  const match = await first.match(2, { game: 'connect-four', settings: { turnMs: 30_000 } });
  const players = [await first.join(match, 0), await first.join(match, 1)];
  await waitFor(() => players.every((player) => player.gyre('welcome').length === 1));
  const board = () => players[0]?.room.state.toJSON() as { cells: number[]; turn: number };
  const mover = players[board().turn];
  expect(await mover?.room.request('drop', { column: 3 })).toEqual({ ok: true });
  const before = await waitFor(() => (board().cells.some((cell) => cell > 0) ? board() : null));
  // A reserved match is nobody's yet: it is not parked.
  await first.reserve(2, { game: 'connect-four', settings: { turnMs: 30_000 } });
  await first.host.park();
  expect(first.host.roomCount).toBe(0);
  await waitFor(() => players.every((player) => player.dropped[0] === CloseCode.comeBack));
  await first.kill();

  await using second = await RealtimeServer.start({ folder: first.folder, rooms: { 'connect-four': ConnectFourRoom } });
  await second.adopt(match);
  const back = await second.join(match, 0);
  await waitFor(() => back.gyre('welcome').length === 1);
  expect(back.room.state.toJSON()).toEqual(before);
});

test.each([true, false])(
  'a match that is restored while private (%p) is watched accordingly [MA-6]',
  async (isPrivate) => {
    const first = await RealtimeServer.start();
    const match = await first.match();
    await first.kill();
    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt({ ...match, private: isPrivate });
    const { sessionId, reconnectionToken } = second.rights.watcher({ matchId: match.matchId, playerId: 'p_watching' });
    const watcher = RawSocket.to(second.endpoint, { roomId: match.matchId, sessionId, reconnectionToken });
    await waitFor(() => watcher.closeCode !== null || watcher.codes.includes(CODE.join));
    expect(watcher.closeCode).toBe(isPrivate ? CloseCode.noSuchRight : null);
    watcher.cut();
  },
);

describe('on a disk that is slow', () => {
  const seen = async (server: RealtimeServer, disk: SlowLog): Promise<Reservation> => {
    const match = await server.match();
    const ann = await server.join(match, 0);
    await waitFor(() => ann.gyre('welcome').length === 1);
    disk.stall();
    ann.room.send('add', { by: 1 });
    await waitFor(() => server.committer.away && ann.state.total === 1);
    ann.room.send('add', { by: 2 });
    await waitFor(() => ann.state.total === 3);
    return match;
  };
  const park = ({ clock, scheduler, host, committer }: RealtimeServer): Promise<void> =>
    parkMatches({ clock, scheduler, roomHost: host, committer });

  test('parking takes along the steps that players saw without a log [SV-5]', async () => {
    const disk = new SlowLog();
    await using first = await RealtimeServer.start({ wrapLog: disk.wrap });
    const match = await seen(first, disk);
    const parked = park(first);
    disk.goOn();
    await parked;
    await first.kill();
    expect(first.log.complaints.filter((complaint) => complaint.includes('parked'))).toEqual([]);

    await using second = await RealtimeServer.start({ folder: first.folder });
    await second.adopt(match);
    const back = await second.join(match, 1);
    await waitFor(() => back.gyre('welcome').length === 1);
    expect(back.state.total).toBe(3);
  });

  test('who leaves a match that is being parked is told to come back, where it can be recorded [SE-5]', async () => {
    const disk = new SlowLog();
    await using server = await RealtimeServer.start({ wrapLog: disk.wrap });
    const match = await server.match();
    const raw = await server.rawJoin(match, 0);
    disk.stall();
    const parked = server.host.park();
    raw.send(CODE.leave);
    expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.comeBack);
    expect(server.host.seat(match.matchId, 0)?.givenUp).toBe(false);
    disk.goOn();
    await parked;
  });

  test('parking tells of each match that the log did not take', async () => {
    const disk = new SlowLog();
    await using server = await RealtimeServer.start({ wrapLog: disk.wrap });
    await seen(server, disk);
    await server.host.park();
    disk.goOn();
    expect(server.log.complaints.filter((complaint) => complaint.includes('parked'))).toEqual([
      expect.stringContaining('RecordLostError'),
    ]);
  });

  test('a match that was created without a log is recorded when it is opened, if the log is back [SV-11]', async () => {
    const disk = new SlowLog();
    await using server = await RealtimeServer.start({ wrapLog: disk.wrap });
    disk.stall();
    const match = await server.reserve();
    disk.goOn();
    await waitFor(() => !server.committer.away);
    const { records } = server.committer.stats;
    server.scheduler.stop();
    server.host.open(match.matchId);
    await server.committer.settled();
    expect(server.committer.stats.records).toBe(records + 1);
  });
});

test('a sealed process sends everybody away to come back, and records nothing more', async () => {
  await using server = await RealtimeServer.start();
  const match = await server.match();
  const ann = await server.join(match, 0);
  await waitFor(() => ann.gyre('welcome').length === 1);
  // Whoever reads a log seals it first: as another process does that takes over.
  await readLogs(server.folder);
  ann.room.send('add', { by: 1 });
  await waitFor(() => ann.dropped[0] === CloseCode.comeBack);
  expect(ann.state.total).toBe(0);
  expect(server.host.roomCount).toBe(0);
});

test('a full state carries the match’s time where a stock SDK’s clock looks for it, and a death does not set it back [SV-4]', async () => {
  await using first = await RealtimeServer.start();
  const match = await first.match();
  const raw = RawSocket.to(first.endpoint, first.grant(match, 0));
  await waitFor(() => raw.codes.includes(CODE.join));
  raw.acknowledge();
  await waitFor(() => raw.stateTimesMs.length === 1);
  await first.kill();
  const recordedMs = (await readLogs(first.folder)).get(match.matchId)?.timeMs ?? Infinity;
  await using second = await RealtimeServer.start({ folder: first.folder });
  await second.adopt(match);
  const { room } = await second.take(second.grant(match, 1));
  const times: number[] = [];
  room.clock = { ...room.clock, sample: (serverMs: number) => times.push(serverMs) };
  await waitFor(() => times.length === 1);
  expect(times[0]).toBeGreaterThanOrEqual(recordedMs);
  expect(times[0]).toBeLessThan(60_000);
});
