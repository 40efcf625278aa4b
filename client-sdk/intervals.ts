const REMEMBERED = 15;

/** The typical distance of times that come one after the other. */
export class Intervals {
  #lastMs: number | null = null;
  #recent: number[] = [];
  #typicalMs: number | null = null;

  /** The median of the last ones, in ms; null before there are two times. */
  get typicalMs(): number | null {
    return this.#typicalMs;
  }

  add(timeMs: number): void {
    const interval = this.#lastMs === null ? 0 : timeMs - this.#lastMs;
    this.#lastMs = timeMs;
    if (interval <= 0) return;
    this.#recent = [...this.#recent.slice(1 - REMEMBERED), interval];
    this.#typicalMs = [...this.#recent].sort((a, b) => a - b)[Math.floor(this.#recent.length / 2)] ?? null;
  }

  /** What comes next doesn't follow on what came last. */
  reset(): void {
    this.#lastMs = null;
  }
}
