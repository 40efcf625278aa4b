import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BenchCase } from '../../loadtest/bench/harness.ts';
import { runCase, type Run } from '../../loadtest/bench/runner.ts';
import { summarise } from '../../loadtest/bench/summary.ts';
import { entropyAfterLinearPrediction, type Positions, walk } from '../../loadtest/bench/walk.ts';
import { Latencies } from '../../loadtest/latencies.ts';
import { openLoop } from '../../loadtest/open-loop.ts';
import { seededRandom, seedFor } from '../../loadtest/random.ts';
import { allOf, Turnstile } from '../../loadtest/swarm/at-once.ts';
import { certaintyOfRange, quantile, slopeOf, spreadOf } from '../../loadtest/statistics.ts';

describe('statistics', () => {
  test('[LT-1] a quantile lies between its neighbours in proportion, and a median is the middle one', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.25)).toBe(12.5);
    expect(spreadOf([5, 1, 9])).toEqual({ count: 3, min: 1, median: 5, max: 9 });
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  test('[LT-1] the range of five pairs holds the true median with 94 % certainty, of one pair never', () => {
    expect(certaintyOfRange(5)).toBeCloseTo(0.9375);
    expect(certaintyOfRange(1)).toBe(0);
  });

  test('[LT-1] a slope is found whatever lies below it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99, max: 99 }), fc.integer(), (slope, base) => {
        const points = [1, 2, 4, 8].map((x) => [x, base + slope * x] as const);
        expect(slopeOf(points)).toBeCloseTo(slope, 3);
      }),
      { seed: 1 },
    );
    expect(() => slopeOf([[1, 1]])).toThrow(RangeError);
    expect(() =>
      slopeOf([
        [1, 1],
        [1, 2],
      ]),
    ).toThrow(RangeError);
  });

  test('[LT-2] chance is the same for the same seed, and has nothing in common between neighbours', () => {
    const drawn = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
    expect(drawn(7)).toEqual(drawn(7));
    const seeds = Array.from({ length: 1_000 }, (_, index) => seedFor(1, index));
    expect(new Set([...seeds, ...seeds.map((_, index) => seedFor(2, index))]).size).toBe(2_000);
  });

  test('[LT-1] latencies keep their greatest and their quantiles, in ms', () => {
    const kept = new Latencies();
    expect([kept.maxMs, kept.quantileMs(0.99)]).toEqual([0, 0]);
    for (let ms = 1; ms <= 50; ms += 1) kept.add(ms);
    const elsewhere = new Latencies();
    for (let ms = 51; ms <= 100; ms += 1) elsewhere.add(ms);
    kept.merge(elsewhere.toJSON());
    expect(kept.count).toBe(100);
    expect(Math.abs(kept.quantileMs(0.5) - 50)).toBeLessThan(1);
    expect(kept.maxMs).toBe(100);
    expect(Math.abs(kept.quantileMs(1) - 100)).toBeLessThan(1);
    expect(kept.distribution().at(-1)?.[1]).toBe(1);
  });
});

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

describe('a comparison', () => {
  const subjects = [
    { name: 'ours', role: 'ours' },
    { name: 'peer', role: 'peer' },
  ] as const;

  function benchOf(run: BenchCase['run'], goal = { over: 'peer', atMost: 0.75 }): BenchCase {
    return {
      id: 'P0',
      title: '',
      about: '',
      packages: [],
      subjects,
      metrics: [{ name: 'cost', title: '', unit: '', goal }],
      run,
    };
  }

  async function runsOf(bench: BenchCase, pairs: number): Promise<readonly Run[]> {
    const { signal } = new AbortController();
    return await runCase(bench, { pairs, quick: true, seed: 1, signal, onSample: () => undefined });
  }

  test('[LT-1] goes A B B A, a pair on one seed, and is judged by the median of its ratios', async () => {
    const costs: Readonly<Record<string, readonly number[]>> = { ours: [1, 30, 2], peer: [2, 40, 8] };
    const next = { ours: 0, peer: 0 };
    const bench = benchOf(({ name }) =>
      Promise.resolve({ values: { cost: costs[name]?.[next[name as 'ours' | 'peer']++] as number } }),
    );
    const runs = await runsOf(bench, 3);
    expect(runs.map(({ subject }) => subject)).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
    expect(runs.map(({ seed }) => seed)).toEqual([0, 0, 1, 1, 2, 2].map((pair) => seedFor(1, pair)));
    const [summary] = summarise(bench, runs);
    expect(summary?.ratios).toEqual({ peer: { count: 3, min: 0.25, median: 0.5, max: 0.75 } });
    expect(summary).toMatchObject({ judged: 0.5, met: true });
  });

  test('[LT-1] an invalid or failed sample counts for nothing, and its pair is measured again, within a bound', async () => {
    let measured = 0;
    const bench = benchOf(({ name }) => {
      measured += 1;
      if (measured === 2) return Promise.resolve({ values: { cost: 1_000 }, invalid: 'the generator lagged' });
      if (measured === 3) throw new Error('no luck');
      return Promise.resolve({ values: { cost: name === 'ours' ? 1 : 1.25 } });
    });
    const runs = await runsOf(bench, 2);
    expect(runs.map(({ invalid }) => invalid?.split('\n')[0] ?? null)).toEqual([
      null,
      'the generator lagged',
      'Error: no luck',
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(summarise(bench, runs)[0]).toMatchObject({ judged: 0.8, met: false, ratios: { peer: { count: 2 } } });

    const hopeless = await runsOf(
      benchOf(() => Promise.reject(new Error('never'))),
      2,
    );
    expect(hopeless).toHaveLength(8);
    expect(summarise(bench, hopeless)[0]).toMatchObject({ values: {}, judged: null, met: null });
  });

  test('[LT-1] a sample that never ends is ended', async () => {
    const bench = { ...benchOf(() => new Promise(() => undefined)), sampleLimitMs: 20 };
    const [first] = await runsOf(bench, 1);
    expect(first?.invalid).toContain('more than 20 ms');
  });
});

describe('the walk', () => {
  function ticksOf(seed: number, count: number): Positions[] {
    const path = walk(seed);
    return Array.from({ length: count }, () => path.next().value);
  }

  test('[LT-2] is the same for the same seed, and nobody stands still or leaves the field', () => {
    const ticks = ticksOf(3, 200);
    expect(ticks).toEqual(ticksOf(3, 200));
    expect(ticks.flat().every((units) => units >= 0 && units < 3_200)).toBe(true);
    const stood = ticks
      .slice(2)
      .filter((now, index) =>
        now.some(
          (units, axis) =>
            axis % 2 === 0 && units === ticks[index]?.[axis] && now[axis + 1] === ticks[index]?.[axis + 1],
        ),
      );
    expect(stood.length).toBeLessThan(20);
  });

  test('[LT-1] its floor is the entropy of what a straight line gets wrong', () => {
    expect(
      entropyAfterLinearPrediction([
        [0, 0],
        [1, 2],
        [2, 4],
        [3, 6],
      ]),
    ).toBe(0);
    // Wrong by +1 or by -1 in x, each half of the time: one bit.
    expect(
      entropyAfterLinearPrediction([
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 0],
        [2, 0],
        [2, 0],
      ]),
    ).toBe(1 / 8);
    expect(entropyAfterLinearPrediction(ticksOf(1, 400))).toBeGreaterThan(0.2);
  });
});
