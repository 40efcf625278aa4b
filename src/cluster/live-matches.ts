import type { ChainedRecord } from './log-format.ts';
import type { LogRecord } from './ports.ts';

interface Live {
  /** Place of the last record after the full state; null: a record may be missing, and only a full state may follow. */
  readonly seq: number | null;
  /** Segment that holds the last full state. */
  readonly segment: number;
  /** The log may have lost that state. */
  readonly isLost: boolean;
}

/** What a log knows of the matches in it: each one's last record, and the segment from which on it is needed. */
export class LiveMatches {
  readonly #matches = new Map<string, Live>();
  /** How many matches have their last full state in a segment. */
  readonly #fulls = new Map<number, number>();

  get size(): number {
    return this.#matches.size;
  }

  has(matchId: string): boolean {
    return this.#matches.get(matchId)?.isLost === false;
  }

  /** The records with their places. @throws Error for a patch that would follow a gap */
  chain(records: readonly LogRecord[]): readonly ChainedRecord[] {
    const seqs = new Map<string, number>();
    return records.map((record) => {
      const { matchId, kind } = record;
      const last = seqs.get(matchId) ?? this.#matches.get(matchId)?.seq ?? null;
      if (kind === 'patch' && last === null) throw new Error(`match ${matchId} needs a full state before a patch`);
      const seq = kind === 'full' || last === null ? 0 : last + 1;
      seqs.set(matchId, seq);
      return { seq, record };
    });
  }

  /** They are durable, in this segment. */
  landed(records: readonly ChainedRecord[], inSegment: number): void {
    for (const { seq, record } of records) {
      const segment = record.kind === 'full' ? inSegment : (this.#matches.get(record.matchId)?.segment ?? inSegment);
      this.#set(record.matchId, { seq, segment, isLost: false });
    }
  }

  /** They may be durable or not. */
  failed(records: readonly LogRecord[]): void {
    for (const { matchId } of records) {
      const live = this.#matches.get(matchId);
      if (live !== undefined) this.#set(matchId, { ...live, seq: null });
    }
  }

  /** Everything may be gone, or still be there: each match needs a full state, and until then what there is of it. */
  lost(): readonly string[] {
    for (const [matchId, live] of this.#matches) this.#set(matchId, { ...live, seq: null, isLost: true });
    return [...this.#matches.keys()];
  }

  forget(matchId: string): void {
    const live = this.#matches.get(matchId);
    if (live === undefined) return;
    this.#matches.delete(matchId);
    this.#count(live.segment, -1);
  }

  /** The oldest segment that a match still needs; Infinity if none does. */
  oldestSegment(): number {
    return Math.min(...this.#fulls.keys());
  }

  /** Matches whose last full state is in a segment before this one. */
  fullBefore(segment: number): string[] {
    return [...this.#matches].filter(([, live]) => live.segment < segment).map(([matchId]) => matchId);
  }

  #set(matchId: string, live: Live): void {
    const before = this.#matches.get(matchId)?.segment;
    this.#matches.set(matchId, live);
    if (before === live.segment) return;
    if (before !== undefined) this.#count(before, -1);
    this.#count(live.segment, 1);
  }

  #count(segment: number, by: 1 | -1): void {
    const count = (this.#fulls.get(segment) ?? 0) + by;
    if (count === 0) this.#fulls.delete(segment);
    else this.#fulls.set(segment, count);
  }
}
