import { beforeAll, describe, expect, test } from '@jest/globals';
import { type VirtualPlayer, playArena } from '../../tests/support/virtual-arena.ts';

/** How the arena feels over a bad network. */

const SEEDS = [1, 2, 3, 4];
const BAD_NETWORK = { latencyMs: 150, jitterMs: 30, loss: 0.02 };
const MINUTE_MS = 60_000;

describe.each(SEEDS)('[AR-10] at 150 ms ± 30 ms and a loss of 2 %% (seed %i)', (seed) => {
  let players: readonly VirtualPlayer[] = [];
  beforeAll(() => {
    players = playArena(MINUTE_MS, { ...BAD_NETWORK, seed });
  });

  test('one’s own moves are corrected at most once a minute, and not by much', () => {
    for (const { predictor } of players) {
      const { compared, corrections, histogram } = predictor.stats;
      expect(compared).toBeGreaterThan(1_000);
      expect(corrections).toBeLessThanOrEqual(1);
      expect(histogram.every(({ upTo }) => upTo <= 64)).toBe(true);
    }
  });

  test('of shots at what is seen, at least four of five hit', () => {
    const shots = players.reduce((sum, player) => sum + player.shots, 0);
    const hits = players.reduce((sum, player) => sum + player.hits, 0);
    expect(shots).toBeGreaterThan(40);
    expect(hits / shots).toBeGreaterThan(0.8);
  });
});

test('[AR-10] without delays nothing is ever corrected, and what is seen is hit', () => {
  const players = playArena(MINUTE_MS, { seed: 1 });
  expect(players.map(({ predictor }) => predictor.stats.corrections)).toEqual([0, 0, 0]);
  for (const { shots, hits } of players) expect(hits / shots).toBeGreaterThan(0.95);
});
