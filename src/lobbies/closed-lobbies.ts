import { and, eq, inArray, lt } from 'drizzle-orm';
import type { Clock } from '../clock.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import { lobbies, lobbyBans, lobbyMessages } from '../store/schema.ts';
import { type Database, inTransaction } from '../store/transaction.ts';

/** Long after the last answer about it was sent. */
const KEPT_MS = 24 * 3_600_000;
const PURGE_EVERY_MS = 3_600_000;
/** More wait for the next time: a transaction is to be short. */
const MAX_PURGED = 5_000;

export interface ClosedLobbiesParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly cluster: ClusterView;
  /** Told what went wrong; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Forgets closed lobbies, which nobody can see any more. Reports and matches stay. */
export class ClosedLobbies {
  readonly #parts: ClosedLobbiesParts;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: ClosedLobbiesParts) {
    this.#parts = parts;
  }

  /** Purges every hour. */
  start(): void {
    this.#timer ??= setInterval(() => {
      if (this.#parts.cluster.isFirst()) this.purge().catch(this.#parts.onError);
    }, PURGE_EVERY_MS).unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Deletes lobbies that were closed more than a day ago. Resolves to how many. */
  async purge(): Promise<number> {
    const { db, clock } = this.#parts;
    const closedBefore = new Date(clock.now().getTime() - KEPT_MS);
    return inTransaction(db, async (tx) => {
      const old = await tx.sql
        .select({ id: lobbies.id })
        .from(lobbies)
        .where(and(eq(lobbies.state, 'closed'), lt(lobbies.updatedAt, closedBefore)))
        .limit(MAX_PURGED);
      const ids = old.map(({ id }) => id);
      if (ids.length === 0) return 0;
      // What came in while the lobby was being closed.
      await tx.sql.delete(lobbyMessages).where(inArray(lobbyMessages.lobbyId, ids));
      await tx.sql.delete(lobbyBans).where(inArray(lobbyBans.lobbyId, ids));
      await tx.sql.delete(lobbies).where(inArray(lobbies.id, ids));
      return ids.length;
    });
  }
}
