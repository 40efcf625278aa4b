/** The arena's maps: data that the room, bots and clients share. */
import { distance, isClear, type Point, type Wall } from './geometry-rules.ts';

export interface ArenaMap {
  /** In units, as everything here. */
  readonly width: number;
  readonly height: number;
  readonly walls: readonly Wall[];
  /** The walls as they are for the middle of a fighter: wider by its radius. */
  readonly blocks: readonly Wall[];
  /** Where fighters appear; the red team in the left half, the blue team in the right. */
  readonly spawns: readonly Point[];
  /** Where bots walk by. */
  readonly waypoints: readonly Point[];
  /** `routes[from][to]` is the waypoint that comes next on the way; a fighter can walk there in a straight line. */
  readonly routes: readonly (readonly number[])[];
}

/** Units to a pixel of a map that is drawn at its natural size. */
export const UNITS_PER_PIXEL = 16;
/** Radius of the circle that shots hit, and half a side of the square that a fighter takes up among walls. */
export const FIGHTER_RADIUS = 20 * UNITS_PER_PIXEL;

const WIDTH_PX = 1_600;
const HEIGHT_PX = 960;

type RectanglePx = readonly [left: number, top: number, width: number, height: number];
type PointPx = readonly [x: number, y: number];
interface Quarter {
  readonly walls: readonly RectanglePx[];
  readonly spawns: readonly PointPx[];
  readonly waypoints: readonly PointPx[];
}

/** Written down is the top left quarter, in pixels; the others are its mirror images, so that no side is better. */
export const MAPS = {
  courtyard: mirrored({
    walls: [
      [740, 420, 120, 120],
      [240, 176, 200, 40],
      [240, 216, 40, 120],
      [640, 176, 320, 40],
      [480, 400, 40, 160],
    ],
    spawns: [
      [80, 80],
      [80, 480],
      [340, 300],
      [620, 80],
    ],
    waypoints: [
      [160, 100],
      [160, 480],
      [360, 300],
      [360, 480],
      [540, 100],
      [540, 320],
      [800, 100],
      [800, 320],
      [640, 480],
    ],
  }),
  lanes: mirrored({
    walls: [
      [160, 288, 400, 40],
      [660, 288, 280, 40],
      [360, 120, 40, 168],
      [780, 0, 40, 160],
      [520, 420, 40, 120],
      [760, 450, 80, 60],
    ],
    spawns: [
      [80, 80],
      [80, 480],
      [260, 200],
      [640, 80],
    ],
    waypoints: [
      [80, 80],
      [80, 300],
      [80, 480],
      [260, 80],
      [260, 380],
      [480, 80],
      [480, 230],
      [610, 230],
      [610, 380],
      [800, 230],
      [800, 380],
    ],
  }),
} as const satisfies Readonly<Record<string, ArenaMap>>;
export type MapName = keyof typeof MAPS;

/** The map that the state names. */
export function mapNamed(name: string): ArenaMap {
  if (!Object.hasOwn(MAPS, name)) throw new RangeError(`There is no map "${name}".`);
  return MAPS[name as MapName];
}

function mirrored(quarter: Quarter): ArenaMap {
  const walls = quarter.walls.flatMap(imagesOf).map(toWall);
  const blocks = walls.map((wall) => widened(wall, FIGHTER_RADIUS));
  const waypoints = quarter.waypoints.flatMap(imagesOfPoint);
  return {
    width: WIDTH_PX * UNITS_PER_PIXEL,
    height: HEIGHT_PX * UNITS_PER_PIXEL,
    walls,
    blocks,
    spawns: quarter.spawns.flatMap(imagesOfPoint),
    waypoints,
    routes: routesBetween(waypoints, blocks),
  };
}

/** A rectangle and its mirror images, each once: one on an axis is its own image. */
function imagesOf([left, top, width, height]: RectanglePx): readonly RectanglePx[] {
  const lefts = new Set([left, WIDTH_PX - left - width]);
  const tops = new Set([top, HEIGHT_PX - top - height]);
  return [...lefts].flatMap((x) => [...tops].map((y) => [x, y, width, height] as const));
}

function imagesOfPoint([x, y]: PointPx): readonly Point[] {
  return imagesOf([x, y, 0, 0]).map(([left, top]) => ({ x: left * UNITS_PER_PIXEL, y: top * UNITS_PER_PIXEL }));
}

function toWall([left, top, width, height]: RectanglePx): Wall {
  return {
    left: left * UNITS_PER_PIXEL,
    top: top * UNITS_PER_PIXEL,
    right: (left + width) * UNITS_PER_PIXEL,
    bottom: (top + height) * UNITS_PER_PIXEL,
  };
}

function widened({ left, top, right, bottom }: Wall, by: number): Wall {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

/** The shortest ways between all points, by Floyd and Warshall (R. W. Floyd, Algorithm 97, 1962). */
function routesBetween(points: readonly Point[], blocks: readonly Wall[]): readonly (readonly number[])[] {
  const lengths = points.map((from) => points.map((to) => (isClear(blocks, from, to) ? distance(from, to) : Infinity)));
  const routes = points.map(() => points.map((_, to) => to));
  for (const via of points.keys()) {
    for (const from of points.keys()) {
      for (const to of points.keys()) {
        const length = (lengths[from]?.[via] ?? Infinity) + (lengths[via]?.[to] ?? Infinity);
        if (length >= (lengths[from]?.[to] ?? 0)) continue;
        (lengths[from] as number[])[to] = length;
        (routes[from] as number[])[to] = routes[from]?.[via] as number;
      }
    }
  }
  return routes;
}
