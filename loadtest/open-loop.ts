import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export interface OpenLoopOptions {
  readonly everyMs: number;
  /** How many times; left out: until the signal. */
  readonly times?: number;
  readonly signal?: AbortSignal;
}

/** How late a generator was against its own schedule, in ms. */
export interface Lag {
  readonly p99Ms: number;
  readonly maxMs: number;
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
): Promise<Lag> {
  const lags = latencies();
  const startMs = performance.now();
  const isStopped = (): boolean => signal?.aborted ?? false;
  for (let tick = 0; tick < times && !isStopped(); tick += 1) {
    const intendedMs = startMs + tick * everyMs;
    const earlyMs = intendedMs - performance.now();
    if (earlyMs > 0) await sleep(earlyMs, signal);
    if (isStopped()) break;
    lags.add(Math.max(0, performance.now() - intendedMs));
    act(tick, intendedMs);
  }
  return { p99Ms: lags.quantileMs(0.99), maxMs: lags.maxMs };
}

/** Durations in a histogram of high dynamic range (Node's own): any number of them in little memory, to 3 digits. */
export interface Latencies {
  add(ms: number): void;
  readonly count: number;
  readonly maxMs: number;
  /** 0 if there are none. */
  quantileMs(share: number): number;
}

const US_PER_MS = 1_000;

export function latencies(): Latencies {
  const histogram: RecordableHistogram = createHistogram();
  return {
    // It takes whole numbers from 1 on.
    add: (ms) => histogram.record(Math.max(1, Math.round(ms * US_PER_MS))),
    get count() {
      return histogram.count;
    },
    get maxMs() {
      return histogram.count === 0 ? 0 : histogram.max / US_PER_MS;
    },
    quantileMs: (share) => (histogram.count === 0 ? 0 : histogram.percentile(share * 100) / US_PER_MS),
  };
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
