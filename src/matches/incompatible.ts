import { and, eq, notExists, sql } from 'drizzle-orm';
import { matches } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import type { MatchService } from './match-service.ts';

export interface IncompatibleParts {
  readonly db: Database;
  readonly matches: Pick<MatchService, 'abandon'>;
  /** Hash of all that must be alike for a room of this game to go on; null: this build doesn't have the game. */
  readonly compatOf: (game: string) => string | null;
}

/**
 * Abandons, with `incompatible-build`, the matches that nobody runs and that this build can't go on with. For the start
 * of a process: after it is known who is dead, before matches are claimed.
 * @returns the abandoned matches
 */
export async function abandonIncompatible({ db, matches: service, compatOf }: IncompatibleParts): Promise<string[]> {
  const living = sql`(select from processes where incarnation = ${matches.owner} and state in ('alive', 'draining'))`;
  const orphaned = and(eq(matches.state, 'playing'), notExists(living));
  const builds = await db.selectDistinct({ game: matches.game, compat: matches.compat }).from(matches).where(orphaned);
  const abandoned: string[] = [];
  for (const { game, compat } of builds.filter((build) => compatOf(build.game) !== build.compat)) {
    const lost = await db
      .select({ id: matches.id })
      .from(matches)
      .where(and(orphaned, eq(matches.game, game), eq(matches.compat, compat)));
    for (const { id } of lost) if (await service.abandon(id, 'incompatible-build')) abandoned.push(id);
  }
  return abandoned;
}
