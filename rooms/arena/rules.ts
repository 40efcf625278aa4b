/**
 * The arena's rules. They are pure, so clients run `stepFighter` ahead of the server, and what both reckon is the same to the
 * bit: places are whole units, and only sums, products, quotients and square roots lead from one to the next.
 */
import {
  distance,
  distanceOutOf,
  distanceToCircle,
  distanceToWall,
  isClear,
  type Point,
  type Ray,
} from './geometry-rules.ts';
import { type ArenaMap, FIGHTER_RADIUS, UNITS_PER_PIXEL } from './map-rules.ts';

export const TICK_RATE_HZ = 20;
/** What one `move` lasts. */
export const STEP_MS = 1_000 / TICK_RATE_HZ;
/** The farthest that a fighter gets in one step, in units. */
export const STEP_LENGTH = 11 * UNITS_PER_PIXEL;
/** A full turn of `aim`: 0 looks right, a quarter of it down. */
export const AIM_STEPS = 4_096;

export const FULL_HP = 100;
export const SHOT_DAMAGE = 20;
export const SHOT_EVERY_MS = 250;
export const RESPAWN_MS = 3_000;

/** What an action costs of the time that passes, and how much of it may be saved up; see `payTime`. */
export interface Price {
  readonly costMs: number;
  readonly bankMs: number;
}
/** What a stall of the network held up is walked when it arrives: at 150 ms, also a packet that had to be sent three times. */
export const MOVE: Price = { costMs: STEP_MS, bankMs: 750 };
/** Shots that were fired in time may arrive two steps closer together. */
export const SHOT: Price = { costMs: SHOT_EVERY_MS, bankMs: SHOT_EVERY_MS + 2 * STEP_MS };

export const TEAMS = ['red', 'blue'] as const;
export type Team = (typeof TEAMS)[number];

/** What a client predicts of its own fighter. */
export interface Mover extends Point {
  readonly aim: number;
  /** 0: it lies where it fell until it appears anew. */
  readonly hp: number;
}
/** A fighter, as anyone may see it. */
export interface FighterView extends Mover {
  /** Empty where everyone fights for themselves. */
  readonly team: string;
}
/** What a player does in one step. */
export interface Move {
  /** From -1 to 1; a keyboard's (1, 1) is not faster than (1, 0). */
  readonly dx: number;
  readonly dy: number;
  readonly aim: number;
}

/** One step of a fighter: as far as the walls let it, sliding along them. */
export function stepFighter({ x, y, aim, hp }: Mover, move: Move, map: ArenaMap): Mover {
  if (hp === 0) return { x, y, aim, hp };
  const scale = STEP_LENGTH / Math.max(1, Math.sqrt(move.dx * move.dx + move.dy * move.dy));
  const toX = slideX(map, { x, y }, x + Math.trunc(move.dx * scale));
  const toY = slideY(map, { x: toX, y }, y + Math.trunc(move.dy * scale));
  return { x: toX, y: toY, aim: move.aim, hp };
}

/** The aim that looks along (dx, dy); 0 if that is no direction. */
export function aimAlong(dx: number, dy: number): number {
  const turn = Math.atan2(dy, dx) / (2 * Math.PI);
  return (Math.round(turn * AIM_STEPS) + AIM_STEPS) % AIM_STEPS;
}

/** The direction that an aim looks in, of length 1. */
export function directionOf(aim: number): Point {
  const radians = (aim / AIM_STEPS) * 2 * Math.PI;
  return { x: Math.cos(radians), y: Math.sin(radians) };
}

/** Somebody whom a shot may hit, where the shooter saw them. */
export interface Target extends Point {
  readonly key: string;
}
export interface Shot {
  /** Where it ends, in whole units. */
  readonly to: Point;
  /** The key of who is hit; null if a wall is. */
  readonly hit: string | null;
}

/** Follows a shot to whom it hits first, or to the wall that stops it. */
export function shoot(map: ArenaMap, from: Pick<Mover, 'x' | 'y' | 'aim'>, targets: Iterable<Target>): Shot {
  const direction = directionOf(from.aim);
  const ray = { from, direction };
  let length = openLength(map, ray);
  let hit: string | null = null;
  for (const target of targets) {
    const reaches = distanceToCircle(ray, target, FIGHTER_RADIUS);
    if (reaches >= length) continue;
    length = reaches;
    hit = target.key;
  }
  const to = { x: Math.round(from.x + direction.x * length), y: Math.round(from.y + direction.y * length) };
  return { to, hit };
}

/** The team that has the fewest fighters; the first among equals. */
export function smallestTeam(fighters: readonly FighterView[]): Team {
  const [red, blue] = TEAMS.map((team) => fighters.filter((fighter) => fighter.team === team).length);
  return (red ?? 0) <= (blue ?? 0) ? 'red' : 'blue';
}

export function areEnemies(one: FighterView, other: FighterView): boolean {
  return one.team === '' || one.team !== other.team;
}

/**
 * Where a fighter appears: by chance among the places that no enemy sees and where nobody stands; if there are none, as far
 * from enemies as may be.
 *
 * @param chance at least 0 and less than 1
 */
export function chooseSpawn(
  map: ArenaMap,
  fighter: FighterView,
  { others, chance }: { readonly others: readonly FighterView[]; readonly chance: number },
): Point {
  const spawns = map.spawns.filter(({ x }) => fighter.team === '' || x < map.width / 2 === (fighter.team === 'red'));
  const enemies = others.filter((other) => areEnemies(fighter, other));
  const safe = spawns.filter(
    (spawn) =>
      enemies.every((enemy) => !isClear(map.walls, enemy, spawn)) &&
      others.every((other) => distance(other, spawn) > 2 * FIGHTER_RADIUS),
  );
  const safety = (spawn: Point) => Math.min(map.width, ...enemies.map((enemy) => distance(enemy, spawn)));
  const [farthest] = spawns.toSorted((one, other) => safety(other) - safety(one));
  const chosen = safe[Math.floor(chance * safe.length)] ?? farthest;
  if (chosen === undefined) throw new Error('The map has no place to appear.');
  return chosen;
}

/**
 * Pays for an action with time that has passed, so that whatever arrives in a bunch is taken, and nobody gets ahead of the
 * clock by sending more.
 *
 * @param paidMs the account: until when time is spent; `nowMs - bankMs` is all that can be saved
 * @returns the account afterwards; null if there is not enough time left
 */
export function payTime(paidMs: number, { costMs, bankMs }: Price, nowMs: number): number | null {
  const nextMs = Math.max(paidMs, nowMs - bankMs) + costMs;
  return nextMs <= nowMs ? nextMs : null;
}

/** Best first, equals together; those who left are last, together. */
export function rank<Person extends { readonly left: boolean }>(
  people: readonly Person[],
  pointsOf: (person: Person) => number,
): Person[][] {
  const byPoints = Map.groupBy(people, (person) => (person.left ? -Infinity : pointsOf(person)));
  return [...byPoints].toSorted(([one], [other]) => other - one).map(([, group]) => group);
}

/** How far a ray goes until the first wall, or the map's edge. */
function openLength(map: ArenaMap, ray: Ray): number {
  const edge = distanceOutOf(ray, { left: 0, top: 0, right: map.width, bottom: map.height });
  return Math.min(edge, ...map.walls.map((wall) => distanceToWall(ray, wall)));
}

function slideX(map: ArenaMap, { x, y }: Point, wanted: number): number {
  let to = within(wanted, map.width);
  for (const { left, top, right, bottom } of map.blocks) if (top < y && y < bottom) to = stop(x, to, [left, right]);
  return to;
}

function slideY(map: ArenaMap, { x, y }: Point, wanted: number): number {
  let to = within(wanted, map.height);
  for (const { left, top, right, bottom } of map.blocks) if (left < x && x < right) to = stop(y, to, [top, bottom]);
  return to;
}

/** How far it goes towards `to` if what lies between two places is blocked. */
function stop(from: number, to: number, [low, high]: readonly [number, number]): number {
  if (from <= low) return Math.min(to, low);
  if (from >= high) return Math.max(to, high);
  return to;
}

function within(place: number, size: number): number {
  return Math.max(FIGHTER_RADIUS, Math.min(place, size - FIGHTER_RADIUS));
}
