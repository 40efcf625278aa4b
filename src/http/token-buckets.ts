import type { RateLimit } from '../../protocol/limits.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Enough for every player of one process; about 20 MB if all of them are there. */
const MAX_BUCKETS = 100_000;

/** One token bucket a subject. Full ones are forgotten, and at 100,000 the one that was used longest ago. */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #nowMs: () => number;
  readonly #maxBuckets: number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, nowMs: () => number, maxBuckets: number = MAX_BUCKETS) {
    this.#limit = limit;
    this.#nowMs = nowMs;
    this.#maxBuckets = maxBuckets;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token. Returns 0, or after how many ms there is one again; then nothing was taken. */
  take(subject: string): number {
    const { count, perMs } = this.#limit;
    const bucket = this.#filled(subject);
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * perMs) / count;
    bucket.tokens -= 1;
    return 0;
  }

  giveBack(subject: string): void {
    const bucket = this.#filled(subject);
    bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + 1);
  }

  #filled(subject: string): Bucket {
    const { count, perMs, burst } = this.#limit;
    const nowMs = this.#nowMs();
    const bucket = this.#buckets.get(subject) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * count) / perMs);
    bucket.atMs = nowMs;
    this.#buckets.delete(subject);
    this.#buckets.set(subject, bucket);
    this.#forget(nowMs);
    return bucket;
  }

  /** Drops what has been idle long enough to be full again, a few at a time, and whatever is too much. */
  #forget(nowMs: number): void {
    const { count, perMs, burst } = this.#limit;
    const fullAfterMs = (burst * perMs) / count;
    for (const [subject, bucket] of this.#buckets) {
      if (nowMs - bucket.atMs < fullAfterMs && this.#buckets.size <= this.#maxBuckets) return;
      this.#buckets.delete(subject);
    }
  }
}
