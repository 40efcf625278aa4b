/** Lets at most `count` through in any `perMs`. */
export class Pacer {
  readonly #count: number;
  readonly #perMs: number;
  /** Times of the last ones, oldest first. */
  readonly #tookAtMs: number[] = [];

  constructor(count: number, perMs: number) {
    this.#count = count;
    this.#perMs = perMs;
  }

  /** How long to wait before the next one may go, in ms; 0: now. */
  waitMs(nowMs: number): number {
    const oldestMs = this.#tookAtMs[0];
    if (oldestMs === undefined || this.#tookAtMs.length < this.#count) return 0;
    return Math.max(0, oldestMs + this.#perMs - nowMs);
  }

  took(nowMs: number): void {
    this.#tookAtMs.push(nowMs);
    if (this.#tookAtMs.length > this.#count) this.#tookAtMs.shift();
  }
}
