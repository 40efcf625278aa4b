import { expect, test } from '@jest/globals';
import type { SimulatedConditions } from '../../client-sdk/index.ts';
import { ArenaRoom } from '../../rooms/arena/room.ts';
import { ArenaPlayer } from '../support/arena-player.ts';
import { SimulatedPlay } from '../support/simulated-play.ts';

/** How the arena feels over a bad network, which is the same on every machine: it is played in virtual time. */

const BAD_NETWORK: SimulatedConditions = { latencyMs: 150, jitterMs: 30, loss: 0.02 };
const SEEDS = [1, 2, 3];
const MINUTES = 1;
/** In pixels; a fighter walks eleven in a step. */
const LARGEST_ERROR = 64;

/** Three people, and no bots. */
async function play(seed: number, conditions: SimulatedConditions): Promise<readonly ArenaPlayer[]> {
  using match = await SimulatedPlay.start(ArenaRoom, { seats: 3, seed, settings: { botFill: 0 }, conditions });
  const players = match.players.map((player) => new ArenaPlayer(player, match.time));
  await match.pass(MINUTES * 60_000);
  return players;
}

function shareOfHits(players: readonly ArenaPlayer[]): number {
  const sum = (of: 'shots' | 'hits'): number => players.reduce((total, player) => total + player[of], 0);
  expect(sum('shots')).toBeGreaterThan(60);
  return sum('hits') / sum('shots');
}

test.each(SEEDS)(
  '[AR-10] [SD-18] at 150 ms ± 30 ms and a loss of 2 %% own moves are corrected at most once a minute, and what is seen is hit: seed %i',
  async (seed) => {
    const players = await play(seed, BAD_NETWORK);
    for (const { prediction, others } of players) {
      const { compared, corrections, histogram } = prediction.stats;
      expect(compared).toBeGreaterThan(MINUTES * 1_000);
      expect(corrections).toBeLessThanOrEqual(MINUTES);
      expect(histogram.every(({ upTo }) => upTo <= LARGEST_ERROR)).toBe(true);
      // Others are shown as late as the network makes them, and no later.
      expect(others.delayMs).toBeLessThan(150);
    }
    expect(shareOfHits(players)).toBeGreaterThan(0.8);
  },
);

test('[AR-10] [SD-18] without delays nothing is ever corrected, and nearly all that is seen is hit', async () => {
  const players = await play(1, {});
  for (const { prediction } of players) expect(prediction.stats.corrections).toBe(0);
  expect(shareOfHits(players)).toBeGreaterThan(0.95);
});
