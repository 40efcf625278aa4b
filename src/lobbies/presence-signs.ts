import { and, eq, exists, ne, notExists, sql } from 'drizzle-orm';
import { lobbyMembers, presenceSigns, processes } from '../store/schema.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
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
   * Takes over the connected members whom no living process has: those of a process that is no more, and those whose
   * process ended before it could say that they are gone. Any process may do it at any time.
   * @returns who they are: they are told of already
   */
  async adopt(): Promise<string[]> {
    const { db, incarnation } = this.#parts;
    return await inTransaction(db, async (tx) => {
      const living = sql`(select from ${processes}
        where ${processes.incarnation} = ${presenceSigns.incarnation} and ${processes.state} in ('alive', 'draining'))`;
      await tx.sql.delete(presenceSigns).where(and(ne(presenceSigns.incarnation, incarnation), notExists(living)));
      const { rows } = await tx.sql.execute<{ player_id: string }>(sql`
        insert into ${presenceSigns} (player_id, incarnation)
        select member.player_id, ${incarnation} from ${lobbyMembers} member
        where member.connected
          and not exists (select from ${presenceSigns} sign where sign.player_id = member.player_id)
        on conflict do nothing
        returning player_id`);
      return rows.map((row) => row.player_id);
    });
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
    if (present.length > 0) {
      await db.execute(sql`
        insert into ${presenceSigns} (player_id, incarnation)
        select unnest(${sql.param(present)}::text[]), ${incarnation}
        on conflict do nothing`);
    }
    if (absent.length > 0) {
      await db
        .delete(presenceSigns)
        .where(
          and(sql`${presenceSigns.playerId} = any(${sql.param(absent)})`, eq(presenceSigns.incarnation, incarnation)),
        );
    }
  }
}
