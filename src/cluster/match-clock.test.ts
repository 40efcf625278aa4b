import { expect, test } from '@jest/globals';
import { MatchClock } from './match-clock.ts';
import { ProcessClock } from './process-clock.ts';

test('a match resumes at the time at which it was left, and time frozen is not time played [SV-4, RM-7]', () => {
  const source = { ms: 10_000.4, nowMs: () => source.ms };
  const clock = new MatchClock(source, 4_321);
  source.ms += 500;
  expect([clock.frozen, clock.nowMs()]).toEqual([true, 4_321]);
  clock.thaw();
  clock.thaw();
  source.ms += 100.7;
  expect([clock.frozen, clock.nowMs()]).toEqual([false, 4_421]);
  clock.freeze();
  source.ms += 5_000;
  clock.freeze();
  expect(clock.nowMs()).toBe(4_421);
  clock.thaw();
  source.ms += 0.3;
  expect(clock.nowMs()).toBe(4_422);
});

test('freezing the process stops every clock on it in one instant [SV-5]', () => {
  const source = { ms: 0, nowMs: () => source.ms };
  const processClock = new ProcessClock(source);
  const clocks = [new MatchClock(processClock), new MatchClock(processClock, 7_000)];
  for (const clock of clocks) clock.thaw();
  source.ms = 50;
  processClock.freeze();
  source.ms = 90;
  processClock.freeze();
  expect([processClock.frozen, ...clocks.map((clock) => clock.nowMs())]).toEqual([true, 50, 7_050]);
  processClock.thaw();
  source.ms = 100;
  expect([processClock.frozen, ...clocks.map((clock) => clock.nowMs())]).toEqual([false, 60, 7_060]);
});

test('whoever plans by a clock learns of each change once', () => {
  const clock = new MatchClock({ nowMs: () => 0 });
  const changes: boolean[] = [];
  clock.onChange(() => changes.push(clock.frozen));
  clock.freeze();
  clock.thaw();
  clock.thaw();
  clock.freeze();
  expect(changes).toEqual([false, true]);
});
