/** More would only be a leap: after a pause, what was missed is let go. */
const MOST_AT_ONCE = 4;

/** Says when steps of a fixed length are due, however often it is asked. */
export class StepClock {
  readonly #stepMs: number;
  #dueMs = -Infinity;
  #isIdle = true;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /**
   * How many steps are due. While there is nothing to do there are none; the first thing to do after that is done at once,
   * but never sooner than a step after the last one.
   */
  due(nowMs: number, isBusy: boolean): number {
    if (!isBusy) {
      this.#isIdle = true;
      return 0;
    }
    if (this.#isIdle) this.#dueMs = Math.max(this.#dueMs, nowMs);
    this.#isIdle = false;
    if (nowMs < this.#dueMs) return 0;
    const steps = Math.floor((nowMs - this.#dueMs) / this.#stepMs) + 1;
    this.#dueMs += steps * this.#stepMs;
    return Math.min(steps, MOST_AT_ONCE);
  }
}
