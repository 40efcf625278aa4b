import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { SeatSlot } from './seat-slot.ts';

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
