import type { TimeSource } from './process-clock.ts';

/** The longest that a log with live matches stays without a sign of life: what a crash may take of a match's time. */
const LIFE_EVERY_MS = 250;

/** Has a log say that its process lives, while nothing else is written to it. */
export class LifeSigns {
  readonly #clock: TimeSource;
  readonly #say: () => Promise<void>;
  #lastMs = -1;
  #timer: NodeJS.Timeout | null = null;
  #saying = false;

  /** @param say writes a sign of life; it ends in {@link said}, as everything that is written does */
  constructor(clock: TimeSource, say: () => Promise<void>) {
    this.#clock = clock;
    this.#say = say;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#sayIfDue(), LIFE_EVERY_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The log has one of this moment. */
  said(lifeMs: number): void {
    this.#lastMs = lifeMs;
  }

  #sayIfDue(): void {
    if (this.#saying || this.#clock.nowMs() - this.#lastMs < LIFE_EVERY_MS * 0.9) return;
    this.#saying = true;
    const said = (): void => {
      this.#saying = false;
    };
    // A failure shows at the next append of records, whose caller can do something about it.
    this.#say().then(said, said);
  }
}
