/** The clock and the timers that the SDK runs on: a test can put its own in their place. */
export interface Timing {
  /** Monotonic, in ms, from any beginning. */
  nowMs(): number;
  /** Calls `run` once, `delayMs` from now; gives back what prevents it. */
  after(delayMs: number, run: () => void): () => void;
}

export const platformTiming: Timing = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
