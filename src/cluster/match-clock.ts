import type { TimeSource } from './process-clock.ts';

/**
 * The time of one match, in whole ms since its start: it stands still while frozen, never goes back, and can be resumed
 * at the time at which another process left it. Starts frozen.
 */
export class MatchClock {
  readonly #source: TimeSource;
  #timeMs: number;
  #runningSinceMs: number | null = null;
  #onChange: () => void = () => {};

  /** @param timeMs match time to start at, ≥ 0 */
  constructor(source: TimeSource, timeMs = 0) {
    this.#source = source;
    this.#timeMs = timeMs;
  }

  nowMs(): number {
    return Math.floor(this.exactMs());
  }

  /** Match time with its fraction: for whoever converts between this clock and its source. */
  exactMs(): number {
    if (this.#runningSinceMs === null) return this.#timeMs;
    return this.#timeMs + (this.#source.nowMs() - this.#runningSinceMs);
  }

  get frozen(): boolean {
    return this.#runningSinceMs === null;
  }

  freeze(): void {
    if (this.#runningSinceMs === null) return;
    this.#timeMs = this.exactMs();
    this.#runningSinceMs = null;
    this.#onChange();
  }

  /** Goes on from where it stands. */
  thaw(): void {
    if (this.#runningSinceMs !== null) return;
    this.#runningSinceMs = this.#source.nowMs();
    this.#onChange();
  }

  /** The one who plans by this clock (the scheduler) is told when it is frozen or thawed. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }
}
