/** The clock, the timers and the chance that the SDK runs on: a test can put its own in their place. */
export interface Timing {
  /** Monotonic, in ms, from any beginning. */
  nowMs(): number;
  /** Calls `run` once, `delayMs` from now; gives back what prevents it. */
  after(delayMs: number, run: () => void): () => void;
  /** 0 ≤ x < 1, for waits that no two clients should share. Never for secrets. */
  random(): number;
}

export const platformTiming: Timing = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
