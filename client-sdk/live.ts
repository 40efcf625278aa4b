/**
 * Something that changes while one looks at it.
 *
 * `view` is immutable: a change gives another object. `subscribe` calls its listener at once with the present view and
 * again after each change, until the function that it gives back is called. Both work detached from their object, so
 * `useSyncExternalStore(live.subscribe, () => live.view)` needs no binding.
 */
export interface Live<View> {
  readonly view: View;
  readonly subscribe: (listener: (view: View) => void) => () => void;
}

/** A set of listeners. One that throws harms no other: its error is reported, not swallowed. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: (...args: Args) => void): () => void {
    // Its own function, so that one listener added twice is called twice and removed once.
    const entry = (...args: Args): void => listener(...args);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  call(...args: Args): void {
    // Not those that are added meanwhile.
    const present = [...this.#listeners];
    for (const listener of present) callReporting(() => listener(...args));
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** The writable side of a {@link Live}. */
export class LiveValue<View> implements Live<View> {
  readonly #listeners = new Listeners<[View]>();
  #view: View;

  constructor(view: View) {
    this.#view = deepFreeze(view);
  }

  get view(): View {
    return this.#view;
  }

  readonly subscribe = (listener: (view: View) => void): (() => void) => {
    const stop = this.#listeners.add(listener);
    callReporting(() => listener(this.#view));
    return stop;
  };

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  set(view: View): void {
    if (Object.is(view, this.#view)) return;
    this.#view = deepFreeze(view);
    this.#listeners.call(view);
  }
}

/** Resolves with the first thing that `pick` finds in a view, the present one included; with null once `signal` aborts. */
export function firstFound<View, Found>(
  live: Live<View>,
  pick: (view: View) => Found | null,
  signal: AbortSignal,
): Promise<Found | null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    let stop = (): void => undefined;
    const settle = (found: Found | null): void => {
      signal.removeEventListener('abort', abort);
      // The first call comes while `subscribe` still runs, before there is anything to stop.
      queueMicrotask(() => stop());
      resolve(found);
    };
    const abort = (): void => settle(null);
    signal.addEventListener('abort', abort, { once: true });
    stop = live.subscribe((view) => {
      const found = pick(view);
      if (found !== null) settle(found);
    });
  });
}

/** Freezes plain data all the way down; instances of classes are left alone. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isPlain(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

/** Runs somebody else's code; what it throws surfaces as an uncaught error, as it would from an event listener. */
export function callReporting(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
