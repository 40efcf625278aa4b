import { expect, test } from '@jest/globals';
import { StepClock } from './step-clock.ts';

/** How many steps there are at each of these times. */
function steps(clock: StepClock, times: readonly number[], isBusy = true): number[] {
  return times.map((nowMs) => clock.due(nowMs, isBusy));
}

test('[WE-5] as many steps at any frame rate', () => {
  const total = (everyMs: number): number => {
    const times = Array.from({ length: 1_000 / everyMs }, (_, frame) => frame * everyMs);
    return steps(new StepClock(50), times).reduce((sum, count) => sum + count, 0);
  };
  expect([4, 8, 20, 50, 100].map(total)).toEqual([20, 20, 20, 20, 19]);
});

test('[WE-5] the first step after idleness is due at once, but never too soon after the last', () => {
  const clock = new StepClock(50);
  expect(steps(clock, [7, 20, 56, 57])).toEqual([1, 0, 0, 1]);
  expect(steps(clock, [60, 400], false)).toEqual([0, 0]);
  expect(steps(clock, [733, 740, 783])).toEqual([1, 0, 1]);
  expect(steps(clock, [790], false)).toEqual([0]);
  expect(steps(clock, [800, 832, 833])).toEqual([0, 0, 1]);
});

test('[WE-5] after a pause there is no leap', () => {
  const clock = new StepClock(50);
  expect(steps(clock, [0, 120, 5_000, 5_001, 5_050])).toEqual([1, 2, 4, 0, 1]);
});
