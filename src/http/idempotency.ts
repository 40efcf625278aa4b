/** `Idempotency-Key`: the first 2xx answer is kept in the SQL transaction of its effect, and given again. */
import { createHash } from 'node:crypto';
import { IDEMPOTENCY_KEY_PATTERN } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import { canonicalJson } from './canonical-json.ts';
import { findKept, type IdempotencySubject, keep, type KeptAnswer, tryLock } from './idempotency-store.ts';
import { invalidParameter, ProblemError } from './problem.ts';
import type { Reply } from './route.ts';

const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);

/** A reply that was kept from an earlier request: sent with `Idempotency-Replayed: true`. */
export interface ReplayedReply extends Reply {
  readonly replayed: true;
}

/** @throws ProblemError `invalid-request` for a key that is none */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined || KEY.test(header)) return header ?? null;
  throw invalidParameter('Idempotency-Key', {
    code: 'invalid-format',
    detail: 'must be 1–64 visible ASCII characters',
  });
}

/** One request that carries a key. */
export class IdempotentRequest {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #subject: IdempotencySubject;
  readonly #bodyHash: Buffer;
  /** Whether an answer of this request was kept or replayed. */
  settled = false;

  /** @param body the JSON value as it came; equal values are the same body */
  constructor(deps: { readonly db: Database; readonly clock: Clock }, subject: IdempotencySubject, body: unknown) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#subject = subject;
    this.#bodyHash = createHash('sha256').update(canonicalJson(body)).digest();
  }

  /** The kept answer, if there is one. @throws ProblemError `idempotency-mismatch` if it was given to another body */
  async replay(db: Database | Tx['sql'] = this.#db): Promise<ReplayedReply | null> {
    const kept = await findKept(db, this.#subject, this.#clock.now());
    if (!kept) return null;
    if (!this.#bodyHash.equals(kept.bodyHash)) {
      throw new ProblemError('idempotency-mismatch', 'The first request with this key had another body.');
    }
    this.settled = true;
    return toReply(kept);
  }

  /**
   * Runs `work` in a transaction and keeps its answer if that is 2xx; or gives the one that came first.
   * @throws ProblemError `idempotency-in-progress` while another request with this key runs
   */
  async transact(work: (tx: Tx) => Promise<Reply>): Promise<Reply> {
    const reply = await inTransaction(this.#db, async (tx) => {
      if (!(await tryLock(tx, this.#lockId()))) {
        throw new ProblemError('idempotency-in-progress', 'Ask again to get its answer.', { retryAfterMs: 1_000 });
      }
      // It may have come to an end since we looked.
      const replayed = await this.replay(tx.sql);
      if (replayed) return replayed;
      const fresh = await work(tx);
      if (fresh.status >= 200 && fresh.status < 300) await keep(tx, this.#subject, this.#toKept(fresh));
      return fresh;
    });
    this.settled = true;
    return reply;
  }

  #lockId(): bigint {
    const { playerId, method, path, key } = this.#subject;
    return createHash('sha256')
      .update(canonicalJson([playerId, method, path, key]))
      .digest()
      .readBigInt64BE();
  }

  #toKept({ status, body, version, location }: Reply): KeptAnswer & { createdAt: Date } {
    const headers = {
      ...(version !== undefined && { version: String(version) }),
      ...(location !== undefined && { location }),
    };
    return { bodyHash: this.#bodyHash, status, headers, body: body ?? null, createdAt: this.#clock.now() };
  }
}

function toReply({ status, headers, body }: KeptAnswer): ReplayedReply {
  return {
    status,
    ...(body !== null && { body }),
    ...(headers.version !== undefined && { version: Number(headers.version) }),
    ...(headers.location !== undefined && { location: headers.location }),
    replayed: true,
  };
}
