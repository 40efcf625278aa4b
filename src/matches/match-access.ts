import { and, eq, inArray, isNotNull, or, type SQL, sql } from 'drizzle-orm';
import { matches } from '../store/schema.ts';
import type { MatchRow } from './match-store.ts';

/** Games that may be watched, by name. */
type WatchableGames = ReadonlySet<string>;

/** Whether the caller has, or had, a seat, or may watch. */
export function maySee(match: MatchRow, playerId: string, watchable: WatchableGames): boolean {
  // A hand-off that failed is shown to nobody.
  if (match.state === 'abandoned' && match.startedAt === null) return false;
  const begun = match.startedAt !== null;
  return match.seats.some((seat) => seat.playerId === playerId) || (begun && isWatchable(match, watchable));
}

/** Whether anybody may watch the match while it is played, its players too. */
export function isWatchable(match: MatchRow, watchable: WatchableGames): boolean {
  return !match.private && watchable.has(match.game);
}

/** What a list asks for. */
export interface MatchListQuery {
  /** Whose matches; null: those that are played now and may be watched. */
  readonly player: string | null;
  readonly game: string | null;
  readonly state: MatchRow['state'] | null;
  /** Only matches older than the one with this id. */
  readonly before: string | null;
}

/** Matches that `callerId` may see in a list: they have all begun. */
export function listCondition(query: MatchListQuery, callerId: string, watchable: WatchableGames): SQL | undefined {
  const watch = and(eq(matches.private, false), inArray(matches.game, [...watchable]));
  const whose =
    query.player === null
      ? and(eq(matches.state, 'playing'), watch)
      : and(playedBy(query.player), query.player === callerId ? undefined : or(playedBy(callerId), watch));
  return and(
    isNotNull(matches.startedAt),
    whose,
    query.game === null ? undefined : eq(matches.game, query.game),
    query.state === null ? undefined : eq(matches.state, query.state),
    query.before === null ? undefined : sql`${matches.id} < ${query.before}`,
  );
}

function playedBy(playerId: string): SQL {
  return sql`${matches.id} in (select match_id from match_seats where player_id = ${playerId})`;
}
