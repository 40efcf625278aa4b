import { and, asc, eq, or } from 'drizzle-orm';
import type { Clock } from '../clock.ts';
import { ALONE, type ClusterView } from '../cluster/cluster-view.ts';
import { lobbies } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import type { HandOff } from './ports.ts';

export interface CountdownsParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly cluster: ClusterView;
  /** Told what went wrong in the background; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** A hand-off that was begun is under way for a moment; one that couldn't begin is tried again. */
const AGAIN_AFTER_MS = 1_000;
/** A process may have died that had begun a countdown: how often the first one looks. */
const LOOK_EVERY_MS = 1_000;

/**
 * Ends countdowns, and hands off the lobbies that start without one. Their truth is in the database, so that they go on
 * over a restart; here is one timer, for the next that ends. In a cluster each process ends those that it has begun, and
 * the first one what is overdue. Where two begin the same hand-off, the second finds the lobby started.
 */
export class Countdowns {
  readonly #parts: CountdownsParts;
  #handOff: HandOff | null = null;
  /** When countdowns end that were begun or changed here. */
  readonly #ownEndsMs = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #looks: NodeJS.Timeout | null = null;
  #wakesAtMs = Infinity;
  #running: Promise<void> | null = null;

  constructor(parts: CountdownsParts) {
    this.#parts = parts;
  }

  /** Ends whatever has run out by now, and then each countdown in its time. */
  async start(handOff: HandOff): Promise<void> {
    this.#handOff = handOff;
    const { cluster } = this.#parts;
    const look = () => {
      if (cluster.isFirst() && this.#running === null) this.#wake();
    };
    if (cluster !== ALONE) this.#looks = setInterval(look, LOOK_EVERY_MS).unref();
    await this.sweep();
  }

  /** No further countdown ends on this process. */
  async stop(): Promise<void> {
    this.#handOff = null;
    if (this.#looks) clearInterval(this.#looks);
    this.#disarm();
    await this.#running;
  }

  /** A countdown that ends then was begun, or a lobby is to start at once. */
  begun(endsAt: Date): void {
    if (this.#parts.cluster !== ALONE) this.#ownEndsMs.add(endsAt.getTime());
    this.#wakeAt(endsAt.getTime());
  }

  /**
   * Begins the hand-off of each lobby whose countdown is over, or that starts without one. Done by a timer; tests that move
   * the clock call it.
   */
  async sweep(): Promise<void> {
    const { db, clock, cluster } = this.#parts;
    this.#disarm();
    const running = await db
      .select({ id: lobbies.id, endsAt: lobbies.countdownEndsAt })
      .from(lobbies)
      .where(or(eq(lobbies.state, 'countdown'), and(eq(lobbies.state, 'open'), eq(lobbies.startDue, true))))
      .orderBy(asc(lobbies.countdownEndsAt));
    const now = clock.now();
    for (const { id, endsAt } of running) {
      if (endsAt === null || endsAt <= now) this.#handOff?.begin(id);
      // With others, whoever began it has a timer of its own.
      else if (cluster.others().length === 0) this.#wakeAt(endsAt.getTime());
    }
    for (const endsAtMs of this.#ownEndsMs) {
      if (endsAtMs <= now.getTime()) this.#ownEndsMs.delete(endsAtMs);
      else this.#wakeAt(endsAtMs);
    }
    if (running.some(({ endsAt }) => endsAt === null || endsAt <= now)) this.#wakeAt(now.getTime() + AGAIN_AFTER_MS);
  }

  #wakeAt(atMs: number): void {
    if (this.#handOff === null || atMs >= this.#wakesAtMs) return;
    this.#disarm();
    this.#wakesAtMs = atMs;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, atMs - this.#parts.clock.now().getTime())).unref();
  }

  #wake(): void {
    this.#wakesAtMs = Infinity;
    const run = (this.#running ?? Promise.resolve())
      .then(() => this.sweep())
      .catch((error: unknown) => {
        this.#parts.onError(error);
        this.#wakeAt(this.#parts.clock.now().getTime() + AGAIN_AFTER_MS);
      })
      .finally(() => {
        if (this.#running === run) this.#running = null;
      });
    this.#running = run;
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#wakesAtMs = Infinity;
  }
}
