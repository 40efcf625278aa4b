import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import type { Bus } from '../cluster/ports.ts';
import { lobbies } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { StartingSoon } from './lobby-entrances.ts';

/** A hand-off takes some ms. One that takes longer is none to wait for. */
const LOBBY_WAIT_MS = 2_000;
/** A crowd may fill one lobby after the other before its last player gets in. */
const ALL_WAITS_MS = 10_000;
/** Nudges may be lost. */
const LOOK_AGAIN_MS = 250;

/** Holds back who comes while a lobby is handed off: it takes them as soon as its match is played. */
export class StartWaits {
  readonly #db: Database;
  readonly #bus: Bus;

  constructor({ db, bus }: { readonly db: Database; readonly bus: Bus }) {
    this.#db = db;
    this.#bus = bus;
  }

  /**
   * Tries again whenever the lobby that is starting has started, or has not. Between two attempts nothing is held.
   * @param attempt may throw `StartingSoon` if it is told to wait
   */
  async run<T>(attempt: (waits: boolean) => Promise<T>): Promise<T> {
    const endMs = performance.now() + ALL_WAITS_MS;
    for (let waits = true; ;) {
      try {
        return await attempt(waits);
      } catch (error) {
        if (!(error instanceof StartingSoon)) throw error;
        waits = (await this.#hasLeft(error.lobbyId)) && performance.now() < endMs;
      }
    }
  }

  /** @returns whether the lobby is `starting` no more, after 2 s at the latest */
  async #hasLeft(lobbyId: string): Promise<boolean> {
    const endMs = performance.now() + LOBBY_WAIT_MS;
    let change = Promise.withResolvers<void>();
    const unsubscribe = this.#bus.subscribe('lobby', (nudge) => {
      if (nudge.lobbyId === lobbyId) change.resolve();
    });
    try {
      while (performance.now() < endMs) {
        // Before the look: what happens meanwhile is not missed.
        change = Promise.withResolvers();
        if (!(await this.#isStarting(lobbyId))) return true;
        await Promise.race([change.promise, delay(LOOK_AGAIN_MS, undefined, { ref: false })]);
      }
      return false;
    } finally {
      unsubscribe();
    }
  }

  async #isStarting(lobbyId: string): Promise<boolean> {
    const [lobby] = await this.#db.select({ state: lobbies.state }).from(lobbies).where(eq(lobbies.id, lobbyId));
    return lobby?.state === 'starting';
  }
}
