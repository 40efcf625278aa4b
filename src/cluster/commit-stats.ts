import { createHistogram } from 'node:perf_hooks';
import type { LogRecord } from './ports.ts';

/** Counters of the commit, for metrics and tests. All but `maxDelayMs` only ever rise. */
export class CommitStats {
  /** Records made durable. */
  records = 0;
  /** Bytes of state and hidden state in them. */
  bytes = 0;
  /** Appends that made them durable. */
  flushes = 0;
  /** Records that were not written because the log was away. */
  dropped = 0;
  timesAway = 0;
  releases = 0;
  /** From commit to release, summed over all releases. */
  totalDelayMs = 0;
  maxDelayMs = 0;
  /** The same, each release by itself, in µs. */
  readonly delayUs = createHistogram();

  flushed(records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    this.flushes += 1;
    this.records += records.length;
    for (const { state, hidden } of records) this.bytes += (state?.byteLength ?? 0) + (hidden?.byteLength ?? 0);
  }

  released(delayMs: number): void {
    this.releases += 1;
    this.totalDelayMs += delayMs;
    this.delayUs.record(Math.max(1, Math.round(delayMs * 1_000)));
    if (delayMs > this.maxDelayMs) this.maxDelayMs = delayMs;
  }
}
