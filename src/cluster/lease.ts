import type { ClusterLog } from './cluster-log.ts';

/** Whether this process may act as the owner of its matches. */
export interface Lease {
  /** Our row was read as alive, by what was asked at `sentAtMs` on `performance.now()`. */
  renewed(sentAtMs: number): void;
  /** Our log took what was sent at `sentAtMs`. */
  appended(sentAtMs: number): void;
  readonly held: boolean;
}

/** What is asked before anything is let out. */
export interface ReleaseLease extends Pick<Lease, 'held'> {
  /** Whether it was proved by something that was asked for then or later. */
  provedSince(ms: number): boolean;
  /** Our log is away: what it took before proves nothing any more, and another proof is wanted soon. */
  logAway(): void;
}

/** Of a process that is alone: nobody else could take its matches over while it has the database's lock. */
export const ALWAYS_HELD: Lease & ReleaseLease = {
  renewed: () => {},
  appended: () => {},
  held: true,
  provedSince: () => true,
  logAway: () => {},
};

export interface OwnershipLeaseOptions {
  readonly logger: ClusterLog;
  /** The database doesn't say that we live: the log has to be asked. Called every 250 ms. */
  readonly onDoubt: () => void;
  /** The lease has run out: nothing may be let out, and the time of all matches stands still. */
  readonly onLapsed: () => void;
  /** It is proved again. */
  readonly onReturned: () => void;
  /** It is proved once more: what waited for that may go. */
  readonly onRenewed: () => void;
  /** A proof is wanted now. */
  readonly onWanted: () => void;
  /** It has been out for so long that whoever is connected is better off elsewhere. */
  readonly onGivenUp: () => void;
  /** Monotonic, in ms; `performance.now` unless told otherwise. */
  readonly nowMs?: () => number;
}

/** Others declare a process dead after 5 s without a beat of it; by then it has stopped for two. */
const ROW_HOLDS_MS = 3_000;
/**
 * An append proves less: who is declared dead is sealed at any moment after it. So it counts for a moment only, and so long is waited between the
 * seal of a process that may live and the claim of its matches.
 */
export const LOG_HOLDS_MS = 1_000;
/** After a lapse: ten seconds after the last beat. */
const GIVEN_UP_AFTER_MS = 7_000;
const DOUBT_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 250;

/**
 * A process plays on while within the last 3 s it has read that its own row is alive, or its log takes what it appends: both
 * fail for good once another process has taken over. Counted from when the proof was *asked* for, so that a process which was
 * paused in between doesn't take an old answer for a new one.
 */
export class OwnershipLease implements Lease, ReleaseLease {
  readonly #options: OwnershipLeaseOptions;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #rowAtMs: number;
  #logAtMs = -Infinity;
  #state: 'held' | 'lapsed' | 'given up' | 'revoked' = 'held';

  constructor(options: OwnershipLeaseOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#rowAtMs = this.#nowMs();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Asked before anything is let out: true only if nobody can have taken over. */
  get held(): boolean {
    if (this.#state === 'held' && this.#leftMs <= 0) this.look();
    return this.#state === 'held';
  }

  renewed(sentAtMs: number): void {
    this.#rowAtMs = Math.max(this.#rowAtMs, sentAtMs);
    this.#proved();
  }

  appended(sentAtMs: number): void {
    this.#logAtMs = Math.max(this.#logAtMs, sentAtMs);
    this.#proved();
  }

  /** Play without a log is for those who know from the database that they live. */
  logAway(): void {
    this.#logAtMs = -Infinity;
    this.look();
    this.#options.onWanted();
  }

  provedSince(ms: number): boolean {
    return Math.max(this.#rowAtMs, this.#logAtMs) >= ms;
  }

  /** For good: another process has taken over. */
  revoke(): void {
    this.#state = 'revoked';
    this.close();
  }

  /** Looks at the time. Done by a timer; tests that move the clock call it. */
  look(): void {
    const { logger, onDoubt, onLapsed, onGivenUp } = this.#options;
    if (this.#state === 'held' && this.#leftMs <= 0) {
      this.#state = 'lapsed';
      logger.error({}, 'neither store confirms that this process lives: its matches stand still');
      onLapsed();
    }
    if (this.#state === 'lapsed' && this.#leftMs <= -GIVEN_UP_AFTER_MS) {
      this.#state = 'given up';
      logger.error({}, 'neither store has confirmed this process for long: its sockets are closed');
      onGivenUp();
    }
    if (this.#state !== 'revoked' && this.#nowMs() - this.#rowAtMs >= DOUBT_AFTER_MS) onDoubt();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #proved(): void {
    if (this.#state === 'held') this.#options.onRenewed();
    if (this.#state === 'held' || this.#state === 'revoked' || this.#leftMs <= 0) return;
    this.#state = 'held';
    this.#options.logger.warn({}, 'the matches of this process are known to be its own again: they go on');
    this.#options.onReturned();
  }

  get #leftMs(): number {
    return Math.max(this.#rowAtMs + ROW_HOLDS_MS, this.#logAtMs + LOG_HOLDS_MS) - this.#nowMs();
  }
}
