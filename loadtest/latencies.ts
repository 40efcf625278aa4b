/**
 * Durations, counted in buckets that are 1 % wide each: any number of them in little memory, and what several processes have
 * measured can be added up.
 */
export class Latencies {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #maxMs = 0;

  static from({ buckets, maxMs }: LatencyData): Latencies {
    const latencies = new Latencies();
    latencies.merge({ buckets, maxMs });
    return latencies;
  }

  add(ms: number): void {
    const bucket = Math.round(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / BUCKET_WIDTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  merge({ buckets, maxMs }: LatencyData): void {
    for (const [bucket, count] of buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
      this.#count += count;
    }
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The value that `share` (0–1) of the durations do not exceed, to 1 %; 0 if there are none. */
  quantileMs(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen >= rank) return Math.min(LEAST_MS * Math.exp(bucket * BUCKET_WIDTH), this.#maxMs);
    }
    return 0;
  }

  /** The share of durations (0–1) up to each, for a curve: ascending in both. */
  distribution(): (readonly [ms: number, share: number])[] {
    let seen = 0;
    return this.#sorted().map(([bucket, count]) => {
      seen += count;
      return [LEAST_MS * Math.exp(bucket * BUCKET_WIDTH), seen / this.#count] as const;
    });
  }

  /** Plain data, to be sent to another process or kept. */
  toJSON(): LatencyData {
    return { buckets: this.#sorted(), maxMs: this.#maxMs };
  }

  #sorted(): (readonly [bucket: number, count: number])[] {
    return [...this.#buckets].toSorted(([a], [b]) => a - b);
  }
}

export interface LatencyData {
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly maxMs: number;
}

/** Anything shorter counts as this. */
const LEAST_MS = 0.001;
const BUCKET_WIDTH = Math.log(1.01);
