import { LOBBY_EXPIRES_MS, LOBBY_HIDDEN_AFTER_MS, MEMBER_EXPIRES_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { clocksStandStill, closed, withoutMember } from './lobby-rules.ts';
import { lockLobby } from './lobby-store.ts';
import * as store from './presence-store.ts';

export interface PresenceClocksParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly changes: LobbyChanges;
}

/** Transactions at once: the pool is for requests. */
const CONCURRENCY = 4;

/**
 * What follows from somebody's absence by time alone. It goes by the database, so one process does it for all; if two do,
 * the second finds nothing left.
 */
export class PresenceClocks {
  readonly #parts: PresenceClocksParts;

  constructor(parts: PresenceClocksParts) {
    this.#parts = parts;
  }

  /** Does what is due. @param judgedMs when that was done last, in ms since the epoch */
  async run(judgedMs: number): Promise<void> {
    await this.#removeExpired();
    await this.#closeEmpty();
    await this.#hide(judgedMs);
  }

  #nowMs(): number {
    return this.#parts.clock.now().getTime();
  }

  async #removeExpired(): Promise<void> {
    const { db, changes } = this.#parts;
    const signedBefore = new Date(this.#nowMs() - MEMBER_EXPIRES_MS);
    await forEachLimited(CONCURRENCY, await store.lobbiesWithExpired(db, signedBefore), (lobbyId) =>
      inTransaction(db, async (tx) => {
        const before = await lockLobby(tx, lobbyId);
        if (before === null || clocksStandStill(before.lobby) || before.lobby.emptySince !== null) return;
        const expired = before.members.filter(({ awaySince }) => awaySince !== null && awaySince <= signedBefore);
        const after = expired.reduce((full, { playerId }) => withoutMember(full, playerId), before);
        await changes.save(tx, { before, after, exit: 'expired' });
      }),
    );
  }

  async #closeEmpty(): Promise<void> {
    const { db, changes } = this.#parts;
    const emptyBefore = new Date(this.#nowMs() - LOBBY_EXPIRES_MS);
    await forEachLimited(CONCURRENCY, await store.emptyLobbies(db, { emptyBefore }), ({ id }) =>
      inTransaction(db, async (tx) => {
        const before = await lockLobby(tx, id);
        const emptySince = before?.lobby.emptySince ?? null;
        if (before === null || clocksStandStill(before.lobby) || emptySince === null || emptySince > emptyBefore)
          return;
        await changes.save(tx, { before, after: closed(before), exit: 'expired' });
      }),
    );
  }

  /** A lobby becomes hidden by time alone: watched lists are told. */
  async #hide(judgedMs: number): Promise<void> {
    const { db, bus } = this.#parts;
    const emptyAfter = new Date(judgedMs - LOBBY_HIDDEN_AFTER_MS);
    const emptyBefore = new Date(this.#nowMs() - LOBBY_HIDDEN_AFTER_MS);
    for (const { id, game } of await store.emptyLobbies(db, { emptyBefore, emptyAfter })) {
      bus.publish('lobby', { lobbyId: id, game });
    }
  }
}
