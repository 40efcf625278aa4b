interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/** What is to be shown later, in time with what else is shown late. */
export class Later {
  #waiting: Due[] = [];

  add(atMs: number, run: () => void): void {
    this.#waiting.push({ atMs, run });
  }

  /** Runs what is due, in the order in which it came. */
  run(nowMs: number): void {
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > nowMs);
    for (const { run } of due) run();
  }
}
