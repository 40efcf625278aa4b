import { expect, test } from '@jest/globals';
import { REPLIES_KEPT_PER_SEAT } from '../../protocol/limits.ts';
import { SeatState } from './seat-state.ts';

function answered(count: number): SeatState {
  const seat = new SeatState({ index: 0, playerId: 'p_00000000', displayName: 'Ann', team: null, isBot: false });
  for (let seq = 1; seq <= count; seq += 1) seat.consume(seq, { refused: seq % 2 === 0 ? 'no' : null });
  return seat;
}

test('[RM-2] a seat keeps its last answers, also over a record', () => {
  const seat = answered(REPLIES_KEPT_PER_SEAT + 1);
  const restored = answered(0);
  restored.restore(seat.toRecord(), 0);
  for (const one of [seat, restored]) {
    expect(one.replyTo(1)).toBeNull();
    expect(one.replyTo(2)).toEqual({ type: 'reply', seq: 2, ok: false, refused: 'no' });
  }
});

test('[RM-5] a seat that was given up keeps none: nobody comes back for them, and every record would hold them', () => {
  const seat = answered(3);
  seat.givenUp = true;
  expect([seat.replyTo(3), seat.toRecord().at(-1)]).toEqual([null, []]);
});
