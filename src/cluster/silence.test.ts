import { expect, test } from '@jest/globals';
import { Silence } from './silence.ts';

/** Looks at these counters every 500 ms, `looks` times. @returns who was silent at the last one */
function watch(silence: Silence, counters: () => Record<string, number>, looks: { from: number; count: number }) {
  let silent: readonly string[] = [];
  for (let look = 0; look < looks.count; look += 1)
    silent = silence.look(new Map(Object.entries(counters())), looks.from + look * 500);
  return silent;
}

test('[CL-11] a counter that stands still for 5 s of looks is silent, one that rises is not', () => {
  const silence = new Silence();
  let counter = 0;
  const counters = () => ({ hung: 7, living: (counter += 1) });
  expect(watch(silence, counters, { from: 0, count: 10 })).toEqual([]);
  expect(watch(silence, counters, { from: 5_000, count: 1 })).toEqual(['hung']);
  expect(watch(silence, counters, { from: 5_500, count: 10 })).toEqual(['hung']);
});

test('[CL-11] one that rises again begins anew', () => {
  const silence = new Silence();
  watch(silence, () => ({ slow: 1 }), { from: 0, count: 10 });
  expect(watch(silence, () => ({ slow: 2 }), { from: 5_000, count: 10 })).toEqual([]);
  expect(watch(silence, () => ({ slow: 2 }), { from: 10_000, count: 1 })).toEqual(['slow']);
});

test('[CL-11] while the judge can not look, nobody is silent: a gap proves a second at most', () => {
  const silence = new Silence();
  watch(silence, () => ({ other: 1 }), { from: 0, count: 2 });
  expect(watch(silence, () => ({ other: 1 }), { from: 60_000, count: 7 })).toEqual([]);
  expect(watch(silence, () => ({ other: 2 }), { from: 120_000, count: 8 })).toEqual([]);
});

test('[CL-11] who was away from the list is heard anew', () => {
  const silence = new Silence();
  watch(silence, () => ({ other: 1 }), { from: 0, count: 10 });
  watch(silence, () => ({}), { from: 5_000, count: 1 });
  expect(watch(silence, () => ({ other: 1 }), { from: 5_500, count: 10 })).toEqual([]);
});
