import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { distance, isClear, type Point } from './geometry-rules.ts';
import { type ArenaMap, FIGHTER_RADIUS, MAPS } from './map-rules.ts';
import {
  AIM_STEPS,
  aimAlong,
  chooseSpawn,
  directionOf,
  FULL_HP,
  MOVE,
  type Move,
  type Mover,
  payTime,
  rank,
  shoot,
  STEP_LENGTH,
  STEP_MS,
  stepFighter,
} from './rules.ts';

const RUNS = { seed: 4, numRuns: 1_000 };
const sticks = fc.double({ min: -1, max: 1, noNaN: true });
const aims = fc.integer({ min: 0, max: AIM_STEPS - 1 });
const moves: fc.Arbitrary<Move> = fc.record({ dx: sticks, dy: sticks, aim: aims });

describe.each(Object.entries<ArenaMap>(MAPS))('on %s', (_name, map) => {
  const spawned = (spawn: number): Mover => ({ ...at(map.spawns, spawn), aim: 0, hp: FULL_HP });
  const spawns = fc.integer({ min: 0, max: map.spawns.length - 1 });

  test('[AR-1] a fighter is never in a wall, never past the edge, and always at a whole place', () => {
    fc.assert(
      fc.property(spawns, fc.array(moves, { minLength: 20, maxLength: 50 }), (spawn, walk) => {
        let fighter = spawned(spawn);
        for (const move of walk) {
          // Long walks one way reach walls; single steps to and fro rarely do.
          for (let again = 0; again < 8; again += 1) fighter = stepFighter(fighter, move, map);
          const { x, y } = fighter;
          expect([x, y]).toEqual([Math.round(x), Math.round(y)]);
          expect(map.blocks.filter((wall) => isWithin(fighter, wall))).toEqual([]);
          expect(Math.min(x, y, map.width - x, map.height - y)).toBeGreaterThanOrEqual(FIGHTER_RADIUS);
        }
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  test('[AR-1] nobody is faster than the speed, whichever way they go', () => {
    fc.assert(
      fc.property(spawns, moves, (spawn, move) => {
        const before = spawned(spawn);
        expect(distance(before, stepFighter(before, move, map))).toBeLessThanOrEqual(STEP_LENGTH);
      }),
      RUNS,
    );
  });

  test('[AR-1] a walk and its mirror image end at mirrored places', () => {
    const mirror = (fighter: Mover): Mover => ({ ...fighter, x: map.width - fighter.x });
    fc.assert(
      fc.property(spawns, fc.array(moves, { minLength: 20, maxLength: 60 }), (spawn, walk) => {
        let [fighter, image] = [spawned(spawn), mirror(spawned(spawn))];
        for (const move of walk) {
          fighter = stepFighter(fighter, move, map);
          image = stepFighter(image, { ...move, dx: -move.dx }, map);
        }
        expect(image).toEqual(mirror(fighter));
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('[AR-2] who is in sight is hit by who aims at them, from both ends; who is behind a wall is not', () => {
    const inside = (size: number) => fc.integer({ min: FIGHTER_RADIUS, max: size - FIGHTER_RADIUS });
    const places = fc
      .record({ x: inside(map.width), y: inside(map.height) })
      .filter((place) => map.blocks.every((wall) => !isWithin(place, wall)));
    fc.assert(
      fc.property(places, places, (one, other) => {
        fc.pre(distance(one, other) > FIGHTER_RADIUS && isWellSeenOrHidden(map, one, other));
        const hits = isClear(map.walls, one, other);
        expect([shotAt(map, one, other), shotAt(map, other, one)]).toEqual(hits ? ['it', 'it'] : [null, null]);
      }),
      RUNS,
    );
  });

  test('[AR-5] a fighter appears where no enemy sees it, by chance', () => {
    const team = { team: '', aim: 0, hp: FULL_HP };
    const enemy = { ...at(map.spawns, 0), ...team };
    const chosen = new Set<Point>();
    for (let chance = 0; chance < 1; chance += 0.01) {
      const spawn = chooseSpawn(map, enemy, { others: [enemy], chance });
      expect(isClear(map.walls, enemy, spawn)).toBe(false);
      chosen.add(spawn);
    }
    expect(chosen.size).toBeGreaterThan(3);
  });

  test('[AR-5] with an enemy in sight of every place, it appears as far off as may be', () => {
    const blind = { ...map, walls: [] };
    const enemy = { ...at(map.spawns, 0), team: '', aim: 0, hp: FULL_HP };
    const spawn = chooseSpawn(blind, enemy, { others: [enemy], chance: 0 });
    expect(distance(enemy, spawn)).toBe(Math.max(...map.spawns.map((place) => distance(enemy, place))));
  });

  test('[AR-5] nobody appears where a friend stands', () => {
    const red = { team: 'red', aim: 0, hp: FULL_HP };
    const taken = map.spawns.filter(({ x }) => x < map.width / 2).slice(1);
    const others = taken.map((spawn) => ({ ...spawn, ...red }));
    const free = map.spawns.find(
      ({ x, y }) => x < map.width / 2 && !taken.some((spawn) => spawn.x === x && spawn.y === y),
    );
    for (let chance = 0; chance < 1; chance += 0.1) {
      expect(chooseSpawn(map, { x: 0, y: 0, ...red }, { others, chance })).toEqual(free);
    }
  });

  test('[AR-5] teams appear in their own halves', () => {
    for (let chance = 0; chance < 1; chance += 0.05) {
      const [red, blue] = ['red', 'blue'].map((team) =>
        chooseSpawn(map, { x: 0, y: 0, aim: 0, hp: 0, team }, { others: [], chance }),
      );
      expect([red, blue].map((spawn) => (spawn?.x ?? NaN) < map.width / 2)).toEqual([true, false]);
    }
  });
});

describe('[AR-1] a step', () => {
  const map: ArenaMap = { ...MAPS.courtyard, blocks: [{ left: 2_000, top: 2_000, right: 3_000, bottom: 3_000 }] };
  test.each([
    ['runs', { x: 1_000, y: 1_000 }, { dx: 1, dy: 0 }, { x: 1_000 + STEP_LENGTH, y: 1_000 }],
    ['is no longer slanting', { x: 1_000, y: 1_000 }, { dx: 1, dy: 1 }, { x: 1_124, y: 1_124 }],
    ['may be short', { x: 1_000, y: 1_000 }, { dx: 0.5, dy: 0 }, { x: 1_000 + STEP_LENGTH / 2, y: 1_000 }],
    ['ends at a wall', { x: 1_990, y: 2_500 }, { dx: 1, dy: 0 }, { x: 2_000, y: 2_500 }],
    ['slides along a wall', { x: 1_990, y: 2_500 }, { dx: 1, dy: 1 }, { x: 2_000, y: 2_624 }],
    ['goes along a wall that it touches', { x: 2_000, y: 2_500 }, { dx: 0, dy: -1 }, { x: 2_000, y: 2_324 }],
    ['ends at a wall from below', { x: 2_500, y: 3_010 }, { dx: 0, dy: -1 }, { x: 2_500, y: 3_000 }],
    ['ends at the edge', { x: 330, y: 1_000 }, { dx: -1, dy: 0 }, { x: FIGHTER_RADIUS, y: 1_000 }],
  ])('%s', (_name, from, stick, to) => {
    expect(stepFighter({ ...from, aim: 3, hp: 1 }, { ...stick, aim: 9 }, map)).toEqual({ ...to, aim: 9, hp: 1 });
  });

  test('takes nobody who is down anywhere', () => {
    const down = { x: 1_000, y: 1_000, aim: 3, hp: 0 };
    expect(stepFighter(down, { dx: 1, dy: 0, aim: 9 }, map)).toEqual(down);
  });
});

describe('[AR-2] a shot', () => {
  const map: ArenaMap = { ...MAPS.courtyard, walls: [{ left: 2_000, top: 0, right: 2_100, bottom: 1_000 }] };
  const from = { x: 1_000, y: 500, aim: 0 };
  const target = (key: string, x: number, y = 500) => ({ key, x, y });

  test.each([
    ['hits the nearest', [target('far', 1_900), target('near', 1_500)], 'near', 1_500 - FIGHTER_RADIUS],
    ['ends at a wall', [target('hidden', 2_500)], null, 2_000],
    ['passes by', [target('beside', 1_500, 500 + FIGHTER_RADIUS + 1)], null, 2_000],
    ['grazes', [target('beside', 1_500, 500 + FIGHTER_RADIUS)], 'beside', 1_500],
    ['does not go backwards', [target('behind', 500)], null, 2_000],
    ['hits who peeps out of a wall', [target('peeping', 2_300)], 'peeping', 2_300 - FIGHTER_RADIUS],
  ])('%s', (_name, targets, hit, x) => {
    expect(shoot(map, from, targets)).toEqual({ to: { x, y: 500 }, hit });
  });

  test('ends at the edge of the map', () => {
    expect(shoot(map, { ...from, aim: aimAlong(-1, 0) }, [])).toEqual({ to: { x: 0, y: 500 }, hit: null });
  });

  test('goes where the aim looks', () => {
    fc.assert(
      fc.property(aims, (aim) => {
        const { x, y } = directionOf(aim);
        expect(aimAlong(x, y)).toBe(aim);
      }),
      RUNS,
    );
  });
});

describe('[AR-3] time is what moves and shots are paid with', () => {
  test.each([
    ['one step, one payment', 1_000, 1_050, 1_050],
    ['not twice in the same step', 1_050, 1_050, null],
    ['late ones are made up', 900, 1_050, 950],
    ['but no more than the bank holds', 0, 1_050, 350],
    ['a bank that is full at the start of a match', -750, 0, -700],
  ])('%s', (_name, paidMs, nowMs, next) => {
    expect(payTime(paidMs, MOVE, nowMs)).toBe(next);
  });

  test('however moves arrive, nobody takes more of them than time has passed, and the bank', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 6 }), { maxLength: 200 }), (arrivals) => {
        let [paidMs, taken] = [-MOVE.bankMs, 0];
        for (const [step, count] of arrivals.entries()) {
          for (let move = 0; move < count; move += 1) {
            const next = payTime(paidMs, MOVE, step * STEP_MS);
            if (next === null) continue;
            [paidMs, taken] = [next, taken + 1];
          }
          expect(taken).toBeLessThanOrEqual(step + MOVE.bankMs / STEP_MS);
        }
      }),
      RUNS,
    );
  });

  test('whoever sends a move a step loses none to jitter: each may be up to 14 steps late', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 14 }), { minLength: 20, maxLength: 300 }), (lateBy) => {
        const due = lateBy.map((late, step) => step + late);
        // In order, as a socket delivers them.
        for (let step = 1; step < due.length; step += 1) due[step] = Math.max(due[step] ?? 0, due[step - 1] ?? 0);
        let paidMs = -MOVE.bankMs;
        for (const step of due) {
          const next = payTime(paidMs, MOVE, step * STEP_MS);
          expect(next).not.toBeNull();
          paidMs = next ?? NaN;
        }
      }),
      RUNS,
    );
  });
});

describe('[AR-6] places', () => {
  const person = (name: string, score: number, left = false) => ({ name, score, left });
  test.each([
    ['by score', [person('a', 1), person('b', 3), person('c', 2)], [['b'], ['c'], ['a']]],
    ['equals together', [person('a', 2), person('b', 3), person('c', 2)], [['b'], ['a', 'c']]],
    ['who left is last', [person('a', 9, true), person('b', 0), person('c', 0, true)], [['b'], ['a', 'c']]],
    ['all have left', [person('a', 1, true), person('b', 2, true)], [['a', 'b']]],
  ])('%s', (_name, people, groups) => {
    const ranked = rank(people, ({ score }) => score);
    expect(ranked.map((group) => group.map(({ name }) => name))).toEqual(groups);
  });
});

/** Aims at a place as exactly as an aim can, and says who is hit. */
function shotAt(map: ArenaMap, from: Point, target: Point): string | null {
  const aim = aimAlong(target.x - from.x, target.y - from.y);
  return shoot(map, { ...from, aim }, [{ key: 'it', ...target }]).hit;
}

/** Not so near the edge of a wall that the last bit of an aim decides. */
function isWellSeenOrHidden(map: ArenaMap, one: Point, other: Point): boolean {
  const grown = (by: number) =>
    map.walls.map(({ left, top, right, bottom }) => ({
      left: left - by,
      top: top - by,
      right: right + by,
      bottom: bottom + by,
    }));
  const near = 2 * FIGHTER_RADIUS;
  return isClear(grown(near), one, other) || !isClear(grown(-near), one, other);
}

function isWithin({ x, y }: Point, wall: { left: number; top: number; right: number; bottom: number }): boolean {
  return wall.left < x && x < wall.right && wall.top < y && y < wall.bottom;
}

function at(points: readonly Point[], index: number): Point {
  const point = points[index];
  if (point === undefined) throw new Error(`There is no point ${index}.`);
  return point;
}
