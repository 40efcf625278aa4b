/** Nothing heard for so long, and twice in a row: a process that was paused itself has missed one beat at most. */
const AWAY_AFTER_MS = 2_000;
const AWAY_AFTER_MISSES = 2;

/** Tells by the heartbeats whether the database is away, so that nobody else has to find out by waiting for it. */
export class DatabaseWatch {
  readonly #onChange: (answers: boolean) => void;
  readonly #nowMs: () => number;
  #answeredAtMs: number;
  #misses = 0;
  #isAway = false;

  /** @param nowMs monotonic; `performance.now` unless told otherwise */
  constructor(onChange: (answers: boolean) => void, nowMs: () => number = () => performance.now()) {
    this.#onChange = onChange;
    this.#nowMs = nowMs;
    this.#answeredAtMs = nowMs();
  }

  /** @param sentAtMs when the beat was asked for */
  answered(sentAtMs: number): void {
    this.#answeredAtMs = sentAtMs;
    this.#misses = 0;
    this.#set(false);
  }

  missed(): void {
    this.#misses += 1;
    const silentMs = this.#nowMs() - this.#answeredAtMs;
    if (this.#misses >= AWAY_AFTER_MISSES && silentMs >= AWAY_AFTER_MS) this.#set(true);
  }

  #set(isAway: boolean): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    this.#onChange(!isAway);
  }
}
