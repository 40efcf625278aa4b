/** A value that clients never see, such as a deck of cards. It is recorded with every tick that changed it. */
export interface Kept<Value> {
  value: Value;
}

/** The kept values of one room, by name. Declared while the room is constructed, so that a restored room has the same. */
export class KeptValues {
  /** Made with the first: many rooms keep nothing. */
  #values: Map<string, Kept<unknown>> | null = null;
  /** Values of a restored match that are still to be declared. */
  #recorded: Map<string, unknown> | null;
  #sealed = false;

  constructor(recorded: Readonly<Record<string, unknown>> | null = null) {
    this.#recorded = recorded === null ? null : new Map(Object.entries(recorded));
  }

  declare<Value>(name: string, initial: Value): Kept<Value> {
    if (this.#sealed) throw new Error(`Kept value "${name}" must be declared as a field of the room, not later.`);
    this.#values ??= new Map();
    if (this.#values.has(name)) throw new Error(`There are two kept values "${name}".`);
    assertPlain(initial, name);
    // A copy: what an author writes as a constant would be one for all matches of the process.
    const value = this.#recorded?.has(name) ? (this.#recorded.get(name) as Value) : structuredClone(initial);
    const kept: Kept<Value> = { value };
    this.#recorded?.delete(name);
    this.#values.set(name, kept);
    return kept;
  }

  /** No more kept values from here on. Throws if a recorded one was not declared. */
  seal(): void {
    this.#sealed = true;
    const [forgotten] = this.#recorded?.keys() ?? [];
    this.#recorded = null;
    if (forgotten !== undefined) throw new Error(`The recorded value "${forgotten}" is not kept by the room.`);
  }

  /** The room keeps nothing. */
  get isEmpty(): boolean {
    return this.#values === null;
  }

  toData(): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    if (this.#values === null) return data;
    const seen = new Set<object>();
    for (const [name, kept] of this.#values) {
      assertPlain(kept.value, name, seen);
      data[name] = kept.value;
    }
    return data;
  }
}

/**
 * Only what comes back from a record as it went in may be kept: null, booleans, numbers, strings, arrays and plain objects, each of
 * them in one place.
 */
function assertPlain(value: unknown, path: string, seen: Set<object> = new Set()): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return;
  if (typeof value === 'object' && seen.has(value)) {
    throw new TypeError(`keep("${path}"): the same object is in it twice; after a crash it would be two.`);
  }
  if (typeof value === 'object') seen.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertPlain(value[index], `${path}[${index}]`, seen);
    return;
  }
  if (typeof value === 'object' && isPlainObject(value)) {
    for (const [key, inner] of Object.entries(value)) assertPlain(inner, `${path}.${key}`, seen);
    return;
  }
  throw new TypeError(
    `keep("${path}"): only plain data survives a crash; use null, booleans, numbers, strings, arrays and plain objects.`,
  );
}

/** `{}` or one without a prototype; no instance of a class, no Map, no Date. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
