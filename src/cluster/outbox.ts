import type { ClusterLog } from './cluster-log.ts';
import type { CommitStats } from './commit-stats.ts';
import type { LogSealedError, RecordLostError } from './log-errors.ts';
import type { LogRecord } from './ports.ts';

/** What is to be let out, once its record is durable. */
export interface Committed {
  /** null: there is nothing to record. */
  readonly record: LogRecord | null;
  readonly release: () => void;
  /** Told if it will never be released, or if its record is lost. */
  readonly lost?: (error: LogSealedError | RecordLostError) => void;
  readonly sinceMs: number;
}

export interface OutboxParts {
  readonly logger: ClusterLog;
  readonly stats: Pick<CommitStats, 'released'>;
  /** Asked for each: this process may be paused in between. */
  readonly mayLetOut: () => boolean;
}

/** What waits for its record no more: it is let out in order, as soon as it may. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #free: Committed[] = [];
  #emptying = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Releases may commit: what they commit goes behind what is here. */
  add(items: readonly Committed[]): void {
    for (const item of items) this.#free.push(item);
    this.empty();
  }

  /** Lets out what may go by now. */
  empty(): void {
    if (this.#emptying) return;
    this.#emptying = true;
    while (this.#free.length > 0 && this.#parts.mayLetOut()) this.#letOut(this.#free.shift() as Committed);
    this.#emptying = false;
  }

  /** What is still here, and won't be let out any more. */
  takeAll(): readonly Committed[] {
    return this.#free.splice(0);
  }

  #letOut(item: Committed): void {
    this.#parts.stats.released(performance.now() - item.sinceMs);
    try {
      item.release();
    } catch (error) {
      this.#parts.logger.error({ err: error, matchId: item.record?.matchId }, 'letting out a step threw');
    }
  }
}
