/**
 * What a client may send: so many messages at once, `perSecond` if nothing else is said, refilled evenly. Who sends at exactly
 * that rate may stall for up to a second and deliver late what it sent meanwhile.
 */
export class MessageAllowance {
  readonly #perSecond: number;
  readonly #atOnce: number;
  readonly #nowMs: () => number;
  #left: number;
  #countedAtMs: number;

  /** @param nowMs a monotonic clock */
  constructor(perSecond: number, nowMs: () => number = () => performance.now(), atOnce: number = perSecond) {
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
    this.#nowMs = nowMs;
    this.#left = atOnce;
    this.#countedAtMs = nowMs();
  }

  /** Takes one; false if there is none left. */
  take(): boolean {
    this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Takes as many as there are of `count`. */
  takeUpTo(count: number): number {
    this.#refill();
    const taken = Math.min(count, Math.floor(this.#left));
    this.#left -= taken;
    return taken;
  }

  /** What was taken was not sent. */
  giveBack(count: number): void {
    this.#left += count;
  }

  #refill(): void {
    const nowMs = this.#nowMs();
    const refilled = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#atOnce, this.#left + refilled);
    this.#countedAtMs = nowMs;
  }
}
