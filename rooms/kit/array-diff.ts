import { OPERATION } from '@colyseus/schema';

/**
 * What a decoder has to do to an array, in order. `at` is a position in the decoder's array as the steps before left it;
 * deleted slots stay as holes until the last step, then close.
 */
export type ArrayStep =
  | { readonly op: typeof CLEAR }
  | { readonly op: typeof DELETE_AT; readonly at: number }
  | { readonly op: typeof DELETE_INSTANCE; readonly value: object }
  | { readonly op: typeof ADD | typeof REPLACE | typeof MOVE; readonly at: number; readonly value: unknown };

export const CLEAR = OPERATION.CLEAR;
export const DELETE_AT = OPERATION.DELETE;
export const DELETE_INSTANCE = OPERATION.DELETE_BY_REFID;
export const ADD = OPERATION.ADD;
export const REPLACE = OPERATION.REPLACE;
export const MOVE = OPERATION.MOVE;

/**
 * The steps from what clients have to what is there now.
 *
 * The library's own record of a tick's array operations goes wrong when some of them meet in one tick (a `splice` before
 * an element becomes 0, `unshift` of a value that equals the first one, a shuffle of elements that also came or went), and
 * then clients and the log differ from the room for good. So array patches are computed from before and after.
 *
 * @param known what decoders hold; undefined if they have never heard of the array.
 */
export function diffArray(
  known: readonly unknown[] | undefined,
  now: readonly unknown[],
  ofSchemas: boolean,
): ArrayStep[] {
  if (known === undefined || known.length === 0) return now.map((value, at) => ({ op: ADD, at, value }));
  if (now.length === 0) return [{ op: CLEAR }];
  return ofSchemas ? diffInstances(known as readonly object[], now as readonly object[]) : diffPrimitives(known, now);
}

function diffPrimitives(known: readonly unknown[], now: readonly unknown[]): ArrayStep[] {
  const steps: ArrayStep[] = [];
  const shared = Math.min(known.length, now.length);
  // A shorter array keeps its tail: what a removal in the middle left behind need not be sent again.
  const tail = now.length < known.length ? sharedTail(known, now) : 0;
  for (let at = 0; at < shared - tail; at++) {
    if (!Object.is(known[at], now[at])) steps.push({ op: REPLACE, at, value: now[at] });
  }
  for (let at = now.length - tail; at < known.length - tail; at++) steps.push({ op: DELETE_AT, at });
  // Only appended, never inserted: decoders drop an insertion whose value equals the one that it pushes away.
  for (let at = known.length; at < now.length; at++) steps.push({ op: ADD, at, value: now[at] });
  return steps;
}

function sharedTail(known: readonly unknown[], now: readonly unknown[]): number {
  let length = 0;
  while (length < now.length && Object.is(known[known.length - 1 - length], now[now.length - 1 - length])) length++;
  return length;
}

function diffInstances(known: readonly object[], now: readonly object[]): ArrayStep[] {
  const before = new Set(known);
  const after = new Set(now);
  const staying = known.filter((value) => after.has(value));
  const stayed = now.filter((value) => before.has(value));
  if (staying.every((value, at) => value === stayed[at])) return insertAndDelete(known, now, before, after);
  if (known.length === now.length && staying.length === known.length) return reorder(known, now);
  return [{ op: CLEAR }, ...now.map((value, at) => ({ op: ADD, at, value }) as const)];
}

function reorder(known: readonly object[], now: readonly object[]): ArrayStep[] {
  const steps: ArrayStep[] = [];
  for (const [at, value] of now.entries()) if (known[at] !== value) steps.push({ op: MOVE, at, value });
  return steps;
}

/** For elements that kept their order: holes where some went, new ones into holes or between. */
function insertAndDelete(
  known: readonly object[],
  now: readonly object[],
  before: ReadonlySet<object>,
  after: ReadonlySet<object>,
): ArrayStep[] {
  const steps: ArrayStep[] = [];
  const slots = known.map((value) => (after.has(value) ? value : undefined));
  for (const value of known) if (!after.has(value)) steps.push({ op: DELETE_INSTANCE, value });
  let at = 0;
  for (const value of now) {
    if (before.has(value)) {
      while (slots[at] !== value) at++;
    } else {
      steps.push({ op: ADD, at, value });
      // A hole takes the new element; anywhere else it pushes the others on.
      if (at < slots.length && slots[at] === undefined) slots[at] = value;
      else slots.splice(at, 0, value);
    }
    at++;
  }
  return steps;
}
