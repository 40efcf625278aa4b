import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import { lobbies } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { StartingSoon } from './lobby-entrances.ts';

/** A hand-off takes some ms. Past its deadline, which is about this, it is put back, so there is none to wait for. */
const STARTING_MS = 15_000;
/** A crowd fills one lobby after the other before its last player gets in. */
const ALL_WAITS_MS = 20_000;
/** Nudges may be lost. */
const LOOK_AGAIN_MS = 250;

/**
 * Holds back who comes while a lobby is handed off: it takes them as soon as its match is played. Those who wait for one
 * game stand in line, so that a crowd costs each of them a few attempts, not one for every lobby that another has filled.
 */
export class StartWaits {
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #clock: Clock;
  /** By game: settled when the last in line has gone. */
  readonly #lines = new Map<string, Promise<void>>();

  constructor({ db, bus, clock }: { readonly db: Database; readonly bus: Bus; readonly clock: Clock }) {
    this.#db = db;
    this.#bus = bus;
    this.#clock = clock;
  }

  /**
   * Tries, and once more whenever the lobby that is starting has started, or has not. Meanwhile nothing is held.
   * @param attempt may throw `StartingSoon` if it is told to wait
   */
  async run<T>(game: string, attempt: (waits: boolean) => Promise<T>): Promise<T> {
    const endMs = performance.now() + ALL_WAITS_MS;
    try {
      return await attempt(true);
    } catch (error) {
      if (!(error instanceof StartingSoon)) throw error;
    }
    const ahead = this.#lines.get(game);
    const gone = Promise.withResolvers<void>();
    this.#lines.set(game, bothOf(ahead, gone.promise));
    try {
      await Promise.race([ahead, delay(ALL_WAITS_MS, undefined, { ref: false })]);
      return await this.#insist(attempt, endMs);
    } finally {
      gone.resolve();
    }
  }

  /** At the head of the line. */
  async #insist<T>(attempt: (waits: boolean) => Promise<T>, endMs: number): Promise<T> {
    let waits = true;
    for (;;) {
      try {
        return await attempt(waits && performance.now() < endMs);
      } catch (error) {
        if (!(error instanceof StartingSoon)) throw error;
        waits = await this.#hasStarted(error.lobbyId);
      }
    }
  }

  /** @returns false if the lobby is `starting` for too long */
  async #hasStarted(lobbyId: string): Promise<boolean> {
    let change = Promise.withResolvers<void>();
    const unsubscribe = this.#bus.subscribe('lobby', (nudge) => {
      if (nudge.lobbyId === lobbyId) change.resolve();
    });
    try {
      for (;;) {
        // Before the look: what happens meanwhile is not missed.
        change = Promise.withResolvers();
        const since = await this.#startingSince(lobbyId);
        if (since === null) return true;
        if (this.#clock.now().getTime() - since.getTime() > STARTING_MS) return false;
        await Promise.race([change.promise, delay(LOOK_AGAIN_MS, undefined, { ref: false })]);
      }
    } finally {
      unsubscribe();
    }
  }

  /** The lobby's last change, if it is `starting`: at the earliest the one that made it so. */
  async #startingSince(lobbyId: string): Promise<Date | null> {
    const [lobby] = await this.#db
      .select({ state: lobbies.state, updatedAt: lobbies.updatedAt })
      .from(lobbies)
      .where(eq(lobbies.id, lobbyId));
    return lobby?.state === 'starting' ? lobby.updatedAt : null;
  }
}

/** Unlike `Promise.all`, it holds on to nothing of what was before: a line has no end. */
async function bothOf(ahead: Promise<void> | undefined, own: Promise<void>): Promise<void> {
  await ahead;
  await own;
}
