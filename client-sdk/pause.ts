import { platformTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** Exponential delays with jitter: without it, all players of a lost server would come back in the same millisecond. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Delay before the try after `failures` failed ones, in ms: between half and all of first × 2^failures, at most `maxMs`. */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number, random: () => number = Math.random): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30));
  return fullMs * (0.5 + random() / 2);
}

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal, timing: Timing = platformTiming): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      stopTimer();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stopTimer = timing.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
