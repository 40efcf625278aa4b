import { eq } from 'drizzle-orm';
import type { CommitRecord } from '../../rooms/kit/ports.ts';
import type { LocalRoomHost } from '../realtime/local-room-host.ts';
import type { Unheard } from '../realtime/match-room.ts';
import type { Reservation } from '../realtime/ports.ts';
import { matches } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { handOver } from './claims.ts';
import type { ClusterLog } from './cluster-log.ts';
import { LogSealedError } from './log-errors.ts';
import { type Member, PeerCallError, type PeerCalls } from './peers.ts';

export interface MigrationParts {
  readonly db: Database;
  readonly incarnation: string;
  readonly host: Pick<LocalRoomHost, 'handOver' | 'takeBack' | 'depart' | 'epochOf'>;
  readonly calls: Pick<PeerCalls, 'call'>;
  /** The match with its seats, from the database; null if it is gone. */
  readonly reservationOf: (matchId: string) => Promise<Reservation | null>;
  /** The match has another owner now. */
  readonly onMoved: (matchId: string) => void;
  readonly logger: ClusterLog;
}

/** What became of a match that was to move: it did, it plays on here, or it has ended. */
export type Move = 'moved' | 'stayed' | 'gone';

/** Restoring a large room takes some ms, and its first record a round trip. */
const RECEIVE_MS = 3_000;
const RETRY_MS = 200;
/** With so many processes that took a match and were not heard of again, no other is given it: it may be what ends them. */
const MAX_LOST = 3;
/** What players say in a moment is passed on together. */
const UNHEARD_EVERY_MS = 10;

/**
 * Moves live matches to other processes: freeze, write, restore there, hand over owner and epoch in one UPDATE, open there. Until
 * that UPDATE the match is ours, and goes on here if anything fails; after it, it is the other's, which opens it even if it never
 * hears of it from us.
 */
export class Migration {
  readonly #parts: MigrationParts;
  /** Processes that were lost while they took a match in, by match. */
  readonly #lost = new Map<string, number>();

  constructor(parts: MigrationParts) {
    this.#parts = parts;
  }

  /** Rejects with `LogSealedError` if this process has lost its matches. */
  async move(matchId: string, to: Member): Promise<Move> {
    const { host, logger } = this.#parts;
    const epoch = host.epochOf(matchId);
    if (epoch === null) return 'gone';
    if ((this.#lost.get(matchId) ?? 0) >= MAX_LOST) return 'stayed';
    const record = await host.handOver(matchId);
    if (record === null) return host.epochOf(matchId) === null ? 'gone' : 'stayed';
    const recorded = await this.#give(matchId, { epoch, record, to });
    if (recorded === null || !(await this.#handOver({ matchId, epoch, to: to.incarnation, recorded }))) {
      host.takeBack(matchId);
      this.#tell(to, matchId, epoch);
      return 'stayed';
    }
    await this.#open(matchId, to);
    host.depart(matchId, this.#forwarder(matchId, to));
    logger.info({ matchId, to: to.incarnation }, 'a match has moved');
    return 'moved';
  }

  /** @returns whether it is recorded there; null if it isn't there */
  async #give(
    matchId: string,
    { epoch, record, to }: { readonly epoch: number; readonly record: CommitRecord; readonly to: Member },
  ): Promise<boolean | null> {
    const { calls, reservationOf, logger } = this.#parts;
    try {
      const reservation = await reservationOf(matchId);
      if (reservation === null) return null;
      const recorded = { epoch, full: record, patches: [], timeMs: record.timeMs };
      const ask = { reservation: { ...reservation, epoch: epoch + 1 }, recorded };
      return (await calls.call(to, 'receive', ask, { timeoutMs: RECEIVE_MS })).recorded;
    } catch (error) {
      if (error instanceof PeerCallError && error.failure === 'unknown')
        this.#lost.set(matchId, (this.#lost.get(matchId) ?? 0) + 1);
      logger.warn({ err: error, matchId, to: to.incarnation }, 'a match could not move: it goes on here');
      return null;
    }
  }

  /** While the database is away the match stands still: whose it is can't be known. */
  async #handOver(move: { matchId: string; epoch: number; to: string; recorded: boolean }): Promise<boolean> {
    const { db, incarnation: from, host, logger } = this.#parts;
    for (;;) {
      try {
        if (await handOver(db, { ...move, from })) return true;
        return await this.#isTheirs(move);
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

  #tell(to: Member, matchId: string, epoch: number): void {
    this.#parts.calls.call(to, 'discard', { matchId, epoch: epoch + 1 }).catch(() => {
      // A room that nobody opens disposes of itself.
    });
  }

  /** Passes on what is still said here, in order. */
  #forwarder(matchId: string, to: Member): (unheard: Unheard) => void {
    const { calls, logger } = this.#parts;
    let waiting: Unheard[] = [];
    let sending = Promise.resolve();
    const send = async (): Promise<void> => {
      const unheard = waiting;
      waiting = [];
      await calls.call(to, 'hear', { matchId, unheard }).catch((error: unknown) => {
        logger.warn({ err: error, matchId, lost: unheard.length }, 'messages to a match that has moved were lost');
      });
    };
    return (unheard) => {
      waiting.push(unheard);
      if (waiting.length > 1) return;
      setTimeout(() => {
        sending = sending.then(send);
      }, UNHEARD_EVERY_MS);
    };
  }
}
