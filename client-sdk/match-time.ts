/** The match's time as this client knows it. It stands still while the line is down, as the match may too. */
export class MatchTime {
  readonly #clock: () => number;
  #timeMs: number | null = null;
  /** On the client's own clock; null: stopped. */
  #runningSinceMs: number | null = null;

  /** @param clock monotonic ms, for tests */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** The server has said what time it is. */
  set(timeMs: number): void {
    this.#timeMs = timeMs;
    this.#runningSinceMs = this.#clock();
  }

  /** The line is down: until it is up again, nobody knows whether the match goes on. */
  stop(): void {
    this.#timeMs = this.nowMs();
    this.#runningSinceMs = null;
  }

  /** In ms; null before the server has said it. */
  nowMs(): number | null {
    if (this.#timeMs === null || this.#runningSinceMs === null) return this.#timeMs;
    return this.#timeMs + (this.#clock() - this.#runningSinceMs);
  }
}
