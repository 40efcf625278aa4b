import { and, asc, eq, or } from 'drizzle-orm';
import type { Clock } from '../clock.ts';
import { lobbies } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import type { HandOff } from './ports.ts';

export interface CountdownsParts {
  readonly db: Database;
  readonly clock: Clock;
  /** Told what went wrong in the background; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** A hand-off that was begun is under way for a moment; one that couldn't begin is tried again. */
const AGAIN_AFTER_MS = 1_000;

/**
 * Ends countdowns, and hands off the lobbies that start without one. Their truth is in the database, so that they go on
 * over a restart; here is one timer, for the next that ends.
 */
export class Countdowns {
  readonly #parts: CountdownsParts;
  #handOff: HandOff | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wakesAtMs = Infinity;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: CountdownsParts) {
    this.#parts = parts;
  }

  /** Ends whatever has run out by now, and then each countdown in its time. */
  async start(handOff: HandOff): Promise<void> {
    this.#handOff = handOff;
    await this.sweep();
  }

  /** No further countdown ends on this process. */
  async stop(): Promise<void> {
    this.#handOff = null;
    this.#disarm();
    await this.#running;
  }

  /** A countdown that ends then was begun, or a lobby is to start at once. */
  begun(endsAt: Date): void {
    this.#wakeAt(endsAt.getTime());
  }

  /**
   * Begins the hand-off of each lobby whose countdown is over, or that starts without one. Done by a timer; tests that move
   * the clock call it.
   */
  async sweep(): Promise<void> {
    const { db, clock } = this.#parts;
    this.#disarm();
    const running = await db
      .select({ id: lobbies.id, endsAt: lobbies.countdownEndsAt })
      .from(lobbies)
      .where(or(eq(lobbies.state, 'countdown'), and(eq(lobbies.state, 'open'), eq(lobbies.startDue, true))))
      .orderBy(asc(lobbies.countdownEndsAt));
    const now = clock.now();
    for (const { id, endsAt } of running) {
      if (endsAt === null || endsAt <= now) this.#handOff?.begin(id);
      else this.#wakeAt(endsAt.getTime());
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
    this.#running = this.sweep().catch((error: unknown) => {
      this.#parts.onError(error);
      this.#wakeAt(this.#parts.clock.now().getTime() + AGAIN_AFTER_MS);
    });
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#wakesAtMs = Infinity;
  }
}
