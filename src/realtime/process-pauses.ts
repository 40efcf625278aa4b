const LOOK_EVERY_MS = 100;
/** What comes so much too late was not merely busy. */
const PAUSE_MS = 500;

/** How long this process has not run although it had to: it was stopped, or its machine stood still. What was sent to it waits all that time. */
export class ProcessPauses {
  readonly #nowMs: () => number;
  #lookedAtMs: number;
  #beforeMs = 0;

  /** @param nowMs a monotonic clock */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#lookedAtMs = nowMs();
  }

  /** Since the process has begun, with the pause that it is just waking up from: sockets may be read before any timer. */
  get totalMs(): number {
    const lateMs = this.#nowMs() - this.#lookedAtMs - LOOK_EVERY_MS;
    return this.#beforeMs + (lateMs > PAUSE_MS ? lateMs : 0);
  }

  /** Done by a timer; tests that move the clock call it. */
  look(): void {
    this.#beforeMs = this.totalMs;
    this.#lookedAtMs = this.#nowMs();
  }

  watch(): this {
    setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    return this;
  }
}

export const processPauses = new ProcessPauses().watch();
