import { eq } from 'drizzle-orm';
import type { LocalRoomHost } from '../realtime/local-room-host.ts';
import type { HandedOver } from '../realtime/match-room.ts';
import type { Reservation } from '../realtime/ports.ts';
import { matches } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { handOver } from './claims.ts';
import type { ClusterLog } from './cluster-log.ts';
import { LogSealedError } from './log-errors.ts';
import type { LateWords } from './late-words.ts';
import { type Calls, type Member, PeerCallError, type PeerCalls } from './peers.ts';

export interface MigrationParts {
  readonly db: Database;
  readonly incarnation: string;
  readonly host: Pick<LocalRoomHost, 'handOver' | 'takeBack' | 'depart' | 'epochOf'>;
  readonly calls: Pick<PeerCalls, 'call'>;
  readonly lateWords: Pick<LateWords, 'for'>;
  /** The match with its seats, from the database; null if it is gone. */
  readonly reservationOf: (matchId: string) => Promise<Reservation | null>;
  /** The match has another owner now. */
  readonly onMoved: (matchId: string) => void;
  readonly logger: ClusterLog;
}

/**
 * What became of a match that was to move: it did; the other could not take it, or it could not leave yet, and it plays on here;
 * or it has ended.
 */
export type Move = 'moved' | 'refused' | 'stayed' | 'gone';

/** A match on its way. */
interface Leaving {
  readonly matchId: string;
  readonly epoch: number;
  readonly to: Member;
  readonly attempt: number;
}

/** Restoring a large room takes some ms, and its first record a round trip. */
const RECEIVE_MS = 2_000;
/** A database that takes longer is asked once more, on another connection. */
const WRITE_MS = 3_000;
const RETRY_MS = 200;
/** With so many processes that took a match and were not heard of again, no other is given it: it may be what ends them. */
const MAX_LOST = 3;

/**
 * Moves live matches to other processes: freeze, write, restore there, hand over owner and epoch in one UPDATE, open there. Until
 * that UPDATE the match is ours, and goes on here if anything fails; after it, it is the other's, which opens it even if it never
 * hears of it from us.
 */
export class Migration {
  readonly #parts: MigrationParts;
  /** Processes that were lost while they took a match in, by match. */
  readonly #lost = new Map<string, number>();
  readonly #moving = new Set<string>();
  #attempts = 0;

  constructor(parts: MigrationParts) {
    this.#parts = parts;
  }

  /** Rejects with `LogSealedError` if this process has lost its matches. */
  async move(matchId: string, to: Member): Promise<Move> {
    const epoch = this.#parts.host.epochOf(matchId);
    if (epoch === null) return 'gone';
    if ((this.#lost.get(matchId) ?? 0) >= MAX_LOST) return 'stayed';
    if (this.#moving.has(matchId)) return 'stayed';
    this.#moving.add(matchId);
    try {
      return await this.#move({ matchId, epoch, to, attempt: ++this.#attempts });
    } finally {
      this.#moving.delete(matchId);
    }
  }

  /** Whose it is, is just being settled. */
  isMoving(matchId: string): boolean {
    return this.#moving.has(matchId);
  }

  async #move(leaving: Leaving): Promise<Move> {
    const { host, lateWords, logger } = this.#parts;
    const { matchId, epoch, to, attempt } = leaving;
    const handedOver = await host.handOver(matchId);
    if (handedOver === null) return host.epochOf(matchId) === null ? 'gone' : 'stayed';
    const recorded = await this.#give(leaving, handedOver);
    if (recorded === null || !(await this.#handOver({ matchId, epoch, to: to.incarnation, recorded }))) {
      host.takeBack(matchId);
      this.#tell(to, { matchId, epoch: epoch + 1, attempt });
      return 'refused';
    }
    await this.#open(matchId, to);
    host.depart(matchId, lateWords.for(matchId, to));
    logger.info({ matchId, to: to.incarnation }, 'a match has moved');
    return 'moved';
  }

  /** @returns whether it is recorded there; null if it isn't there */
  async #give({ matchId, epoch, to, attempt }: Leaving, { record, timeMs }: HandedOver): Promise<boolean | null> {
    const { calls, reservationOf, logger } = this.#parts;
    try {
      const reservation = await reservationOf(matchId);
      if (reservation === null) return null;
      const recorded = { epoch, full: record, patches: [], timeMs };
      const ask = { reservation: { ...reservation, epoch: epoch + 1 }, recorded, attempt };
      return (await calls.call(to, 'receive', ask, { timeoutMs: RECEIVE_MS })).recorded;
    } catch (error) {
      if (error instanceof PeerCallError && error.failure === 'unknown')
        this.#lost.set(matchId, (this.#lost.get(matchId) ?? 0) + 1);
      const isFull = error instanceof PeerCallError && error.code === 'no-capacity';
      // Others are asked, and when all of them stop it is parked.
      logger[isFull ? 'info' : 'warn'](
        { err: error, matchId, to: to.incarnation },
        'a match could not move: it goes on here',
      );
      return null;
    }
  }

  /** While the database is away the match stands still: whose it is can't be known. */
  async #handOver(move: { matchId: string; epoch: number; to: string; recorded: boolean }): Promise<boolean> {
    const { db, incarnation: from, host, logger } = this.#parts;
    for (;;) {
      try {
        if (await within(WRITE_MS, handOver(db, { ...move, from }))) return true;
        return await within(WRITE_MS, this.#isTheirs(move));
      } catch (error) {
        if (error instanceof LogSealedError || host.epochOf(move.matchId) === null) throw error;
        logger.warn({ err: error, matchId: move.matchId }, 'a move could not be written yet');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** The answer to an UPDATE that worked may have been lost; since then it may even have gone on to a third process. */
  async #isTheirs({ matchId, epoch }: { matchId: string; epoch: number }): Promise<boolean> {
    const [row] = await this.#parts.db
      .select({ owner: matches.owner, epoch: matches.epoch, state: matches.state })
      .from(matches)
      .where(eq(matches.id, matchId));
    return row?.state === 'playing' && (row.owner !== this.#parts.incarnation || row.epoch !== epoch);
  }

  async #open(matchId: string, to: Member): Promise<void> {
    const { calls, onMoved, logger } = this.#parts;
    try {
      await calls.call(to, 'open', { matchId });
    } catch (error) {
      // It finds out by itself that the match is its own.
      logger.warn({ err: error, matchId, to: to.incarnation }, 'the new owner of a match could not be told');
    }
    onMoved(matchId);
  }

  #tell(to: Member, ask: Calls['discard']['ask']): void {
    this.#parts.calls.call(to, 'discard', ask).catch(() => {
      // It sees by itself that the match goes on elsewhere, and a later attempt takes the place of this one.
    });
  }
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
