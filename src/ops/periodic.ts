import type { Logger } from './logging.ts';

/** Something that is done again and again. */
export interface PeriodicJob {
  /** For the log. */
  readonly name: string;
  /** From the end of one run to the beginning of the next. */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/** Runs jobs, each on its own; one that fails is tried again at its next turn. */
export class Periodic {
  readonly #jobs: readonly PeriodicJob[];
  readonly #log: Logger;
  readonly #timers = new Map<PeriodicJob, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(jobs: readonly PeriodicJob[], log: Logger) {
    this.#jobs = jobs;
    this.#log = log;
  }

  /** Plans the first run of each job after its `everyMs`. */
  start(): void {
    for (const job of this.#jobs) this.#plan(job);
  }

  /** Waits for the runs under way; none begins after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #plan(job: PeriodicJob): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      const run = this.#run(job).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }, job.everyMs);
    this.#timers.set(job, timer.unref());
  }

  async #run(job: PeriodicJob): Promise<void> {
    try {
      await job.run();
    } catch (err) {
      this.#log.warn({ err, job: job.name }, 'periodic job failed');
    }
    this.#plan(job);
  }
}
