import { describe, expect, test } from '@jest/globals';
import type { BenchCase } from '../../loadtest/bench/harness.ts';
import { runCase, type Run } from '../../loadtest/bench/runner.ts';
import { summarise } from '../../loadtest/bench/summary.ts';
import { entropyAfterLinearPrediction, type Positions, walk } from '../../loadtest/bench/walk.ts';
import { seedFor } from '../../loadtest/random.ts';

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
