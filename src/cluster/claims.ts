import { and, eq, type SQL, sql } from 'drizzle-orm';
import { matches } from '../store/schema.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import type { Claim } from './ports.ts';

/** Taken over at a time at most. */
const BATCH = 16;
/** With so many deaths in a row that a match may have caused, it is adopted alone. */
export const SUSPICIOUS_DEATHS = 6;

export interface Claimant {
  readonly incarnation: string;
  /** `compat` by game: what others can't run is left to those who can. */
  readonly compats: Readonly<Record<string, string>>;
  /** One match that may have killed its processes, and no other. Left out: those that are above suspicion. */
  readonly suspicious?: boolean;
}

/**
 * Takes over some matches in `playing` whose owner is no more: stopped, or dead with its log sealed. Several processes that
 * claim at once get different ones.
 */
export async function claimOrphans(db: Database, claimant: Claimant): Promise<readonly Claim[]> {
  const { incarnation, suspicious = false } = claimant;
  const orphaned = claimable(claimant);
  return await inTransaction(db, async ({ sql: tx }) => {
    const locked = await tx.execute<{ id: string }>(sql`
      select m.id from matches m where ${orphaned}
      order by m.deaths, m.id limit ${suspicious ? sql`1` : shareOf(orphaned)} for update skip locked`);
    if (locked.rows.length === 0) return [];
    const ids = sql.param(locked.rows.map(({ id }) => id));
    // Judged once more, now that nobody else can change them: one that was claimed while it was looked for looks orphaned still,
    // since a lock looks again at its own row alone and not at who owns it by now.
    const { rows } = await tx.execute<ClaimRow>(sql`
      with orphans as (select m.id, m.owner from matches m where m.id = any(${ids}) and ${orphaned})
      update matches set owner = ${incarnation}, epoch = matches.epoch + 1, on_probation = ${suspicious},
        owned_since = array_remove(array_append(matches.owned_since, orphans.owner), null)
      from orphans where matches.id = orphans.id
      returning matches.id, matches.epoch, matches.game, matches.compat, matches.deaths,
        matches.unclean_deaths as "uncleanDeaths", matches.owned_since as "ownedSince",
        matches.recorded_by as "recordedBy"`);
    // One that has ended processes comes last: should it do so again, the others are here by then.
    return rows.map(toClaim).toSorted((a, b) => a.deaths - b.deaths);
  });
}

/** SQL on a match `m`: it is played, and whoever owned or recorded it is no more, with a log that takes nothing more. */
export const IS_ORPHAN = sql`m.state = 'playing'
    and not exists (
      select from processes p where p.incarnation = any(array[m.owner, m.recorded_by] || m.owned_since)
        and (p.state in ('alive', 'draining') or (p.state = 'dead' and not p.sealed)))`;

/** So many at a time that all who live have the same share of what there is. */
function shareOf(orphaned: SQL): SQL {
  return sql`(select greatest(1, least(${BATCH}::bigint,
      (count(*) + living.count - 1) / greatest(living.count, 1)))
    from matches m, (select count(*) from processes where state = 'alive') living
    where ${orphaned} group by living.count)`;
}

function claimable({ compats, suspicious = false }: Claimant): SQL {
  const runs = JSON.stringify(Object.entries(compats).map(([game, compat]) => ({ game, compat })));
  const suspicion = suspicious ? sql`>= ${SUSPICIOUS_DEATHS}` : sql`< ${SUSPICIOUS_DEATHS}`;
  return sql`${IS_ORPHAN}
    and (m.game, m.compat) in (select game, compat from jsonb_to_recordset(${runs}::jsonb) as r(game text, compat text))
    and m.unclean_deaths ${suspicion}`;
}

function toClaim({ id: matchId, ownedSince, recordedBy, ...rest }: ClaimRow): Claim {
  const { epoch, game, compat, deaths, uncleanDeaths } = rest;
  const logs = [...new Set([...ownedSince.toReversed(), recordedBy])].filter((log) => log !== null);
  return { matchId, epoch, game, compat, deaths, uncleanDeaths, logs };
}

/** @returns how many there have been now; 0 if there is no such match */
export async function countDeath(db: Database, matchId: string): Promise<number> {
  const [row] = await db
    .update(matches)
    .set({ deaths: sql`${matches.deaths} + 1` })
    .where(eq(matches.id, matchId))
    .returning({ deaths: matches.deaths });
  return row?.deaths ?? 0;
}

/** What a match's move to another process changes in SQL. */
export interface Handover {
  readonly matchId: string;
  readonly epoch: number;
  readonly from: string;
  readonly to: string;
  /** The new owner's log has its full state. */
  readonly recorded: boolean;
}

/** Gives a match to another process, with the next epoch: only if it is still ours and played. */
export async function handOver(db: Database, { matchId, epoch, from, to, recorded }: Handover): Promise<boolean> {
  const moved = await db
    .update(matches)
    .set({ owner: to, epoch: epoch + 1, onProbation: false, ...(recorded && { recordedBy: to, ownedSince: [] }) })
    .where(
      and(eq(matches.id, matchId), eq(matches.owner, from), eq(matches.epoch, epoch), eq(matches.state, 'playing')),
    )
    .returning({ id: matches.id });
  return moved.length > 0;
}

interface ClaimRow extends Record<string, unknown> {
  readonly id: string;
  readonly epoch: number;
  readonly game: string;
  readonly compat: string;
  readonly deaths: number;
  readonly uncleanDeaths: number;
  /** The owner before is the last of them. */
  readonly ownedSince: readonly string[];
  readonly recordedBy: string | null;
}
