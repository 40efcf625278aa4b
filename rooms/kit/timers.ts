/** A named alarm in match time. What is pending is data: it is recorded, and goes on after a crash. */
export interface GameTimer {
  /** Sets it to go off `delayMs` of match time from now, in place of what was set before. Returns when that is. */
  start(delayMs: number): number;
  stop(): void;
  /** Match time in ms at which it goes off; null if it is not set. */
  readonly dueMs: number | null;
}

/** The timers of one room. They are declared while the room is constructed, so that a restored room has the same. */
export class TimerSet {
  readonly #nowMs: () => number;
  /** Due times by name; made with the first timer: many rooms have none. */
  #pending: Map<string, number> | null;
  #callbacks: Map<string, () => void> | null = null;
  #sealed = false;
  #changes = 0;

  /**
   * @param nowMs the match time
   * @param pending due times by name, of a restored match
   */
  constructor(nowMs: () => number, pending: Readonly<Record<string, number>> | null = null) {
    this.#nowMs = nowMs;
    this.#pending = pending === null ? null : new Map(Object.entries(pending));
  }

  declare(name: string, callback: () => void): GameTimer {
    if (this.#sealed) throw new Error(`Timer "${name}" must be declared as a field of the room, not later.`);
    this.#callbacks ??= new Map();
    if (this.#callbacks.has(name)) throw new Error(`There are two timers "${name}".`);
    this.#callbacks.set(name, callback);
    this.#pending ??= new Map();
    const pending = this.#pending;
    return {
      start: (delayMs) => {
        if (!Number.isFinite(delayMs) || delayMs < 0) throw new RangeError(`Timer "${name}": bad delay ${delayMs}.`);
        const dueMs = this.#nowMs() + Math.ceil(delayMs);
        pending.set(name, dueMs);
        this.#changes += 1;
        return dueMs;
      },
      stop: () => {
        pending.delete(name);
        this.#changes += 1;
      },
      get dueMs() {
        return pending.get(name) ?? null;
      },
    };
  }

  /** No more timers from here on. Throws if a recorded one was not declared. */
  seal(): void {
    this.#sealed = true;
    for (const name of this.#pending?.keys() ?? []) {
      if (!this.#callbacks?.has(name)) throw new Error(`The recorded timer "${name}" is not declared by the room.`);
    }
  }

  /** How often a timer was set, stopped or went off: what is pending is as it was while this is. */
  get changes(): number {
    return this.#changes;
  }

  /** Match time of the first timer to go off, Infinity if none is set. */
  get nextDueMs(): number {
    let next = Infinity;
    if (this.#pending === null) return next;
    for (const dueMs of this.#pending.values()) if (dueMs < next) next = dueMs;
    return next;
  }

  /** Takes the first timer that is due (the earliest; by name among equals); null if none is. */
  takeDue(): (() => void) | null {
    let first: [name: string, dueMs: number] | null = null;
    if (this.#pending === null) return null;
    for (const [name, dueMs] of this.#pending) {
      if (dueMs > this.#nowMs()) continue;
      if (first === null || dueMs < first[1] || (dueMs === first[1] && name < first[0])) first = [name, dueMs];
    }
    if (first === null) return null;
    this.#changes += 1;
    this.#pending.delete(first[0]);
    return this.#callbacks?.get(first[0]) ?? null;
  }

  toData(): Record<string, number> {
    return Object.fromEntries(this.#pending ?? []);
  }
}
