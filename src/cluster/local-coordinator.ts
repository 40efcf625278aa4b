import { randomBytes } from 'node:crypto';
import { and, eq, isNull, ne, notInArray, or, sql } from 'drizzle-orm';
import { matches, processes } from '../store/schema.ts';
import { inTransaction, type Database } from '../store/transaction.ts';
import type { Claim, Coordinator } from './ports.ts';
import type { DatabaseLock } from './database-lock.ts';

/** How {@link LocalCoordinator} is set up. */
export interface LocalCoordinatorOptions {
  readonly db: Database;
  /** See {@link newIncarnation}. */
  readonly incarnation: string;
  /** Which build runs, for the operator's eyes. */
  readonly build: string;
  /** On the same database. */
  readonly lock: DatabaseLock;
}

/** A random id for one boot of a process. */
export function newIncarnation(): string {
  return `i_${randomBytes(9).toString('hex')}`;
}

/**
 * The coordinator of a process that is alone on its database: whoever holds the lock lives, everybody else is dead.
 * Ownership and epochs are rows, as they are for several processes.
 */
export class LocalCoordinator implements Coordinator {
  readonly incarnation: string;
  readonly #db: Database;
  readonly #build: string;
  readonly #lock: DatabaseLock;

  constructor({ db, incarnation, build, lock }: LocalCoordinatorOptions) {
    this.incarnation = incarnation;
    this.#db = db;
    this.#build = build;
    this.#lock = lock;
  }

  /** Also declares all other incarnations dead: none of them holds the lock. */
  async start(): Promise<void> {
    await this.#lock.acquire();
    await inTransaction(this.#db, async ({ sql: tx }) => {
      await tx
        .update(processes)
        .set({ state: 'dead', endedAt: sql`now()` })
        .where(and(notInArray(processes.state, ['dead', 'stopped']), ne(processes.incarnation, this.incarnation)));
      await tx.insert(processes).values({ incarnation: this.incarnation, state: 'alive', build: this.#build });
    });
  }

  async claimOrphans(): Promise<readonly Claim[]> {
    const { id: matchId, epoch, game, compat, deaths } = matches;
    const claimed = await this.#db
      .update(matches)
      .set({ owner: this.incarnation, epoch: sql`${epoch} + 1` })
      .where(and(eq(matches.state, 'playing'), or(isNull(matches.owner), ne(matches.owner, this.incarnation))))
      .returning({ matchId, epoch, game, compat, deaths });
    // Any log in the data folder may have them.
    return claimed.map((claim) => ({ ...claim, uncleanDeaths: 0, logs: [] }));
  }

  async countDeath(matchId: string): Promise<number> {
    const [row] = await this.#db
      .update(matches)
      .set({ deaths: sql`${matches.deaths} + 1` })
      .where(eq(matches.id, matchId))
      .returning({ deaths: matches.deaths });
    return row?.deaths ?? 0;
  }

  async stop(): Promise<void> {
    try {
      await inTransaction(this.#db, async ({ sql: tx }) => {
        const { incarnation } = this;
        await tx
          .update(matches)
          .set({ owner: null })
          .where(and(eq(matches.owner, incarnation), eq(matches.state, 'playing')));
        await tx
          .update(processes)
          .set({ state: 'stopped', endedAt: sql`now()` })
          .where(eq(processes.incarnation, incarnation));
      });
    } finally {
      await this.#lock.release();
    }
  }
}
