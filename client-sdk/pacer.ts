/**
 * Lets through `perSecond` on average and `burst` at once. The room lets through more at once: what is between the two
 * is for what the network bunches up.
 */
export class Pacer {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Takes one and gives 0, or takes none and gives how long to wait, in ms. */
  take(nowMs: number): number {
    const refilled = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + refilled);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return Math.ceil(((1 - this.#left) / this.#perSecond) * 1_000);
    this.#left -= 1;
    return 0;
  }
}
