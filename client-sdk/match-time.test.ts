import { expect, test } from '@jest/globals';
import { MatchTime } from './match-time.ts';

test('a match’s time runs from what the server said, and stands still while the line is down', () => {
  let ownMs = 1_000;
  const time = new MatchTime(() => ownMs);
  expect(time.nowMs()).toBeNull();
  time.set(500);
  ownMs += 250;
  expect(time.nowMs()).toBe(750);
  time.stop();
  ownMs += 10_000;
  expect(time.nowMs()).toBe(750);
  time.set(800);
  ownMs += 1;
  expect(time.nowMs()).toBe(801);
});
