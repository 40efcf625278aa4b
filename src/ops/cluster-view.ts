import { and, asc, desc, eq, exists, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { ClusterMatch, ClusterProcess, ClusterView } from '../../protocol/admin.ts';
import { matches, processes } from '../store/schema.ts';
import { type Database, onOneConnection, type Tx } from '../store/transaction.ts';

type Queries = Tx['sql'];

/** Whoever ended before that is news no more, unless matches still wait in its name. */
const SHOWN_AFTER_END_MINUTES = 10;
/** A process that dies again and again leaves many rows. */
const MAX_PROCESSES = 200;

/**
 * Who is alive and who owns what, as the database has it.
 * @param matchLimit how many of the matches being played are named, the newest first; null: none
 */
export async function clusterView(db: Database, matchLimit: number | null): Promise<ClusterView> {
  const look = async (queries: Queries): Promise<ClusterView> => {
    const owned = await countByOwner(queries);
    const rows = await findProcesses(queries);
    const named = matchLimit === null ? null : await findMatches(queries, matchLimit);
    return {
      at: new Date().toISOString(),
      processes: rows.map((row) => processView(row, owned.get(row.incarnation) ?? {})),
      parked: owned.get(null) ?? {},
      ...(named && { matches: named.map(matchView) }),
    };
  };
  // All of one moment: a match that changes hands between two statements would be counted twice, or not at all.
  return await onOneConnection(db, look, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

/** How many matches are played, by owner and game. */
async function countByOwner(queries: Queries): Promise<Map<string | null, Record<string, number>>> {
  const { owner, game } = matches;
  const rows = await queries
    .select({ owner, game, count: sql<number>`count(*)::int` })
    .from(matches)
    .where(eq(matches.state, 'playing'))
    .groupBy(owner, game)
    .orderBy(game);
  const byOwner = Map.groupBy(rows, (row) => row.owner);
  return new Map(
    [...byOwner].map(([of, counts]) => [of, Object.fromEntries(counts.map((row) => [row.game, row.count]))]),
  );
}

type ProcessRow = typeof processes.$inferSelect;

async function findProcesses(queries: Queries): Promise<ProcessRow[]> {
  const owns = queries
    .select({ one: sql`1` })
    .from(matches)
    .where(and(eq(matches.owner, processes.incarnation), inArray(matches.state, ['reserved', 'playing'])));
  const endedLately = gt(processes.endedAt, sql`now() - make_interval(mins => ${SHOWN_AFTER_END_MINUTES})`);
  return await queries
    .select()
    .from(processes)
    .where(or(isNull(processes.endedAt), endedLately, exists(owns)))
    .orderBy(sql`${processes.endedAt} is not null`, desc(processes.startedAt), asc(processes.incarnation))
    .limit(MAX_PROCESSES);
}

function processView(row: ProcessRow, owned: Readonly<Record<string, number>>): ClusterProcess {
  const { incarnation, state, build, address, directAddress, counter, load, startedAt, endedAt } = row;
  const times = { startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
  return { incarnation, state, build, address, directAddress, counter, load, ...times, matches: owned };
}

const { id, game, owner, epoch, recordedBy, deaths, uncleanDeaths, onProbation, startedAt } = matches;
const SHOWN = { id, game, owner, epoch, recordedBy, deaths, uncleanDeaths, onProbation, startedAt };

async function findMatches(queries: Queries, limit: number) {
  return await queries
    .select(SHOWN)
    .from(matches)
    .where(eq(matches.state, 'playing'))
    .orderBy(desc(matches.id))
    .limit(limit);
}

function matchView(row: Awaited<ReturnType<typeof findMatches>>[number]): ClusterMatch {
  return { ...row, startedAt: row.startedAt?.toISOString() ?? null };
}
