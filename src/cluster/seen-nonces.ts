/** Nonces that were used, for as long as they could be used again. */
export class SeenNonces {
  readonly #keptMs: number;
  readonly #nowMs: () => number;
  /** Until when each is kept; in this order. */
  readonly #untilMs = new Map<string, number>();

  /** @param nowMs a monotonic clock; `performance.now` unless told otherwise */
  constructor(keptMs: number, nowMs: () => number = () => performance.now()) {
    this.#keptMs = keptMs;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  /** Whether it was not used yet; from now on it is. */
  isNew(nonce: string): boolean {
    const nowMs = this.#nowMs();
    for (const [old, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) break;
      this.#untilMs.delete(old);
    }
    if (this.#untilMs.has(nonce)) return false;
    this.#untilMs.set(nonce, nowMs + this.#keptMs);
    return true;
  }
}
