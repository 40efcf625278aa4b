import { LifeSigns } from './life-signs.ts';
import type { LiveMatches } from './live-matches.ts';
import { LogSealedError } from './log-errors.ts';
import { encodeBatch } from './log-format.ts';
import type { LogRecord, RoomLog } from './ports.ts';
import type { TimeSource } from './process-clock.ts';

/** What a match log is written to. One thing at a time is asked of it. */
export interface LogMedium {
  /** The newest one, from 1 on. */
  readonly segment: number;
  /** @throws LogSealedError if it is seen to be sealed. Left out: only writing tells */
  check?(): void;
  /** Writes an entry whole, or not at all when it is read back. Resolves to the segment that has it. Rejects with `LogSealedError` for good. */
  write(entry: Buffer): Promise<number>;
  /** What was written counts: older segments may be needed no more. */
  landed?(): void;
  /** Told once, at any time: what is under way is the last but one, and nothing is to wait for long any more. */
  closing?(): void;
  /** Left out: there is nothing to close. */
  close?(): Promise<void>;
}

export interface MatchLogParts {
  readonly incarnation: string;
  /** Its signs of life are on this clock: the one that the matches' clocks run on. */
  readonly clock: TimeSource;
  readonly live: LiveMatches;
  readonly medium: LogMedium;
}

/**
 * The match log of one process, whatever it is written to. While matches are live, a small entry every 250 ms says how long the process
 * lived.
 *
 * A rejected append leaves it open whether its records are there; patches of these matches reject until a full state of
 * theirs was written. Appending nothing is allowed: it writes a sign of life, so it tells whether the log is back.
 */
export class MatchLog implements RoomLog, AsyncDisposable {
  readonly #parts: MatchLogParts;
  readonly #life: LifeSigns;
  #turn: Promise<void> = Promise.resolve();
  #end: 'open' | 'closing' | 'sealed' | 'closed' = 'open';

  constructor(parts: MatchLogParts) {
    this.#parts = parts;
    this.#life = new LifeSigns(parts.clock, () => this.append([]));
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#inTurn(() => this.#append(records));
  }

  /** In its turn: behind the appends that are under way. */
  forget(matchId: string): void {
    const { live } = this.#parts;
    void this.#inTurn(() => {
      live.forget(matchId);
      if (live.size === 0) this.#life.stop();
    });
  }

  /** The match has a full state in this log, and was not forgotten. */
  holds(matchId: string): boolean {
    return this.#parts.live.has(matchId);
  }

  /** Matches whose last full state keeps old segments from being deleted: each needs a new one, in no hurry. */
  matchesNeedingFull(): string[] {
    const { live, medium } = this.#parts;
    return live.fullBefore(medium.segment - 1);
  }

  close(): Promise<void> {
    const { medium } = this.#parts;
    this.#life.stop();
    if (this.#end === 'open') {
      this.#end = 'closing';
      medium.closing?.();
    }
    return this.#inTurn(async () => {
      if (this.#end === 'closed') return;
      // Sealed meanwhile, or not writable: a last sign of life is nothing to hold up an end.
      if (this.#end === 'closing') await this.#append([]).catch(() => {});
      this.#end = 'closed';
      await medium.close?.();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn(work: () => void | Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    // Whoever waits for `done` learns of a failure; the next in turn is not held up by it.
    this.#turn = done.catch(() => {});
    return done;
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    if (this.#end === 'closed') throw new Error('the match log is closed');
    if (this.#end === 'sealed') throw new LogSealedError(this.#parts.incarnation);
    try {
      await this.#write(records);
    } catch (error) {
      if (error instanceof LogSealedError) this.#sealed();
      throw error;
    }
  }

  async #write(records: readonly LogRecord[]): Promise<void> {
    const { clock, live, medium } = this.#parts;
    medium.check?.();
    const chained = live.chain(records);
    const lifeMs = Math.floor(clock.nowMs());
    try {
      const inSegment = await medium.write(encodeBatch({ lifeMs, records: chained }));
      live.landed(chained, inSegment);
    } catch (error) {
      live.failed(records);
      throw error;
    }
    this.#life.said(lifeMs);
    if (live.size > 0 && this.#end === 'open') this.#life.start();
    medium.landed?.();
  }

  /** For good. */
  #sealed(): void {
    this.#end = 'sealed';
    this.#life.stop();
  }
}
