import { Latencies } from './latencies.ts';

export interface OpenLoopOptions {
  readonly everyMs: number;
  /** How many times; left out: until the signal. */
  readonly times?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `act` on a fixed schedule, whatever it took before: what is late is made up for at once, so that the load stays
 * as intended, and how late it was is told in the end. `intendedMs` is when the call was due, on `performance.now()`.
 *
 * The generator is to blame if its lag passes a tick of what it measures: such a run says nothing.
 */
export async function openLoop(
  { everyMs, times = Infinity, signal }: OpenLoopOptions,
  act: (tick: number, intendedMs: number) => void,
): Promise<Latencies> {
  const lags = new Latencies();
  const startMs = performance.now();
  const isStopped = (): boolean => signal?.aborted ?? false;
  for (let tick = 0; tick < times && !isStopped(); tick += 1) {
    const intendedMs = startMs + tick * everyMs;
    const earlyMs = intendedMs - performance.now();
    // Even when late, what else waits gets its turn.
    await (earlyMs > 0 ? sleep(earlyMs, signal) : new Promise(setImmediate));
    if (isStopped()) break;
    lags.add(Math.max(0, performance.now() - intendedMs));
    act(tick, intendedMs);
  }
  return lags;
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake);
  });
}
