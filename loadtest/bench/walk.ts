import { seededRandom } from '../random.ts';

export const WALKERS = 100;
export const TICK_RATE_HZ = 20;
/** A position is told in sixteenths of a metre, in a square of 200 m. */
const UNITS_PER_METRE = 16;
const WORLD_METRES = 200;
const LEAST_SPEED = 3;
const MOST_SPEED = 5;
/** How fast a walker may turn, in radians a second, and how often it makes up its mind anew. */
const MOST_TURN = 1.5;
const NEW_TURN_CHANCE = 1 / TICK_RATE_HZ;

/** Where everybody is, in whole units of 1/16 m: x of walker 0, y of walker 0, x of walker 1, … */
export type Positions = readonly number[];

interface Walker {
  x: number;
  y: number;
  heading: number;
  turn: number;
  readonly speed: number;
}

/**
 * A seeded walk, a tick at a time: people in the open who run at 3–5 m/s, turn in bows and are turned back by the edge.
 * Everyone moves in every tick.
 */
export function* walk(seed: number): Generator<Positions, never> {
  const random = seededRandom(seed);
  const walkers = Array.from({ length: WALKERS }, (): Walker => ({
    x: random() * WORLD_METRES,
    y: random() * WORLD_METRES,
    heading: random() * 2 * Math.PI,
    turn: 0,
    speed: LEAST_SPEED + random() * (MOST_SPEED - LEAST_SPEED),
  }));
  for (;;) {
    yield walkers.flatMap(({ x, y }) => [onGrid(x), onGrid(y)]);
    for (const walker of walkers) {
      if (random() < NEW_TURN_CHANCE) walker.turn = (random() * 2 - 1) * MOST_TURN;
      advance(walker);
    }
  }
}

function advance(walker: Walker): void {
  walker.heading += walker.turn / TICK_RATE_HZ;
  const step = walker.speed / TICK_RATE_HZ;
  const x = walker.x + Math.cos(walker.heading) * step;
  const y = walker.y + Math.sin(walker.heading) * step;
  if (isInside(x) && isInside(y)) {
    walker.x = x;
    walker.y = y;
  } else {
    walker.heading = Math.atan2(WORLD_METRES / 2 - walker.y, WORLD_METRES / 2 - walker.x);
  }
}

function isInside(metres: number): boolean {
  return metres >= 0 && metres < WORLD_METRES;
}

function onGrid(metres: number): number {
  return Math.floor(metres * UNITS_PER_METRE);
}

/** Positions in metres, as a game that sends JSON has them. */
export function inMetres(units: number): number {
  return units / UNITS_PER_METRE;
}

/**
 * What a walker's tick costs at least, in bytes, if one predicts that it goes on as it went in the last tick and tells
 * only by how much that is wrong: the entropy of the pairs of errors over the whole walk (Shannon, order 0). A coder that
 * predicts better, or that learns who turns when, may go below; none that predicts like this can.
 */
export function entropyAfterLinearPrediction(ticks: Iterable<Positions>): number {
  const errors = new Map<string, number>();
  let total = 0;
  let before: Positions | null = null;
  let last: Positions | null = null;
  for (const now of ticks) {
    if (before && last) {
      for (let axis = 0; axis < now.length; axis += 2) {
        const error = `${errorAt(axis, [before, last, now])} ${errorAt(axis + 1, [before, last, now])}`;
        errors.set(error, (errors.get(error) ?? 0) + 1);
        total += 1;
      }
    }
    before = last;
    last = now;
  }
  const bits = [...errors.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
  return bits / 8;
}

function errorAt(axis: number, [before, last, now]: readonly [Positions, Positions, Positions]): number {
  const predicted = 2 * (last[axis] as number) - (before[axis] as number);
  return (now[axis] as number) - predicted;
}
