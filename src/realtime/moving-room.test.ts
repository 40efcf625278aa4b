import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CounterRoom } from '../../tests/support/counter-game.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { HandedOver } from './match-room.ts';
import type { Reservation } from './ports.ts';
import type { Unheard } from './unheard.ts';

const rooms = { counter: CounterRoom };

async function begin() {
  const first = await RealtimeServer.start({ rooms });
  const second = await RealtimeServer.start({ rooms });
  const match = await first.match();
  const ann = await first.rawJoin(match, 0);
  return {
    first,
    second,
    match,
    ann,
    /** As another process is asked to take it. */
    receive: (from: HandedOver, attempt: number) =>
      second.host.receive({ ...match, epoch: match.epoch + 1 }, recordedOf(match, from), attempt),
    leave: async (): Promise<HandedOver> => {
      const handedOver = await first.host.handOver(match.matchId);
      if (handedOver === null) throw new Error('it could not move');
      return handedOver;
    },
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

function recordedOf({ epoch }: Reservation, { record, timeMs }: HandedOver) {
  return { epoch, full: record, patches: [], timeMs };
}

async function totalAt(server: RealtimeServer, match: Reservation): Promise<number> {
  const ben = await server.join(match, 1);
  await waitFor(() => ben.gyre('welcome').length === 1);
  return ben.state.total;
}

test('of several attempts to move a match only the last counts, however late the others come [CL-98]', async () => {
  await using it = await begin();
  const { first, second, match, ann } = it;
  ann.gyre(1, 'add', { by: 1 }, true);
  await waitFor(() => ann.messages('__gyre').length === 2);
  const stale = await it.leave();
  await it.receive(stale, 1);
  // Said while it stood still, and consumed now that it goes on here.
  ann.gyre(2, 'add', { by: 10 }, true);
  first.host.takeBack(match.matchId);
  await waitFor(() => ann.messages('__gyre').length === 3);
  const fresh = await it.leave();
  await it.receive(fresh, 2);
  await expect(it.receive(stale, 1)).rejects.toThrow('room-failed');
  second.host.refuse(match.matchId, { epoch: match.epoch + 1, attempt: 1 });
  expect(second.host.open(match.matchId)).toBe(true);
  second.host.refuse(match.matchId, { epoch: match.epoch + 1, attempt: 2 });
  expect(await totalAt(second, match)).toBe(11);
});

test('the match goes on at the time at which it stood still, not at its last step [CL-93]', async () => {
  await using it = await begin();
  const { timeMs, record } = await (async () => {
    await waitFor(() => it.first.host.epochOf(it.match.matchId) !== null);
    const sinceMs = performance.now();
    await waitFor(() => performance.now() - sinceMs > 50);
    return await it.leave();
  })();
  expect(timeMs).toBeGreaterThan(record.timeMs);
});

test('plain words and a goodbye that come while a match moves, and after it, go on with it; others do not [CL-93]', async () => {
  await using it = await begin();
  const { first, second, match, ann } = it;
  const ben = await first.rawJoin(match, 1);
  const again = await first.rawJoin(match, 1);
  expect(await waitFor(() => ben.closeCode)).toBe(CloseCode.replaced);
  const from = await it.leave();
  ann.data('add', { by: 7 });
  again.send(CODE.leave);
  for (const raw of [ann, again]) {
    raw.send(CODE.ping);
    // What was said before it was heard.
    await waitFor(() => raw.codes.includes(CODE.ping));
  }
  await it.receive(from, 1);
  const unheard: Unheard[] = [];
  first.host.depart(match.matchId, (each) => unheard.push(each));
  expect(await waitFor(() => ann.closeCode)).toBe(CloseCode.comeBack);
  expect(await waitFor(() => again.closeCode)).toBe(CloseCode.consented);
  expect(unheard).toEqual([
    { seatIndex: 0, message: { type: 'add', payload: { by: 7 } } },
    { seatIndex: 1, message: null },
  ]);
  // Even before it is opened there.
  expect(second.host.hear(match.matchId, unheard)).toBe(true);
  second.host.open(match.matchId);
  await waitFor(() => second.host.seat(match.matchId, 1)?.givenUp);
  const { sessionId } = second.grant(match, 0);
  await RawSocket.entered(second.endpoint, { roomId: match.matchId, sessionId, reconnectionToken: ann.token });
  expect(first.host.hear(match.matchId, unheard)).toBe(false);
});
