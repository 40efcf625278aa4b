import { and, eq, gte, inArray, notInArray, or, sql } from 'drizzle-orm';
import { matches, processes, type ProcessLoad } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import { SUSPICIOUS_DEATHS } from './claims.ts';

/** How a process is known to be dead: its address refuses connections, or its counter stands still at this number. */
export type Evidence = { readonly refused: true } | { readonly counter: number };

/**
 * Declares a process dead, in one conditional UPDATE: of all who try, one succeeds. What its death may have to do with one of
 * its matches is noted in the same transaction: the one that its watchdog named, or that was alone on probation, or,
 * without a name, all of them.
 * @returns false if it was dead already, has stopped, or lives after all
 */
export async function declareDead(db: Database, incarnation: string, evidence: Evidence): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    const unheard = 'counter' in evidence ? eq(processes.counter, evidence.counter) : undefined;
    const [dead] = await tx.sql
      .update(processes)
      .set({ state: 'dead', endedAt: sql`now()` })
      .where(and(eq(processes.incarnation, incarnation), inArray(processes.state, ['alive', 'draining']), unheard))
      .returning({ suspect: processes.suspect, load: processes.load });
    if (!dead) return false;
    await blame(tx, { incarnation, ...dead });
    return true;
  });
}

/** With so much of its memory in use at its last heartbeat, a process has not been killed from outside: it ran out of it. */
const OUT_OF_MEMORY = 0.8;
/** Such a death is worth two whose cause is open: most of those are nobody's fault. */
const DEATHS_OUT_OF_MEMORY = 2;

interface Dead {
  readonly incarnation: string;
  readonly suspect: string | null;
  readonly load: ProcessLoad;
}

async function blame(tx: Tx, { incarnation, suspect, load }: Dead): Promise<void> {
  const played = eq(matches.state, 'playing');
  const its = and(eq(matches.owner, incarnation), played);
  // Named by the watchdog: it may just have been about to move there, and be another's still.
  const which = suspect === null ? and(its, eq(matches.onProbation, true)) : and(eq(matches.id, suspect), played);
  const found = await tx.sql
    .update(matches)
    .set({ deaths: sql`${matches.deaths} + 1`, onProbation: false })
    .where(which)
    .returning({ id: matches.id });
  if (suspect !== null) return;
  // With one on probation, those that were acquitted a moment ago are to be watched for longer the next time: it may be that
  // one of them only takes longer to end its process.
  const weight = (load.memory ?? 0) > OUT_OF_MEMORY ? DEATHS_OUT_OF_MEMORY : 1;
  const others = found.length === 0 ? undefined : gte(matches.uncleanDeaths, SUSPICIOUS_DEATHS);
  await tx.sql
    .update(matches)
    .set({ uncleanDeaths: sql`${matches.uncleanDeaths} + ${weight}` })
    .where(
      and(
        its,
        others,
        notInArray(
          matches.id,
          found.map(({ id }) => id),
        ),
      ),
    );
}

/** Its log takes nothing more: its matches may be claimed. */
export async function markSealed(db: Database, incarnation: string): Promise<void> {
  await db.update(processes).set({ sealed: true }).where(eq(processes.incarnation, incarnation));
}

/** Processes that are no more, of these: dead and sealed, stopped, or never heard of. */
export async function goneOf(db: Database, incarnations: readonly string[]): Promise<string[]> {
  if (incarnations.length === 0) return [];
  const living = await db
    .select({ incarnation: processes.incarnation })
    .from(processes)
    .where(
      and(
        inArray(processes.incarnation, [...incarnations]),
        or(
          inArray(processes.state, ['alive', 'draining']),
          and(eq(processes.state, 'dead'), eq(processes.sealed, false)),
        ),
      ),
    );
  const left = new Set(living.map(({ incarnation }) => incarnation));
  return incarnations.filter((incarnation) => !left.has(incarnation));
}
