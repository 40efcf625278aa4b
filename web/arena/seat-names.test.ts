import { expect, test } from '@jest/globals';
import type { MatchSeatView } from '../../client-sdk/index.ts';
import { SeatNames } from './seat-names.ts';

const ann: MatchSeatView = { index: 0, playerId: 'p_1', displayName: 'Ann', team: null, isBot: false };
const ben: MatchSeatView = { index: 1, playerId: 'p_2', displayName: 'Ben', team: null, isBot: false };

/** After everything that waits for a promise. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('[WE-7] who comes later is asked for, not more often than every two seconds, also after a failure', async () => {
  const answers = [Promise.reject(new Error('away')), Promise.resolve([ann, ben])];
  let asked = 0;
  const names = new SeatNames({ known: () => [ann], ask: () => answers[asked++] ?? Promise.resolve([]) });
  expect([names.of(0, 0), asked]).toEqual(['Ann', 0]);
  expect([names.of(1, 10), names.of(1, 1_000), asked]).toEqual([null, null, 1]);
  await settled();
  expect([names.of(1, 2_010), asked]).toEqual([null, 2]);
  await settled();
  expect([names.of(1, 2_020), names.of(1, 9_000), asked]).toEqual(['Ben', 'Ben', 2]);
});
