/** How a bot plays: by what it may see, with chance that is passed in. The room's bots use it, and those of load tests. */
import { distance, isClear, type Point } from './geometry-rules.ts';
import { type ArenaMap, UNITS_PER_PIXEL } from './map-rules.ts';
import { AIM_STEPS, aimAlong, areEnemies, directionOf, type FighterView, type Move } from './rules.ts';

/** A bot thinks once in so many steps, and in between goes on as it did: not faster than a person reacts, and cheap. */
export const BOT_THINKS_EVERY_STEPS = 4;

/** How far its aim is off at most, either way. */
const AIM_ERROR = AIM_STEPS / 36;
/** Of the thoughts in which it sees somebody, the share in which it shoots. */
const FIRE_CHANCE = 0.45;
/** Farther than that from an enemy it comes closer; nearer, it keeps going where it was going. */
const CLOSE = 420 * UNITS_PER_PIXEL;
const ARRIVED = 48 * UNITS_PER_PIXEL;
/** Chance to think of another way, so that no bot runs in circles. */
const NEW_GOAL_CHANCE = 0.03;

export interface BotView {
  readonly self: FighterView;
  readonly others: Iterable<FighterView>;
  readonly map: ArenaMap;
}
/** What a bot has in mind until its next thought. Plain data. */
export interface BotMind {
  /** The aim that it walks along; null: it stands. */
  readonly heading: number | null;
  readonly aim: number;
  /** Whether it shoots, once. */
  readonly fires: boolean;
  /** Index of the waypoint that it is on its way to. */
  readonly goal: number;
}

export const NEW_BOT: BotMind = { heading: null, aim: 0, fires: false, goal: 0 };

/** @param random gives the next chance, at least 0 and less than 1 */
export function thinkAsBot({ self, others, map }: BotView, before: BotMind, random: () => number): BotMind {
  if (self.hp === 0) return { ...before, heading: null, fires: false };
  const enemy = nearestSeen(self, others, map);
  const goal = nextGoal(self, { map, goal: before.goal, random });
  const target = enemy !== null && distance(self, enemy) > CLOSE ? enemy : nextStop(self, goal, map);
  const heading = aimAlong(target.x - self.x, target.y - self.y);
  if (enemy === null) return { heading, aim: heading, fires: false, goal };
  const error = Math.round((random() * 2 - 1) * AIM_ERROR);
  const aim = (aimAlong(enemy.x - self.x, enemy.y - self.y) + error + AIM_STEPS) % AIM_STEPS;
  return { heading, aim, fires: random() < FIRE_CHANCE, goal };
}

/** The step that a bot takes with what it has in mind. */
export function moveOfBot({ heading, aim }: BotMind): Move {
  if (heading === null) return { dx: 0, dy: 0, aim };
  const { x, y } = directionOf(heading);
  return { dx: x, dy: y, aim };
}

/** Whose bot leaves where somebody has come: of the largest team, the one with the fewest points. null: there are none. */
export function botToLeave(fighters: Iterable<readonly [key: string, FighterView & { bot: boolean; score: number }]>) {
  const all = [...fighters];
  const sizeOf = (team: string) => all.filter(([, fighter]) => fighter.team === team).length;
  const bots = all.filter(([, { bot }]) => bot);
  const [first] = bots.toSorted(
    ([, one], [, other]) => sizeOf(other.team) - sizeOf(one.team) || one.score - other.score,
  );
  return first?.[0] ?? null;
}

function nearestSeen(self: FighterView, others: Iterable<FighterView>, map: ArenaMap): FighterView | null {
  let nearest: FighterView | null = null;
  for (const other of others) {
    if (other === self || other.hp === 0 || !areEnemies(self, other)) continue;
    if (nearest !== null && distance(self, other) >= distance(self, nearest)) continue;
    if (isClear(map.walls, self, other)) nearest = other;
  }
  return nearest;
}

function nextGoal(
  self: FighterView,
  { map, goal, random }: { readonly map: ArenaMap; readonly goal: number; readonly random: () => number },
): number {
  const place = map.waypoints[goal];
  const wanders = random() < NEW_GOAL_CHANCE;
  if (place !== undefined && distance(self, place) > ARRIVED && !wanders) return goal;
  return Math.floor(random() * map.waypoints.length);
}

/** Where to walk now to get to a waypoint: straight there, or to the next one on the way. */
function nextStop(self: FighterView, goal: number, map: ArenaMap): Point {
  const here = nearestWaypoint(self, map);
  const place = map.waypoints[here];
  const next = map.waypoints[map.routes[here]?.[goal] ?? here];
  if (place === undefined || next === undefined) return self;
  // What comes after the nearest waypoint may be in reach already.
  return isClear(map.blocks, self, next) ? next : place;
}

function nearestWaypoint(self: FighterView, { waypoints, blocks }: ArenaMap): number {
  let nearest = -1;
  let nearestAt = Infinity;
  for (const [index, place] of waypoints.entries()) {
    const at = distance(self, place);
    if (at < nearestAt && isClear(blocks, self, place)) [nearest, nearestAt] = [index, at];
  }
  return nearest;
}
