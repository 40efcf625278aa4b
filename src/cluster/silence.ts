/** A counter that stands still for so long is that of a dead process. */
const DEAD_AFTER_MS = 5_000;
/** One look proves no more silence than this, however long it took to come: the judge itself may have been away. */
const MOST_BETWEEN_LOOKS_MS = 1_000;

interface Heard {
  readonly counter: number;
  silentMs: number;
}

/** Judges by their counters how long other processes have been silent, on the judge's own monotonic clock and only by looks that succeeded. */
export class Silence {
  readonly #heard = new Map<string, Heard>();
  #lookedAtMs: number | null = null;

  /** @returns who has been silent for 5 s */
  look(counters: ReadonlyMap<string, number>, nowMs: number): readonly string[] {
    const sinceMs = Math.min(MOST_BETWEEN_LOOKS_MS, nowMs - (this.#lookedAtMs ?? nowMs));
    this.#lookedAtMs = nowMs;
    for (const incarnation of this.#heard.keys()) if (!counters.has(incarnation)) this.#heard.delete(incarnation);
    const silent: string[] = [];
    for (const [incarnation, counter] of counters) {
      const heard = this.#heard.get(incarnation);
      if (heard?.counter !== counter) {
        this.#heard.set(incarnation, { counter, silentMs: 0 });
        continue;
      }
      heard.silentMs += sinceMs;
      if (heard.silentMs >= DEAD_AFTER_MS) silent.push(incarnation);
    }
    return silent;
  }
}
