import type { ClusterLog } from './cluster-log.ts';
import { CommitStats } from './commit-stats.ts';
import { LogLostError, LogSealedError, RecordLostError } from './log-errors.ts';
import { ALWAYS_HELD, type ReleaseLease } from './lease.ts';
import { type Committed, Outbox } from './outbox.ts';
import type { LogRecord, RoomLog } from './ports.ts';

/** An append that takes longer than this no longer holds up play. */
const STALL_MS = 250;
/** How often a log that failed is tried again. */
const PROBE_MS = 250;
/** What one append takes along at most; the rest goes with the next. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** What may wait for the log before it counts as away. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Lets out what rooms have done, once it is durable. One for a process: all of its rooms share each append, and what
 * is ready while one is under way goes with the next.
 */
export interface Committer {
  /**
   * Hands over one step of a room: `record` is made durable (null: there is nothing to record), and then, after the
   * release of everything that was committed before, `release` is called. Never within this call unless nothing waits.
   * The record's bytes must not change any more. A release that throws harms nobody else.
   */
  commit(record: LogRecord | null, release: () => void): void;
  /**
   * Calls `release`, which waits for no record, of its own match or of another: at once, unless the lease isn't held. Never if
   * the log is sealed.
   */
  letOut(release: () => void): void;
  /**
   * Commits a record that somebody waits for: resolves when it is durable, after all that was committed before.
   * Rejects with `RecordLostError` if the log is away or stalls, with `LogSealedError` if it is sealed.
   */
  record(record: LogRecord): Promise<void>;
  /** Says that a match is over and needs no records any more, after everything that it committed. */
  forget(matchId: string): void;
  /** Resolves when everything committed so far was let out. Rejects with `LogSealedError` if that will never be. */
  settled(): Promise<void>;
  /**
   * Nobody plays any more, so that a slow log holds up nobody: for the next `limitMs`, no append counts as stalled.
   * Resolves when the log is there, at the latest after `limitMs`; never rejects.
   */
  windDown(limitMs: number): Promise<void>;
  readonly stats: CommitStats;
}

export interface GroupCommitterOptions {
  readonly log: RoomLog;
  readonly logger: ClusterLog;
  /** The log is back: these matches have records missing, and need a full state each. Called once a return. */
  readonly onFullNeeded: (matchIds: readonly string[]) => void;
  /** Another process has taken over: nothing is let out any more, the process must freeze and close its sockets. */
  readonly onSealed: () => void;
  /** Nothing is let out while it isn't held. Left out: it always is. */
  readonly lease?: ReleaseLease;
  /** 250 ms if left out. */
  readonly stallMs?: number;
}

/**
 * The group commit. `up`: releases wait for their records. `away`: an append failed, or is under way for longer than
 * 250 ms; rooms play on without a log, and records are dropped. Releases wait only until the lease was proved again since then:
 * who is cut off from everybody at once is about to be given up, and must not let out what nobody will know of. When the log is back, each match
 * that lacks a record is asked for a full state, and until it comes its patches are dropped too: a crash then takes such a match
 * back to its last recorded state. `sealed`: nothing is let out any more.
 */
export class GroupCommitter implements Committer {
  readonly stats = new CommitStats();
  readonly #options: GroupCommitterOptions;
  #state: 'up' | 'away' | 'sealed' = 'up';
  #awaySinceMs = 0;
  #waiting: Committed[] = [];
  #waitingBytes = 0;
  #inFlight: readonly Committed[] | null = null;
  readonly #outbox: Outbox;
  #flushPlanned = false;
  #sealed: LogSealedError | null = null;
  /** Matches that lack a record in the log since their last full state. */
  readonly #torn = new Set<string>();
  /** Forgotten while an append is under way: if it fails, they lack nothing. */
  readonly #forgotten = new Set<string>();
  #stall: NodeJS.Timeout | undefined;
  #patientUntilMs = 0;
  #onBack: () => void = () => {};

  constructor(options: GroupCommitterOptions) {
    this.#options = options;
    this.#outbox = new Outbox({ logger: options.logger, stats: this.stats, mayLetOut: () => this.#mayLetOut });
  }

  /** Rooms play without a log. */
  get away(): boolean {
    return this.#state === 'away';
  }

  commit(record: LogRecord | null, release: () => void): void {
    this.#take({ record: this.#admit(record), release, sinceMs: performance.now() });
  }

  letOut(release: () => void): void {
    if (this.#sealed === null) this.#outbox.add([{ record: null, release, sinceMs: performance.now() }]);
  }

  record(record: LogRecord): Promise<void> {
    return new Promise((release, lost) => {
      const admitted = this.#admit(record);
      if (admitted === null) lost(new RecordLostError(record.matchId));
      else this.#take({ record: admitted, release, lost, sinceMs: performance.now() });
    });
  }

  forget(matchId: string): void {
    this.commit(null, () => {
      this.#torn.delete(matchId);
      if (this.#inFlight !== null) this.#forgotten.add(matchId);
      this.#options.log.forget(matchId);
    });
  }

  settled(): Promise<void> {
    return new Promise((release, lost) => {
      this.#take({ record: null, release, lost, sinceMs: performance.now() });
    });
  }

  async windDown(limitMs: number): Promise<void> {
    this.#patientUntilMs = performance.now() + limitMs;
    if (this.#state !== 'away') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onBack = resolve;
    const limit = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(limit);
  }

  /** Asks the log whether it works, unless an append is under way, which tells it too. */
  probe(): void {
    if (this.#state === 'sealed' || this.#inFlight !== null) return;
    this.#inFlight = [];
    void this.#append([], []);
  }

  /** The lease is held again, or proved once more: lets out what waited for it. */
  resume(): void {
    this.#outbox.empty();
  }

  get #lease(): ReleaseLease {
    return this.#options.lease ?? ALWAYS_HELD;
  }

  get #mayLetOut(): boolean {
    return this.#lease.held && (this.#state !== 'away' || this.#lease.provedSince(this.#awaySinceMs));
  }

  get #patienceMs(): number {
    return this.#patientUntilMs - performance.now();
  }

  #take(item: Committed): void {
    if (this.#sealed !== null) {
      item.lost?.(this.#sealed);
      return;
    }
    if (this.#state === 'away' || (item.record === null && this.#inFlight === null && this.#waiting.length === 0)) {
      this.#outbox.add([item]);
      return;
    }
    this.#waiting.push(item);
    this.#waitingBytes += bytesOf(item.record);
    if (this.#waitingBytes > MAX_WAITING_BYTES && this.#patienceMs <= 0) this.#goAway('too much waits for it');
    else this.#planFlush();
  }

  /** What of a record may go to the log: no patch that would follow a gap. */
  #admit(record: LogRecord | null): LogRecord | null {
    if (record === null) return null;
    if (this.#state === 'away') this.#torn.add(record.matchId);
    else if (record.kind === 'full') this.#torn.delete(record.matchId);
    if (!this.#torn.has(record.matchId)) return record;
    this.stats.dropped += 1;
    return null;
  }

  /** At the end of the running job, so that all rooms of a batch of steps go together. */
  #planFlush(): void {
    if (this.#flushPlanned || this.#inFlight !== null) return;
    this.#flushPlanned = true;
    queueMicrotask(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#inFlight !== null || this.#state !== 'up' || this.#waiting.length === 0) return;
    const batch = this.#takeBatch();
    this.#inFlight = batch;
    const records = batch.flatMap(({ record }) => record ?? []);
    if (records.length === 0) {
      this.#landed(batch);
      return;
    }
    void this.#append(batch, records);
  }

  #takeBatch(): readonly Committed[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && bytes < MAX_BATCH_BYTES) {
      bytes += bytesOf(this.#waiting[count]?.record ?? null);
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #append(batch: readonly Committed[], records: readonly LogRecord[]): Promise<void> {
    this.#watch(this.#options.stallMs ?? STALL_MS);
    let failure: { readonly error: unknown } | null = null;
    try {
      await this.#options.log.append(records);
    } catch (error) {
      failure = { error };
    }
    // Before anything else: what follows may begin the next append, with a watch of its own.
    clearTimeout(this.#stall);
    if (failure !== null) {
      this.#failed(batch, failure.error);
      return;
    }
    this.stats.flushed(records);
    this.#landed(batch);
  }

  #watch(stallMs: number): void {
    this.#stall = setTimeout(() => {
      if (this.#patienceMs > 0) this.#watch(this.#patienceMs);
      else this.#goAway('an append has stalled');
    }, stallMs);
  }

  #landed(batch: readonly Committed[]): void {
    this.#inFlight = null;
    this.#forgotten.clear();
    if (this.#state === 'up') this.#outbox.add(batch);
    else if (this.#state === 'away') this.#comeBack();
    this.#flush();
  }

  #failed(batch: readonly Committed[], error: unknown): void {
    if (error instanceof LogSealedError) {
      this.#seal(error);
      return;
    }
    for (const { record } of batch) {
      if (record !== null && !this.#forgotten.has(record.matchId)) this.#torn.add(record.matchId);
    }
    this.#goAway('an append has failed', error);
    this.#inFlight = null;
    this.#forgotten.clear();
    // That one works again already: what it lacks is to come at once.
    if (error instanceof LogLostError) this.probe();
    else this.#planProbe();
  }

  /** Plays on without the log: lets out all that waits for it, in order. */
  #goAway(why: string, error?: unknown): void {
    if (this.#state !== 'up') return;
    this.#state = 'away';
    this.#awaySinceMs = performance.now();
    this.stats.timesAway += 1;
    this.#lease.logAway();
    this.#options.logger.error({ err: error }, `the match log is away (${why}): rooms play on without it`);
    const waiting = this.#takeAll();
    for (const { record } of waiting) {
      if (record === null) continue;
      this.#torn.add(record.matchId);
      this.stats.dropped += 1;
    }
    const free = [...(this.#inFlight ?? []), ...waiting];
    // Before its release: whoever waits for a record must not take its release for its being durable.
    for (const { record, lost } of free)
      if (record !== null) lost?.(new RecordLostError(record.matchId, { cause: error }));
    this.#outbox.add(free);
    if (this.#inFlight === null) this.#planProbe();
  }

  #takeAll(): readonly Committed[] {
    this.#waitingBytes = 0;
    return this.#waiting.splice(0);
  }

  /** Only after an append that failed: one that stalls is its own probe. */
  #planProbe(): void {
    setTimeout(() => {
      if (this.#state === 'away') this.probe();
    }, PROBE_MS).unref();
  }

  #comeBack(): void {
    this.#state = 'up';
    const matchIds = [...this.#torn];
    this.#options.logger.warn({ matches: matchIds.length }, 'the match log is back: writing full states');
    this.#options.onFullNeeded(matchIds);
    this.#onBack();
  }

  #seal(error: LogSealedError): void {
    const lost = [...this.#outbox.takeAll(), ...(this.#inFlight ?? []), ...this.#takeAll()];
    this.#state = 'sealed';
    this.#sealed = error;
    this.#inFlight = null;
    this.#options.logger.error({ err: error }, 'the match log is sealed: this process has lost its matches');
    for (const item of lost) item.lost?.(error);
    this.#onBack();
    this.#options.onSealed();
  }
}

function bytesOf(record: LogRecord | null): number {
  if (record === null) return 0;
  return (record.state?.byteLength ?? 0) + (record.hidden?.byteLength ?? 0);
}
