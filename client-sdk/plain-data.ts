/** `share` of the way from one to the other: numbers at the same place are mixed, everything else is `to`'s. */
export function mixPlain<Data>(from: Data, to: Data, share: number): Data {
  return mixed(from, to, share) as Data;
}

function mixed(from: unknown, to: unknown, share: number): unknown {
  if (typeof from === 'number' && typeof to === 'number') return from + (to - from) * share;
  if (!isObject(from) || !isObject(to)) return to;
  if (Array.isArray(to)) return to.map((part, index) => mixed((from as unknown as unknown[])[index], part, share));
  return Object.fromEntries(Object.entries(to).map(([key, part]) => [key, mixed(from[key], part, share)]));
}

/** The greatest difference of two numbers at the same place; 1 at least if anything else differs. */
export function plainDistance(one: unknown, other: unknown): number {
  if (Object.is(one, other)) return 0;
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other);
  if (!isObject(one) || !isObject(other)) return 1;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  let distance = 0;
  for (const key of keys) distance = Math.max(distance, plainDistance(one[key], other[key]));
  return distance;
}

/**
 * A copy of plain data. Throws a `TypeError` for anything else: an instance of the decoded state in particular, which is
 * changed in place by the next patch.
 */
export function copyPlain<Data>(data: Data, what: string): Data {
  if (isObject(data)) {
    if (Array.isArray(data)) return data.map((part: unknown) => copyPlain(part, what)) as Data;
    const prototype: unknown = Object.getPrototypeOf(data);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(`${what} gives plain data, not an instance of the state: copy the fields that count`);
    }
    return Object.fromEntries(Object.entries(data).map(([key, part]) => [key, copyPlain(part, what)])) as Data;
  }
  return data;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
