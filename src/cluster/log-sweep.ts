import { and, arrayOverlaps, eq, inArray, or } from 'drizzle-orm';
import { matches } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { goneOf } from './death-certificate.ts';
import type { DeadLogs } from './ports.ts';

/**
 * Drops the logs of processes that are no more, once no match that is played needs them: each is in another log by then, or
 * over.
 * @returns which were dropped
 */
export async function sweepLogs(
  db: Database,
  deadLogs: Pick<DeadLogs, 'list' | 'discard'>,
): Promise<readonly string[]> {
  const gone = await goneOf(db, await deadLogs.list());
  if (gone.length === 0) return [];
  const needed = await db
    .select({ owner: matches.owner, recordedBy: matches.recordedBy, ownedSince: matches.ownedSince })
    .from(matches)
    .where(
      and(
        eq(matches.state, 'playing'),
        or(inArray(matches.owner, gone), inArray(matches.recordedBy, gone), arrayOverlaps(matches.ownedSince, gone)),
      ),
    );
  const stillNeeded = new Set(
    needed.flatMap(({ owner, recordedBy, ownedSince }) => [owner, recordedBy, ...ownedSince]),
  );
  const dropped = gone.filter((incarnation) => !stillNeeded.has(incarnation));
  if (dropped.length > 0) await deadLogs.discard(dropped);
  return dropped;
}
