import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { ChainedRecord, LogBatch } from './log-format.ts';
import type { LogRecord } from './ports.ts';

interface Chain {
  readonly epoch: number;
  readonly full: LogRecord;
  readonly patches: LogRecord[];
  seq: number;
  /** The log's clock at the last record. */
  lifeMs: number;
  /** A record is missing: nothing counts until the next full state. */
  broken: boolean;
}

/** Puts the records of one incarnation's log together, match by match: the last full state and the patches after it. */
export class MatchChains {
  readonly #chains = new Map<string, Chain>();
  #lifeMs = 0;

  /** The batches of a log, in the order of their appends. */
  add({ lifeMs, records }: LogBatch): void {
    this.#lifeMs = Math.max(this.#lifeMs, lifeMs);
    for (const record of records) this.#addRecord(record, lifeMs);
  }

  /** Matches whose last records follow a gap: they come back as they were before it. */
  get brokenMatchIds(): readonly string[] {
    return [...this.#chains].filter(([, chain]) => chain.broken).map(([matchId]) => matchId);
  }

  /** Every match, with its time at the process's last sign of life: the time played counts, the outage doesn't. */
  *matches(): Iterable<readonly [matchId: string, RecordedMatch]> {
    for (const [matchId, { epoch, full, patches, lifeMs }] of this.#chains) {
      const last = patches.at(-1) ?? full;
      yield [matchId, { epoch, full, patches, timeMs: last.timeMs + Math.max(0, this.#lifeMs - lifeMs) }];
    }
  }

  #addRecord({ seq, record }: ChainedRecord, lifeMs: number): void {
    const chain = this.#chains.get(record.matchId);
    if (record.kind === 'full') {
      if (chain !== undefined && chain.epoch > record.epoch) return;
      const fresh = { epoch: record.epoch, full: record, patches: [], seq, lifeMs, broken: false };
      this.#chains.set(record.matchId, fresh);
      return;
    }
    if (chain === undefined || chain.broken || record.epoch < chain.epoch) return;
    if (record.epoch > chain.epoch || seq !== chain.seq + 1) {
      chain.broken = true;
      return;
    }
    chain.patches.push(record);
    chain.seq = seq;
    chain.lifeMs = lifeMs;
  }
}

/** What several logs have of the same matches: the newest of each counts. */
export class NewestMatches {
  readonly #matches = new Map<string, RecordedMatch>();

  get matches(): ReadonlyMap<string, RecordedMatch> {
    return this.#matches;
  }

  add(chains: MatchChains): void {
    for (const [matchId, match] of chains.matches()) {
      const other = this.#matches.get(matchId);
      if (other === undefined || isNewer(match, other)) this.#matches.set(matchId, match);
    }
  }
}

/** Of two accounts of one match. */
export function isNewer(one: RecordedMatch, other: RecordedMatch): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return (one.patches.at(-1) ?? one.full).tick > (other.patches.at(-1) ?? other.full).tick;
}
