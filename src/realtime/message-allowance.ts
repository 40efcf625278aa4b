/**
 * What one socket may send: `perSecond` messages at once, refilled evenly. A client that sends at exactly that rate may
 * stall for up to a second and deliver late what it sent meanwhile.
 */
export class MessageAllowance {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  #left: number;
  #countedAtMs: number;

  /** @param nowMs a monotonic clock */
  constructor(perSecond: number, nowMs: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
    this.#left = perSecond;
    this.#countedAtMs = nowMs();
  }

  /** Takes one; false if there is none left. */
  take(): boolean {
    const nowMs = this.#nowMs();
    const refilled = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + refilled);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
