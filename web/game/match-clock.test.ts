import { expect, test } from '@jest/globals';
import { MatchClock } from './match-clock.ts';

const TURN_MS = 30_000;

test('before a turn was seen to begin, match time is taken to run since the start of the match', () => {
  const clock = new MatchClock(-1_000_000);
  clock.found(1, 1_004_000);
  expect(clock.leftMs(TURN_MS, TURN_MS, 1_004_000)).toBe(26_000);
});

test('a turn that is seen to begin has its whole time left, whatever was guessed before', () => {
  const clock = new MatchClock(0);
  clock.found(1, 500);
  clock.turnBegan(75_000, TURN_MS, 90_000);
  expect(clock.leftMs(75_000, TURN_MS, 90_000)).toBe(TURN_MS);
  expect(clock.leftMs(75_000, TURN_MS, 92_500)).toBe(27_500);
});

test('while the connection is lost the clock stands; with the same room it has gone on meanwhile', () => {
  const clock = new MatchClock(0);
  clock.found(1, 0);
  clock.turnBegan(TURN_MS, TURN_MS, 0);
  clock.lost(5_000);
  expect(clock.leftMs(TURN_MS, TURN_MS, 9_000)).toBe(25_000);
  clock.found(1, 9_000);
  expect(clock.leftMs(TURN_MS, TURN_MS, 9_000)).toBe(21_000);
});

test('a room that was taken over had its time stand still: the outage is charged to nobody', () => {
  const clock = new MatchClock(0);
  clock.found(1, 0);
  clock.turnBegan(TURN_MS, TURN_MS, 0);
  clock.lost(5_000);
  clock.found(2, 60_000);
  expect(clock.leftMs(TURN_MS, TURN_MS, 60_000)).toBe(25_000);
});

test('a turn that began while the connection was lost tells nothing', () => {
  const clock = new MatchClock(0);
  clock.found(1, 0);
  clock.lost(1_000);
  clock.turnBegan(50_000, TURN_MS, 40_000);
  clock.found(1, 40_000);
  expect(clock.leftMs(50_000, TURN_MS, 40_000)).toBe(10_000);
});

test('never less than nothing, nor more than a whole turn', () => {
  const clock = new MatchClock(0);
  clock.found(1, 0);
  expect(clock.leftMs(10_000, TURN_MS, 11_000)).toBe(0);
  expect(clock.leftMs(100_000, TURN_MS, 1_000)).toBe(TURN_MS);
});
