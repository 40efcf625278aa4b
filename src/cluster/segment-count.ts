const MAX_SEGMENT_BYTES = 4 * 1024 * 1024;
const MAX_SEGMENT_AGE_MS = 10 * 60_000;

/** Divides a stream of appends into segments, which are needed or not as a whole: an entry's id is `<segment>-<place in it>`. */
export class SegmentCount {
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  #number = 1;
  #place = 0;
  #bytes = 0;
  #sinceMs = performance.now();

  /** @param limits a segment that reaches one of them is the last but one: 4 MiB, ten minutes */
  constructor(limits: { readonly maxSegmentBytes?: number; readonly maxSegmentAgeMs?: number }) {
    this.#maxBytes = limits.maxSegmentBytes ?? MAX_SEGMENT_BYTES;
    this.#maxAgeMs = limits.maxSegmentAgeMs ?? MAX_SEGMENT_AGE_MS;
  }

  /** From 1 on. */
  get number(): number {
    return this.#number;
  }

  /** @returns whether another segment was begun */
  rotateIfDue(): boolean {
    if (this.#bytes < this.#maxBytes && performance.now() - this.#sinceMs < this.#maxAgeMs) return false;
    this.#number += 1;
    this.#place = 0;
    this.#bytes = 0;
    this.#sinceMs = performance.now();
    return true;
  }

  /** The id of the next entry, which is in the present segment. */
  nextId(bytes: number): string {
    this.#place += 1;
    this.#bytes += bytes;
    return `${this.#number}-${this.#place}`;
  }
}
