/** Lines among walls. Where fighters and maps meet, numbers are whole units, so that server and clients reckon the same to the bit. */

/** A place, from the top left. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
/** A rectangle that neither fighters nor shots pass. Its edge belongs to the open. */
export interface Wall {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
/** A line without an end. `direction` has the length 1. */
export interface Ray {
  readonly from: Point;
  readonly direction: Point;
}

export function distance(from: Point, to: Point): number {
  return Math.sqrt((to.x - from.x) ** 2 + (to.y - from.y) ** 2);
}

/** Whether nothing stands between two places: exact, and the same from both ends. */
export function isClear(walls: readonly Wall[], from: Point, to: Point): boolean {
  return !walls.some((wall) => crosses(wall, from, to));
}

/** How far a ray goes until it enters the wall; Infinity if it passes by. */
export function distanceToWall({ from, direction }: Ray, { left, top, right, bottom }: Wall): number {
  const [inX, outX] = strip(from.x, direction.x, [left, right]);
  const [inY, outY] = strip(from.y, direction.y, [top, bottom]);
  const enters = Math.max(inX, inY, 0);
  return enters < Math.min(outX, outY) ? enters : Infinity;
}

/** How far a ray from within the rectangle goes until it leaves it. */
export function distanceOutOf({ from, direction }: Ray, { left, top, right, bottom }: Wall): number {
  const [, outX] = strip(from.x, direction.x, [left, right]);
  const [, outY] = strip(from.y, direction.y, [top, bottom]);
  return Math.min(outX, outY);
}

/** How far a ray goes until it enters the circle; Infinity if it passes by, or comes from further on. */
export function distanceToCircle({ from, direction }: Ray, middle: Point, radius: number): number {
  const x = middle.x - from.x;
  const y = middle.y - from.y;
  const along = x * direction.x + y * direction.y;
  const offside = x * direction.y - y * direction.x;
  if (along <= 0 || Math.abs(offside) > radius) return Infinity;
  return Math.max(0, along - Math.sqrt(radius * radius - offside * offside));
}

/** By separating lines: the sides of the wall, and the line itself if it has all four corners on one side. */
function crosses({ left, top, right, bottom }: Wall, from: Point, to: Point): boolean {
  if (Math.max(from.x, to.x) <= left || Math.min(from.x, to.x) >= right) return false;
  if (Math.max(from.y, to.y) <= top || Math.min(from.y, to.y) >= bottom) return false;
  const x = to.x - from.x;
  const y = to.y - from.y;
  // Of the four corners, two opposite ones lie farthest off the line, on either side of it if it crosses.
  const [bottomX, topX] = x * y >= 0 ? ([left, right] as const) : ([right, left] as const);
  const one = x * (bottom - from.y) - y * (bottomX - from.x);
  const other = x * (top - from.y) - y * (topX - from.x);
  return one > 0 ? other < 0 : one < 0 && other > 0;
}

/** Where a line enters and leaves the strip between two parallels, seen along one axis. */
function strip(from: number, by: number, [low, high]: readonly [number, number]): readonly [number, number] {
  if (by === 0) return from > low && from < high ? [-Infinity, Infinity] : [Infinity, -Infinity];
  const toLow = (low - from) / by;
  const toHigh = (high - from) / by;
  return toLow < toHigh ? [toLow, toHigh] : [toHigh, toLow];
}
