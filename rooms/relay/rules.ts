/** Deeper data is a mistake, or an attack on whoever walks through it. */
export const MAX_DATA_DEPTH = 16;

/** Objects, arrays and all that is in them: a message of the largest size has room for many more, and each is copied for all. */
export const MAX_DATA_VALUES = 1_000;

/** Whether a value is JSON, not too deep and of not too many values: what every client can read, whatever it is written in. */
export function isJson(value: unknown, depth = 0, left = { values: MAX_DATA_VALUES }): boolean {
  left.values -= 1;
  if (left.values < 0) return false;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === MAX_DATA_DEPTH) return false;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.values(value).every((inner) => isJson(inner, depth + 1, left));
}

/** A member, as the rules of succession see it. */
export interface Member {
  readonly index: number;
  readonly connected: boolean;
  readonly left: boolean;
}

/** Who follows a host that is gone: the longest-present member who is there. null if nobody is. */
export function successorOf(hostIndex: number, members: readonly Member[]): number | null {
  const heir = members.find(({ index, connected, left }) => index !== hostIndex && connected && !left);
  return heir?.index ?? null;
}

/** How a match ended, as one member says. Best first; seats in one group share their place. */
export interface Proposal {
  readonly placements: readonly (readonly number[])[];
  readonly scores: Readonly<Record<string, number>>;
}

/** Whether a proposal gives each of `seatCount` seats one place, and no other any. */
export function isComplete({ placements, scores }: Proposal, seatCount: number): boolean {
  const placed = placements.flat();
  const known = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < seatCount;
  const once = new Set(placed).size === placed.length && placed.length === seatCount;
  const isSeat = (index: string): boolean => known(Number(index)) && String(Number(index)) === index;
  return once && placed.every(known) && Object.keys(scores).every(isSeat);
}

/** Whether two members say the same. The order within a group says nothing, and neither does a group of nobody. */
export function isSame(one: Proposal | undefined, other: Proposal): boolean {
  return one !== undefined && textOf(one) === textOf(other);
}

function textOf({ placements, scores }: Proposal): string {
  const groups = placements.filter((group) => group.length > 0).map((group) => group.toSorted((a, b) => a - b));
  const points = Object.entries(scores).toSorted(([a], [b]) => Number(a) - Number(b));
  return JSON.stringify([groups, points]);
}
