import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Latencies } from '../../loadtest/latencies.ts';
import { seededRandom, seedFor } from '../../loadtest/random.ts';
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
