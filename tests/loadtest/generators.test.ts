import { expect, test } from '@jest/globals';
import { openLoop } from '../../loadtest/open-loop.ts';
import { allOf, Turnstile } from '../../loadtest/swarm/at-once.ts';

test('[LT-3] an open loop makes up for what was late, and tells how late it was', async () => {
  const ticks: number[] = [];
  const lag = await openLoop({ everyMs: 2, times: 10 }, (tick) => {
    ticks.push(tick);
    const busyUntilMs = performance.now() + (tick === 2 ? 12 : 0);
    while (performance.now() < busyUntilMs);
  });
  expect(ticks).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(lag.maxMs).toBeGreaterThanOrEqual(9);
});

test('[LT-5] so many are let in at a time, in order, and one who fails makes room for the next', async () => {
  const turnstile = new Turnstile(2);
  const inside = new Set<number>();
  const seen: number[][] = [];
  const outcomes = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((guest) =>
      turnstile.pass(async () => {
        inside.add(guest);
        seen.push([...inside]);
        await new Promise(setImmediate);
        inside.delete(guest);
        if (guest === 1) throw new Error('not today');
        return guest;
      }),
    ),
  );
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true]);
  expect(seen.map((guests) => guests.at(-1))).toEqual([0, 1, 2, 3, 4]);
  expect(Math.max(...seen.map((guests) => guests.length))).toBe(2);

  const done: number[] = [];
  await allOf([1, 2, 3], 2, (item) => Promise.resolve(void done.push(item)));
  expect(done).toEqual([1, 2, 3]);
});
