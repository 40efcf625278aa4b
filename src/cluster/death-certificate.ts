import { and, eq, gte, inArray, notInArray, or, sql } from 'drizzle-orm';
import { matches, processes, type ProcessLoad } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import { SUSPICIOUS_DEATHS } from './claims.ts';

/** How a process is known to be dead: its address refuses connections, or its counter stands still at this number. */
export type Evidence = { readonly refused: true } | { readonly counter: number };

/**
 * Declares a process dead, in one conditional UPDATE: of all who try, one succeeds. What its death may have to do with one of
 * its matches is noted in the same transaction: it falls on the one that its watchdog named, or that was alone on probation, or,
 * without either, on all of them.
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

/** With so much of its memory in use at its last word, a process has not been killed from outside: it ran out of it. */
const OUT_OF_MEMORY = 0.8;
/** A death that did not come from outside is worth several of those that may have: nearly all of those are nobody's fault. */
const WEIGHT_FROM_INSIDE = SUSPICIOUS_DEATHS / 2;
/** So many deaths on probation in a row that may have come from outside are one that did not. */
const COINCIDENCES = 4;

interface Dead {
  readonly incarnation: string;
  readonly suspect: string | null;
  readonly load: ProcessLoad;
}

async function blame({ sql: tx }: Tx, { incarnation, suspect, load }: Dead): Promise<void> {
  const { deaths, uncleanDeaths, deathsOnProbation, onProbation } = matches;
  const played = eq(matches.state, 'playing');
  if (suspect !== null) {
    // It may just have been about to move there, and be another's still.
    const named = and(eq(matches.id, suspect), played);
    await tx
      .update(matches)
      .set({ deaths: sql`${deaths} + 1`, onProbation: false })
      .where(named);
    return;
  }
  const fromInside = load.failed === true || (load.memory ?? 0) > OUT_OF_MEMORY;
  const its = and(eq(matches.owner, incarnation), played);
  const watched = await tx
    .update(matches)
    .set(
      fromInside
        ? { deaths: sql`${deaths} + 1`, onProbation: false }
        : {
            deaths: sql`${deaths} + (${deathsOnProbation} % ${COINCIDENCES} = ${COINCIDENCES - 1})::int`,
            deathsOnProbation: sql`${deathsOnProbation} + 1`,
            onProbation: false,
          },
    )
    .where(and(its, eq(onProbation, true)))
    .returning({ id: matches.id });
  if (watched.length === 0) {
    const weight = fromInside ? WEIGHT_FROM_INSIDE : 1;
    await tx
      .update(matches)
      .set({ uncleanDeaths: sql`${uncleanDeaths} + ${weight}` })
      .where(its);
    return;
  }
  // Those that were acquitted a moment ago are to be watched for longer the next time: it may be that one of them only takes
  // longer to end its process.
  const ids = watched.map(({ id }) => id);
  const acquitted = and(its, gte(uncleanDeaths, SUSPICIOUS_DEATHS), notInArray(matches.id, ids));
  await tx
    .update(matches)
    .set({ uncleanDeaths: sql`${uncleanDeaths} + 1` })
    .where(acquitted);
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
