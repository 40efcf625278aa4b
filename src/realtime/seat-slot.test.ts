import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MessageAllowance } from './message-allowance.ts';
import { SeatSlot } from './seat-slot.ts';
import type { SocketClient } from './socket-client.ts';

const SEAT = { index: 0, playerId: 'p_ann', displayName: 'Ann', team: null, isBot: false };
const STATUS = { index: 0, taken: true, connected: false, givenUp: false, generation: 5, lastSeq: 0 };

test.each([
  ['the session id alone', { generation: null, fresh: true }, { closeCode: CloseCode.noSuchRight }],
  ['an older right', { generation: 4, fresh: true }, { closeCode: CloseCode.replaced }],
  ['the right in use, however old', { generation: 5, fresh: false }, { generation: 5 }],
  ['a newer right', { generation: 6, fresh: true }, { generation: 6 }],
  ['a newer right, some left out', { generation: 9, fresh: true }, { generation: 9 }],
  ['a newer right that is too old', { generation: 6, fresh: false }, { closeCode: CloseCode.noSuchRight }],
])('a taken seat judges %s [SE-2, SE-3, SE-6]', (_what, right, verdict) => {
  expect(new SeatSlot(SEAT, STATUS).judge(right)).toEqual(verdict);
});

test('a seat that was never taken is opened by its session id alone, and by a fresh token [SE-2]', () => {
  const slot = new SeatSlot(SEAT, { ...STATUS, taken: false, generation: 0 });
  expect(slot.judge({ generation: null, fresh: true })).toEqual({ generation: 1 });
  expect(slot.judge({ generation: 2, fresh: true })).toEqual({ generation: 2 });
  expect(slot.judge({ generation: 2, fresh: false })).toEqual({ closeCode: CloseCode.noSuchRight });
});

/** As much of a socket as its seat looks at. */
const socket = (): SocketClient => ({ messages: new MessageAllowance(60), resends: 0 }) as SocketClient;

test('a socket that takes over from another has what that one left of a second’s messages [SE-7]', () => {
  const slot = new SeatSlot(SEAT, STATUS);
  const [first, second] = [socket(), socket()];
  slot.seize(first, 5);
  slot.seize(second, 5);
  expect(second.messages).toBe(first.messages);
});

test('however often a seat is taken over, what may be sent again without being counted is no more than of a minute [SE-7]', () => {
  const slot = new SeatSlot(SEAT, STATUS);
  const sockets = Array.from({ length: 300 }, socket);
  let resent = 0;
  for (const each of sockets) {
    slot.seize(each, 5);
    resent += each.resends;
    each.resends = 0;
  }
  expect(resent).toBeLessThan(2 * 61 * 60);
});

test('what a socket has not sent again, the next one may [SE-7]', () => {
  const slot = new SeatSlot(SEAT, STATUS);
  const sockets = Array.from({ length: 300 }, socket);
  for (const each of sockets) {
    slot.seize(each, 5);
    slot.release(each);
    expect(each.resends).toBeGreaterThanOrEqual(60);
  }
});
