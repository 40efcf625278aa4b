import type { PredictionStats } from './prediction.ts';

const RECENT = 256;
const MINUTE_MS = 60_000;

/** Counts how well what was foreseen came true. */
export class ErrorLog {
  #compared = 0;
  #corrections = 0;
  #recent: number[] = [];
  #correctedAtMs: readonly number[] = [];
  readonly #histogram = new Map<number, number>();

  /** @param distance 0: it came true */
  add(distance: number, nowMs: number): void {
    this.#compared += 1;
    this.#recent.push(distance);
    if (this.#recent.length > RECENT) this.#recent.shift();
    if (distance === 0) return;
    this.#corrections += 1;
    this.#correctedAtMs = [...this.#ofLastMinute(nowMs), nowMs];
    const upTo = 2 ** Math.ceil(Math.log2(distance));
    this.#histogram.set(upTo, (this.#histogram.get(upTo) ?? 0) + 1);
  }

  stats(nowMs: number): Omit<PredictionStats, 'pending'> {
    return {
      compared: this.#compared,
      corrections: this.#corrections,
      correctionsLastMinute: this.#ofLastMinute(nowMs).length,
      errors: [...this.#recent],
      histogram: [...this.#histogram].map(([upTo, count]) => ({ upTo, count })).sort((a, b) => a.upTo - b.upTo),
    };
  }

  #ofLastMinute(nowMs: number): readonly number[] {
    return this.#correctedAtMs.filter((atMs) => atMs > nowMs - MINUTE_MS);
  }
}
