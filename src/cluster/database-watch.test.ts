import { expect, test } from '@jest/globals';
import { DatabaseWatch } from './database-watch.ts';

function setUp() {
  let nowMs = 0;
  const told: boolean[] = [];
  const watch = new DatabaseWatch(
    (answers) => told.push(answers),
    () => nowMs,
  );
  return { watch, told, pass: (ms: number) => void (nowMs += ms), now: () => nowMs };
}

test('[CL-75] a database is away when it has missed two beats and been silent for two seconds, and back with the first answer', () => {
  const { watch, told, pass, now } = setUp();
  pass(500);
  watch.missed();
  pass(1_000);
  watch.missed();
  expect(told).toEqual([]);
  pass(500);
  watch.missed();
  watch.missed();
  expect(told).toEqual([false]);
  watch.answered(now());
  watch.answered(now());
  expect(told).toEqual([false, true]);
});

test('[CL-75] one beat that was missed while this process itself was paused is no sign of it', () => {
  const { watch, told, pass, now } = setUp();
  pass(60_000);
  watch.missed();
  watch.answered(now());
  pass(60_000);
  watch.missed();
  expect(told).toEqual([]);
});
