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
    while (performance.now() < endMs) {
      // Listening comes before looking: what happens between the two is not missed.
      const change = this.#nextChange(lobbyId);
      const [lobby] = await this.#db.select({ state: lobbies.state }).from(lobbies).where(eq(lobbies.id, lobbyId));
      if (lobby?.state !== 'starting') {
        change.end();
        return true;
      }
      await change.promise;
    }
    return false;
  }

  #nextChange(lobbyId: string): { readonly promise: Promise<void>; end(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LOOK_AGAIN_MS);
    const unsubscribe = this.#bus.subscribe('lobby', (nudge) => {
      if (nudge.lobbyId === lobbyId) resolve();
    });
    void promise.then(() => {
      clearTimeout(timer);
      unsubscribe();
    });
    return { promise, end: resolve };
  }
}
