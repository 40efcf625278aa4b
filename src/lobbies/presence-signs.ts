import { and, eq, exists, ne, notExists, sql } from 'drizzle-orm';
import { lobbyMembers, presenceSigns, processes } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import type { Sql } from './lobby-store.ts';
import { MEMBERSHIP, type Membership } from './presence-store.ts';

export interface PresenceSignsParts {
  readonly db: Database;
  /** This process's own. */
  readonly incarnation: string;
  /** What is to be told: whether a player is present on this process now. */
  readonly isPresent: (playerId: string) => boolean;
}

/**
 * Who is present on which process of a cluster. A row stands for as long as its process has the player in its ledger, so
 * nothing is written while somebody stays, and no clock is compared with another's: as long as anybody has a row, its
 * process is the one that will judge, and when that is no more, whoever takes over its rows.
 */
export class PresenceSigns {
  readonly #parts: PresenceSignsParts;
  /** Players of whom the table may say something else than we know. */
  readonly #untold = new Set<string>();
  /** Connected members whom nobody had at the last look. */
  #strays: ReadonlySet<string> = new Set();
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(parts: PresenceSignsParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the table says of these players what is true of them by then. Rejects if it can't be written; what it
   * was to say goes with the next call.
   */
  async tell(playerIds: Iterable<string>): Promise<void> {
    for (const playerId of playerIds) this.#untold.add(playerId);
    // One write after another, or the table might end up with what was true before.
    this.#next ??= this.#writing.then(() => this.#writeAll());
    await this.#next;
  }

  /** Those of the players whom another process has. */
  async elsewhere(db: Sql, playerIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (playerIds.length === 0) return new Set();
    const rows = await db
      .selectDistinct({ playerId: presenceSigns.playerId })
      .from(presenceSigns)
      .where(
        and(
          sql`${presenceSigns.playerId} = any(${sql.param([...playerIds])})`,
          ne(presenceSigns.incarnation, this.#parts.incarnation),
        ),
      );
    return new Set(rows.map(({ playerId }) => playerId));
  }

  /**
   * Takes over the connected members whom nobody has any more: those of processes that are no more, and those whose
   * process ended before it could write that they were gone. The latter are seen twice before they are believed in: they may
   * be just about to be taken away. Any process may do this at any time.
   * @param outage everyone is taken over at once: nobody is just being taken away
   * @returns who they are; the table has them as this process's already
   */
  async adopt({ outage }: { readonly outage: boolean }): Promise<string[]> {
    const { db, incarnation } = this.#parts;
    const { adopted, strays } = await inTransaction(db, async (tx) => {
      const left = await dropRowsOfDead(tx);
      const strays = await straysOf(tx);
      const adopted = strays.filter((id) => outage || left.has(id) || this.#strays.has(id));
      await insertSigns(tx.sql, adopted, incarnation);
      return { adopted, strays };
    });
    this.#strays = new Set(strays.filter((id) => !adopted.includes(id)));
    return adopted;
  }

  /** Members whose lobbies show them as gone although a process has them. */
  async wrongedMembers(): Promise<Membership[]> {
    const { db } = this.#parts;
    const sign = db.select().from(presenceSigns).where(eq(presenceSigns.playerId, lobbyMembers.playerId));
    return await db
      .select(MEMBERSHIP)
      .from(lobbyMembers)
      .where(and(eq(lobbyMembers.connected, false), exists(sign)));
  }

  async #writeAll(): Promise<void> {
    this.#next = null;
    const playerIds = [...this.#untold];
    this.#untold.clear();
    const writing = this.#write(playerIds);
    // Whoever told learns of a failure; the next write is not held up by it.
    this.#writing = writing.catch(() => {
      for (const playerId of playerIds) this.#untold.add(playerId);
    });
    await writing;
  }

  async #write(playerIds: readonly string[]): Promise<void> {
    const { db, incarnation, isPresent } = this.#parts;
    const { present = [], absent = [] } = Object.groupBy(playerIds, (id) => (isPresent(id) ? 'present' : 'absent'));
    await insertSigns(db, present, incarnation);
    if (absent.length > 0) {
      await db
        .delete(presenceSigns)
        .where(
          and(sql`${presenceSigns.playerId} = any(${sql.param(absent)})`, eq(presenceSigns.incarnation, incarnation)),
        );
    }
  }
}

async function insertSigns(db: Sql, playerIds: readonly string[], incarnation: string): Promise<void> {
  if (playerIds.length === 0) return;
  await db.execute(sql`
    insert into ${presenceSigns} (player_id, incarnation)
    select unnest(${sql.param([...playerIds])}::text[]), ${incarnation}
    on conflict do nothing`);
}

/** @returns whose rows they were */
async function dropRowsOfDead(tx: Tx): Promise<ReadonlySet<string>> {
  const living = sql`(select from ${processes}
    where ${processes.incarnation} = ${presenceSigns.incarnation} and ${processes.state} in ('alive', 'draining'))`;
  const dropped = await tx.sql
    .delete(presenceSigns)
    .where(notExists(living))
    .returning({ playerId: presenceSigns.playerId });
  return new Set(dropped.map(({ playerId }) => playerId));
}

/** Connected members whom no process has. */
async function straysOf(tx: Tx): Promise<string[]> {
  const sign = tx.sql.select().from(presenceSigns).where(eq(presenceSigns.playerId, lobbyMembers.playerId));
  const strays = await tx.sql
    .select({ playerId: lobbyMembers.playerId })
    .from(lobbyMembers)
    .where(and(eq(lobbyMembers.connected, true), notExists(sign)));
  return strays.map(({ playerId }) => playerId);
}
