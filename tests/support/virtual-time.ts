import type { Timing } from '../../client-sdk/timing.ts';

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock and timers that stand still until they are told to go on: minutes pass in no time, and always in the same order. */
export class VirtualTime implements Timing {
  #nowMs: number;
  #due: Due[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), run };
    // Behind those of the same time.
    const place = this.#due.findIndex(({ atMs }) => atMs > due.atMs);
    this.#due.splice(place === -1 ? this.#due.length : place, 0, due);
    return () => {
      this.#due = this.#due.filter((other) => other !== due);
    };
  };

  /** The middle of all chances: what waits by chance waits for its average. */
  readonly random = (): number => 0.5;

  /** Calls `run` every `everyMs` from now on, for as long as it doesn't give `false`. */
  every(everyMs: number, run: () => unknown): void {
    this.after(everyMs, () => {
      if (run() !== false) this.every(everyMs, run);
    });
  }

  /** Lets time pass; what is due happens at its time. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let first = this.#due[0]; first && first.atMs <= untilMs; first = this.#due[0]) this.#take(first);
    this.#nowMs = untilMs;
  }

  /** As {@link pass}, and what was promised meanwhile is settled after each thing that happens. */
  async passSettling(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (let first = this.#due[0]; first && first.atMs <= untilMs; first = this.#due[0]) {
      this.#take(first);
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #take(first: Due): void {
    this.#due.shift();
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    first.run();
  }
}

/** Promises that wait for promises that wait for promises: deeper than any of the SDK's are. */
const DEPTH = 20;

/** Resolves when everything that only waits for promises has had its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < DEPTH; turn += 1) await Promise.resolve();
}
