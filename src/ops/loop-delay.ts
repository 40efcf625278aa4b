import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** How late the event loop of this process is. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** At the 99th percentile since this was asked last, in ms. */
  takeMs(): number {
    const lateMs = this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    this.#histogram.reset();
    // Of no samples it is no number.
    return Number.isFinite(lateMs) ? Math.max(0, Math.round(lateMs * 10) / 10) : 0;
  }

  close(): void {
    this.#histogram.disable();
  }
}
