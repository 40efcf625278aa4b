export interface SlewOptions {
  /** How much faster or slower than real time it may run to come back into line: 0.1 is a tenth. */
  readonly slew: number;
  /** Further behind than this it jumps forward; further ahead it stands still. In ms. */
  readonly snapMs: number;
  /** Far behind it runs faster: so that it would be in line after this long. Infinity: it doesn't. */
  readonly catchUpMs: number;
}

/** A time that follows another one smoothly: it never runs backwards, and runs about as fast as real time. */
export class SlewedTime {
  readonly #options: SlewOptions;
  #shownMs: number | null = null;
  #readAtMs = 0;

  constructor(options: SlewOptions) {
    this.#options = options;
  }

  /** What was read last; null before the first time. */
  get shownMs(): number | null {
    return this.#shownMs;
  }

  /** Forgets what was shown: the next reading is the target itself. */
  reset(): void {
    this.#shownMs = null;
  }

  /**
   * @param targetMs what it should be now
   * @param ownMs this device's monotonic clock
   * @param capMs never beyond this, but not back to it either
   */
  read(targetMs: number, ownMs: number, capMs = Infinity): number {
    const passedMs = Math.max(0, ownMs - this.#readAtMs);
    this.#readAtMs = ownMs;
    const before = this.#shownMs;
    this.#shownMs = before === null ? Math.min(targetMs, capMs) : this.#advance(before, passedMs, { targetMs, capMs });
    return this.#shownMs;
  }

  /** Stood still since the last reading, as it was meant to. */
  hold(ownMs: number): void {
    this.#readAtMs = ownMs;
  }

  #advance(before: number, passedMs: number, to: { readonly targetMs: number; readonly capMs: number }): number {
    const { slew, snapMs, catchUpMs } = this.#options;
    const errorMs = to.targetMs - (before + passedMs);
    if (errorMs < -snapMs) return before;
    const fastestMs = Math.max(slew, errorMs / catchUpMs) * passedMs;
    const changeMs = errorMs > snapMs ? errorMs : Math.max(-slew * passedMs, Math.min(fastestMs, errorMs));
    return Math.max(before, Math.min(to.capMs, before + passedMs + changeMs));
  }
}
