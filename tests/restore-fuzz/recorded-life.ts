import { LiveMatches } from '../../src/cluster/live-matches.ts';
import { decodeSegment, encodeBatch, encodeSegmentHead } from '../../src/cluster/log-format.ts';
import { MatchChains } from '../../src/cluster/match-chains.ts';
import type { LogRecord } from '../../src/cluster/ports.ts';

/** What one process writes of a match into its log, as bytes in segments: the file log without its files. */
export class RecordedLife {
  readonly #live = new LiveMatches();
  readonly #segments: Buffer[][] = [];

  /** An append. @param startsSegment in a file of its own, as when the one before is full */
  append(record: LogRecord, lifeMs: number, startsSegment: boolean): void {
    const chained = this.#live.chain([record]);
    if (startsSegment || this.#segments.length === 0) this.#segments.push([encodeSegmentHead()]);
    this.#live.landed(chained, this.#segments.length);
    this.#segments.at(-1)?.push(encodeBatch({ lifeMs, records: chained }));
  }

  /** An append that the process died in. @param share of its bytes that were written, less than 1 */
  tear(record: LogRecord, lifeMs: number, share: number): void {
    const frame = encodeBatch({ lifeMs, records: this.#live.chain([record]) });
    this.#segments.at(-1)?.push(frame.subarray(0, Math.floor(frame.length * share)));
  }

  /** As whoever takes over reads it. */
  chains(): MatchChains {
    const chains = new MatchChains();
    for (const segment of this.#segments) {
      for (const batch of decodeSegment(Buffer.concat(segment)).batches) chains.add(batch);
    }
    return chains;
  }
}
