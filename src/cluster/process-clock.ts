/** A monotonic clock, in ms. Its zero means nothing: only differences do. */
export interface TimeSource {
  nowMs(): number;
}

/**
 * How long this process has lived and worked. All match clocks and the log's signs of life run on it, so that freezing
 * it stops the time of every match of the process in one instant. Untouched by changes of the wall clock, and (on Linux)
 * by a machine that sleeps.
 */
export class ProcessClock implements TimeSource {
  readonly #source: TimeSource;
  #frozenAtMs: number | null = null;
  #frozenForMs = 0;

  constructor(source: TimeSource = { nowMs: () => performance.now() }) {
    this.#source = source;
  }

  nowMs(): number {
    return (this.#frozenAtMs ?? this.#source.nowMs()) - this.#frozenForMs;
  }

  get frozen(): boolean {
    return this.#frozenAtMs !== null;
  }

  freeze(): void {
    this.#frozenAtMs ??= this.#source.nowMs();
  }

  /** Goes on where {@link freeze} stopped. */
  thaw(): void {
    if (this.#frozenAtMs === null) return;
    this.#frozenForMs += this.#source.nowMs() - this.#frozenAtMs;
    this.#frozenAtMs = null;
  }
}
