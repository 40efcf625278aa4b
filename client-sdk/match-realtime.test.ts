import { expect, test } from '@jest/globals';
import { MovingPointsRoom } from '../tests/support/moving-points.ts';
import { SimulatedPlay } from '../tests/support/simulated-play.ts';

/** Runs `play`, and gives what surfaced meanwhile as uncaught. */
async function uncaughtIn(play: () => Promise<void>): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  const { queueMicrotask } = globalThis;
  globalThis.queueMicrotask = (run) =>
    queueMicrotask(() => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
  try {
    await play();
  } finally {
    globalThis.queueMicrotask = queueMicrotask;
  }
  return errors;
}

test('[SD-10] a game whose own rule throws hears of it, keeps its connection, and harms nothing else that is shown', async () => {
  using play = await SimulatedPlay.start(MovingPointsRoom, { seats: 1, seed: 1, conditions: {} });
  const [match] = play.players;
  if (!match) throw new Error('nobody plays');
  const connections = new Set<string>();
  match.subscribe(({ connection }) => connections.add(connection));
  let isBroken = false;
  const fault = new Error('a fault of the game');
  match.predict({
    input: 'move',
    own: () => {
      if (isBroken) throw fault;
      return { x: 0, y: 0 };
    },
    step: (own) => own,
  });
  match.interpolate({
    of: () => {
      if (isBroken) throw fault;
      return [];
    },
    mix: (from) => from,
  });
  let steps = 0;
  match.onPatch(() => (steps += 1));
  const errors = await uncaughtIn(async () => {
    isBroken = true;
    await play.pass(1_000);
  });
  expect([...connections]).toEqual(['connected']);
  expect(steps).toBeGreaterThan(10);
  expect(new Set(errors)).toEqual(new Set([fault]));
});
