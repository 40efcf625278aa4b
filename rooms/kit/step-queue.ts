import { MAX_ROOM_MESSAGES_PER_SECOND } from '../../protocol/limits.ts';

/** Inputs of one seat that a step on a fixed grid consumes; at slow rates, as many as a player may send meanwhile. */
const MIN_INPUTS_PER_STEP = 4;
/** Without a grid: what players say in a moment goes together, what is beyond waits for the steps right behind. */
const INPUTS_PER_FREE_STEP = 16;

interface Waiting {
  readonly run: () => void;
  /** The seat whose input it is; null for what no limit holds up. */
  readonly inputOf: number | null;
}

/**
 * What waits for a match's next step, in order. On a fixed grid a step takes only a few inputs of each seat, so that a client
 * which has stalled catches up within some steps and never plays many moves in one; the rest keeps its order and waits. Without a
 * grid steps follow each other at once; they are bounded so that each ends soon, whatever players send.
 */
export class StepQueue {
  readonly #inputsPerStep: number;
  #waiting: Waiting[] = [];

  /** @param tickRateHz null: steps come as soon as something waits */
  constructor(tickRateHz: number | null) {
    this.#inputsPerStep =
      tickRateHz === null
        ? INPUTS_PER_FREE_STEP
        : Math.max(MIN_INPUTS_PER_STEP, Math.ceil(MAX_ROOM_MESSAGES_PER_SECOND / tickRateHz) + 1);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(run: () => void): void {
    this.#waiting.push({ run, inputOf: null });
  }

  addInput(seatIndex: number, run: () => void): void {
    this.#waiting.push({ run, inputOf: seatIndex });
  }

  /** Runs what the step takes. */
  run(): void {
    if (this.isEmpty) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    const taken = new Map<number, number>();
    for (const next of waiting) {
      if (next.inputOf !== null) {
        const before = taken.get(next.inputOf) ?? 0;
        if (before === this.#inputsPerStep) {
          this.#waiting.push(next);
          continue;
        }
        taken.set(next.inputOf, before + 1);
      }
      next.run();
    }
  }
}
