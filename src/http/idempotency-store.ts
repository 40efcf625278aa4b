/** SQL of kept answers. */
import { and, eq, gt, lt, sql } from 'drizzle-orm';
import { IDEMPOTENCY_KEPT_MS } from '../../protocol/limits.ts';
import { idempotencyKeys } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';

/** What an answer is kept under. */
export interface IdempotencySubject {
  readonly playerId: string;
  readonly method: string;
  /** The concrete path, `me` replaced. */
  readonly path: string;
  readonly key: string;
}

type KeptRow = typeof idempotencyKeys.$inferSelect;
export type KeptAnswer = Pick<KeptRow, 'bodyHash' | 'status' | 'headers' | 'body'>;

export async function findKept(
  db: Database | Tx['sql'],
  { playerId, method, path, key }: IdempotencySubject,
  now: Date,
): Promise<KeptAnswer | null> {
  const keys = idempotencyKeys;
  const [row] = await db
    .select({ bodyHash: keys.bodyHash, status: keys.status, headers: keys.headers, body: keys.body })
    .from(keys)
    .where(
      and(
        eq(keys.playerId, playerId),
        eq(keys.method, method),
        eq(keys.path, path),
        eq(keys.key, key),
        gt(keys.createdAt, oldest(now)),
      ),
    );
  return row ?? null;
}

/** Keeps an answer; one that is too old to count is overwritten. */
export async function keep(
  tx: Tx,
  subject: IdempotencySubject,
  answer: KeptAnswer & { createdAt: Date },
): Promise<void> {
  const { playerId, method, path, key } = idempotencyKeys;
  await tx.sql
    .insert(idempotencyKeys)
    .values({ ...subject, ...answer })
    .onConflictDoUpdate({ target: [playerId, method, path, key], set: answer });
}

/** Takes the key for the rest of the transaction, in all processes. @returns false if somebody else has it */
export async function tryLock(tx: Tx, lockId: bigint): Promise<boolean> {
  const { rows } = await tx.sql.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(${lockId.toString()}::bigint) as locked`,
  );
  return rows[0]?.locked === true;
}

export async function purgeKept(db: Database, now: Date): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, oldest(now)));
}

function oldest(now: Date): Date {
  return new Date(now.getTime() - IDEMPOTENCY_KEPT_MS);
}
