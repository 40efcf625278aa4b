import type { ClusterLog } from './cluster-log.ts';

/** Whether this process may act as the owner of its matches. */
export interface Lease {
  /** Something that was sent then has proved since that nobody has declared this process dead before. On `performance.now()`. */
  renewed(sentAtMs: number): void;
  readonly held: boolean;
}

/** What is asked before anything is let out. */
export interface ReleaseLease extends Pick<Lease, 'held'> {
  /** Whether it was proved by something that was asked for then or later. */
  provedSince(ms: number): boolean;
  /** Has it proved soon, rather than when the next heartbeat is due. */
  prove(): void;
}

/** Of a process that is alone: nobody else could take its matches over while it has the database's lock. */
export const ALWAYS_HELD: Lease & ReleaseLease = {
  renewed: () => {},
  held: true,
  provedSince: () => true,
  prove: () => {},
};

export interface OwnershipLeaseOptions {
  readonly logger: ClusterLog;
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

/** Others declare a process dead after 5 s without a sign of it; by then it has stopped for two. */
const HELD_MS = 3_000;
const GIVEN_UP_MS = 10_000;
const LOOK_EVERY_MS = 250;

/**
 * A process plays on while within the last 3 s it has either appended to its log, or read that its own row is alive: both
 * fail for good once another process has taken over. Counted from when the proof was *asked* for, so that a process which was
 * paused in between doesn't take an old answer for a new one.
 */
export class OwnershipLease implements Lease, ReleaseLease {
  readonly #options: OwnershipLeaseOptions;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #provedAtMs: number;
  #state: 'held' | 'lapsed' | 'given up' = 'held';

  constructor(options: OwnershipLeaseOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#provedAtMs = this.#nowMs();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Asked before anything is let out: true only if nobody can have taken over. */
  get held(): boolean {
    if (this.#state === 'held' && this.#ageMs >= HELD_MS) this.look();
    return this.#state === 'held';
  }

  /** Everybody was sent away. */
  get isGivenUp(): boolean {
    return this.#state === 'given up';
  }

  renewed(sentAtMs: number): void {
    this.#provedAtMs = Math.max(this.#provedAtMs, sentAtMs);
    if (this.#state === 'held') this.#options.onRenewed();
    if (this.#state === 'held' || this.#ageMs >= HELD_MS) return;
    this.#state = 'held';
    this.#options.logger.warn({}, 'the matches of this process are known to be its own again: they go on');
    this.#options.onReturned();
  }

  provedSince(ms: number): boolean {
    return this.#provedAtMs >= ms;
  }

  prove(): void {
    this.#options.onWanted();
  }

  /** Looks at the time. Done by a timer; tests that move the clock call it. */
  look(): void {
    if (this.#state === 'held' && this.#ageMs >= HELD_MS) {
      this.#state = 'lapsed';
      this.#options.logger.error({}, 'neither store has confirmed this process for 3 s: its matches stand still');
      this.#options.onLapsed();
    }
    if (this.#state === 'lapsed' && this.#ageMs >= GIVEN_UP_MS) {
      this.#state = 'given up';
      this.#options.logger.error({}, 'neither store has confirmed this process for 10 s: its sockets are closed');
      this.#options.onGivenUp();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get #ageMs(): number {
    return this.#nowMs() - this.#provedAtMs;
  }
}
