import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isClear, type Point } from './geometry-rules.ts';
import { type ArenaMap, FIGHTER_RADIUS, mapNamed, MAPS } from './map-rules.ts';

const RUNS = { seed: 4, numRuns: 2_000 };

describe.each(Object.entries<ArenaMap>(MAPS))('the map %s', (_name, map) => {
  const images = (of: readonly Point[], flip: (place: Point) => Point) =>
    of.map((place) => JSON.stringify(flip(place)));
  const isFree = ({ x, y }: Point) =>
    x >= FIGHTER_RADIUS &&
    y >= FIGHTER_RADIUS &&
    x <= map.width - FIGHTER_RADIUS &&
    y <= map.height - FIGHTER_RADIUS &&
    map.blocks.every(({ left, top, right, bottom }) => x <= left || x >= right || y <= top || y >= bottom);
  const places = fc
    .record({ x: fc.integer({ min: 0, max: map.width }), y: fc.integer({ min: 0, max: map.height }) })
    .filter(isFree);

  test('[AR-1] is the same from every side', () => {
    const corners = map.walls.flatMap(({ left, top, right, bottom }) => [
      { x: left, y: top },
      { x: right, y: top },
      { x: left, y: bottom },
      { x: right, y: bottom },
    ]);
    for (const points of [corners, map.spawns, map.waypoints]) {
      const plain = images(points, (place) => place).toSorted();
      expect(images(points, ({ x, y }) => ({ x: map.width - x, y })).toSorted()).toEqual(plain);
      expect(images(points, ({ x, y }) => ({ x, y: map.height - y })).toSorted()).toEqual(plain);
    }
  });

  test('[AR-1] holds eight fighters, and four of each team, none in a wall', () => {
    expect(map.spawns.length).toBeGreaterThanOrEqual(8);
    expect(map.spawns.filter(isFree)).toEqual(map.spawns);
    expect(map.spawns.filter(({ x }) => x < map.width / 2).length * 2).toBe(map.spawns.length);
    expect(map.spawns.filter(({ x }) => x < map.width / 2).length).toBeGreaterThanOrEqual(4);
  });

  test('[AR-7] from anywhere a bot can walk straight to some waypoint', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(map.waypoints.filter((waypoint) => isClear(map.blocks, place, waypoint))).not.toEqual([]);
      }),
      RUNS,
    );
  });

  test('[AR-7] the routes lead from every waypoint to every other, in straight lines and never back', () => {
    for (const from of map.waypoints.keys()) {
      for (const to of map.waypoints.keys()) {
        const walked = [from];
        while (walked.at(-1) !== to && walked.length <= map.waypoints.length) {
          const next = map.routes[walked.at(-1) ?? -1]?.[to] ?? -1;
          expect(isClear(map.blocks, at(map, walked.at(-1)), at(map, next))).toBe(true);
          walked.push(next);
        }
        expect(walked.at(-1)).toBe(to);
        expect(new Set(walked).size).toBe(walked.length);
      }
    }
  });

  test('[AR-2] whoever sees is seen', () => {
    fc.assert(
      fc.property(places, places, (one, other) => {
        expect(isClear(map.walls, one, other)).toBe(isClear(map.walls, other, one));
      }),
      RUNS,
    );
  });
});

test.each([
  ['through its middle', [0, 50], [100, 50], false],
  ['slanting through a corner', [0, 10], [60, 70], false],
  ['from inside it', [50, 50], [100, 100], false],
  ['along its edge', [0, 40], [100, 40], true],
  ['just touching a corner', [20, 40], [60, 0], true],
  ['short of it', [0, 50], [40, 50], true],
  ['past it', [0, 0], [100, 30], true],
])('a line %s', (_name, [fromX, fromY], [toX, toY], clear) => {
  const wall = { left: 40, top: 40, right: 60, bottom: 60 };
  const [from, to] = [
    { x: fromX ?? 0, y: fromY ?? 0 },
    { x: toX ?? 0, y: toY ?? 0 },
  ];
  expect([isClear([wall], from, to), isClear([wall], to, from)]).toEqual([clear, clear]);
});

test('a map that is not there is a broken state', () => {
  expect(() => mapNamed('toString')).toThrow(RangeError);
});

function at(map: ArenaMap, index: number | undefined): Point {
  const place = map.waypoints[index ?? -1];
  if (place === undefined) throw new Error(`There is no waypoint ${index}.`);
  return place;
}
