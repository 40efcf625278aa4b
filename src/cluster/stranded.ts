import { sql } from 'drizzle-orm';
import type { Database } from '../store/transaction.ts';
import { IS_ORPHAN } from './claims.ts';
import type { ClusterLog } from './cluster-log.ts';

export interface StrandedParts {
  readonly db: Database;
  /** Ends a match as one of another build, unless somebody has taken it over since this epoch. @returns whether it did */
  readonly abandon: (matchId: string, epoch: number) => Promise<boolean>;
  readonly logger: ClusterLog;
  /** How long a match waits for a process that can run it. */
  readonly limitMs: number;
}

interface Stranded extends Record<string, unknown> {
  readonly id: string;
  readonly epoch: number;
  readonly game: string;
}

/**
 * Ends matches that nobody who lives can go on with: their processes are no more, and all that are left run a build in which
 * their game has changed. They wait for a while, since such a process may just be started again.
 */
export class StrandedMatches {
  readonly #parts: StrandedParts;
  /** By match and epoch, since when nobody could have them: one that was taken over meanwhile begins anew. */
  #sinceMs: ReadonlyMap<string, number> = new Map();

  constructor(parts: StrandedParts) {
    this.#parts = parts;
  }

  /** To be called again and again, by one process. @param nowMs monotonic */
  async look(nowMs: number): Promise<void> {
    const { limitMs } = this.#parts;
    const found = await this.#find();
    const since = (match: Stranded): number => this.#sinceMs.get(keyOf(match)) ?? nowMs;
    this.#sinceMs = new Map(found.map((match) => [keyOf(match), since(match)]));
    for (const match of found) if (nowMs - since(match) >= limitMs) await this.#abandon(match);
  }

  async #find(): Promise<readonly Stranded[]> {
    const { rows } = await this.#parts.db.execute<Stranded>(sql`
      select m.id, m.epoch, m.game from matches m where ${IS_ORPHAN}
      and not exists (select from processes able where able.state = 'alive' and able.compats ->> m.game = m.compat)`);
    return rows;
  }

  async #abandon({ id: matchId, epoch, game }: Stranded): Promise<void> {
    if (await this.#parts.abandon(matchId, epoch))
      this.#parts.logger.warn({ matchId, game }, 'a match was abandoned: nobody is left whose build can go on with it');
  }
}

function keyOf({ id, epoch }: Stranded): string {
  return `${id} ${epoch}`;
}
