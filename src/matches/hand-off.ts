import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { and, eq, gt, lt, notExists, or, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import type { HandOff } from '../lobbies/ports.ts';
import { HandOffError, type HandOffReason } from '../realtime/hand-off-error.ts';
import type { Reservation, Rooms } from '../realtime/ports.ts';
import { newId } from '../store/ids.ts';
import { matches } from '../store/schema.ts';
import { type Database, inTransaction, type Tx } from '../store/transaction.ts';
import type { MatchService } from './match-service.ts';
import { insertMatch, lockLobbyOf, lockMatch, raiseRevs } from './match-store.ts';
import type { LobbyMoves, Start } from './ports.ts';

/** A room has this long to be made, with its first state durable. */
const CREATE_MS = 5_000;
/** A reservation that isn't playing by then is put back by whoever sees it. Longer than the steps take at worst. */
const RESERVED_MS = 15_000;
const SWEEP_MS = 5_000;
/** Of the process that a match begins in. */
const FIRST_EPOCH = 1;
const RETRY_MS = 250;

export interface HandOffParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly lobbies: LobbyMoves;
  readonly matches: Pick<MatchService, 'abandonReservation' | 'abandon'>;
  readonly rooms: () => Pick<Rooms, 'place' | 'create' | 'open' | 'setPrivate' | 'discard'>;
  readonly incarnation: string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Left out: 5,000. */
  readonly createMs?: number;
}

/** What the steps of one hand-off pass on. */
export interface Reserved {
  readonly lobbyId: string;
  /** The incarnation that runs the room. */
  readonly owner: string;
  readonly room: Reservation;
}

/**
 * Takes lobbies to matches, all or nothing, in four steps: reserve (SQL), create the room, play (SQL), open the room.
 * Whatever happens between two of them, the death of the process included, ends with the match either playing or
 * abandoned and never seen, and its lobby either in it or open again.
 */
export class HandOffs implements HandOff {
  readonly #parts: HandOffParts;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #sweeper: NodeJS.Timeout | null = null;

  constructor(parts: HandOffParts) {
    this.#parts = parts;
  }

  begin(lobbyId: string): void {
    if (this.#stop.signal.aborted || this.#running.has(lobbyId)) return;
    const run = this.#run(lobbyId)
      // The lobby is still in its countdown; whoever began this begins it again.
      .catch((error: unknown) => this.#parts.log.error({ err: error, lobbyId }, 'a hand-off could not begin'))
      .finally(() => this.#running.delete(lobbyId));
    this.#running.set(lobbyId, run);
  }

  /** Looks for left reservations from now on, every few seconds. */
  startSweeping(): void {
    this.#sweeper ??= setInterval(() => {
      this.sweep().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'the sweep of reservations failed'));
    }, SWEEP_MS).unref();
  }

  /** Begins no more and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#sweeper) clearInterval(this.#sweeper);
    await this.idle();
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #run(lobbyId: string): Promise<void> {
    const reserved = await this.reserve(lobbyId);
    if (!reserved) return;
    try {
      await this.create(reserved);
      if (await this.play(reserved)) return await this.open(reserved);
      await this.#settle(reserved.room.matchId, 'room-failed');
    } catch (error) {
      this.#parts.log.warn({ err: error, lobbyId, matchId: reserved.room.matchId }, 'a hand-off failed');
      await this.#settle(reserved.room.matchId, error instanceof HandOffError ? error.reason : 'room-failed');
    }
  }

  /** Step 1. null: the lobby doesn't start. */
  async reserve(lobbyId: string): Promise<Reserved | null> {
    const matchId = newId('m');
    return await inTransaction(this.#parts.db, async (tx) => {
      const start = await this.#parts.lobbies.toStarting(tx, lobbyId, matchId);
      return start && (await this.#writeReservation(tx, { ...start, lobbyId, matchId }));
    });
  }

  async #writeReservation(tx: Tx, start: Start & { lobbyId: string; matchId: string }): Promise<Reserved> {
    const { clock } = this.#parts;
    const { matchId, lobbyId, game, settings } = start;
    const { owner, compat } = this.#parts.rooms().place(game);
    const seats = start.players.map((player, index) => ({ ...player, index, isBot: false }));
    const room = {
      matchId,
      game,
      epoch: FIRST_EPOCH,
      private: start.private,
      seed: randomInt(2 ** 32),
      settings,
      seats,
    };
    await insertMatch(
      tx,
      {
        id: matchId,
        game,
        lobbyId,
        state: 'reserved',
        private: start.private,
        settings,
        seed: room.seed,
        compat,
        owner,
        recordedBy: owner,
        epoch: room.epoch,
        createdAt: clock.now(),
        reservedUntil: new Date(clock.now().getTime() + RESERVED_MS),
      },
      seats,
    );
    return { lobbyId, owner, room };
  }

  /** Step 2. @throws HandOffError */
  async create({ room, owner }: Reserved): Promise<void> {
    const creation = this.#parts.rooms().create(room, owner);
    const deadline = new AbortController();
    const { createMs = CREATE_MS } = this.#parts;
    const timeout = delay(createMs, undefined, { signal: deadline.signal, ref: false }).then(() => {
      // It may come yet, when nobody waits for it any more.
      void creation.then(
        () => this.#parts.rooms().discard(room.matchId),
        () => undefined,
      );
      throw new HandOffError('room-failed', room.matchId);
    });
    try {
      await Promise.race([creation, timeout]);
    } finally {
      // It rejects when it is no longer needed.
      timeout.catch(() => undefined);
      deadline.abort();
    }
  }

  /** Step 3: only if it is still reserved, and in time. @returns whether it is playing now */
  async play({ lobbyId, owner, room: { matchId, seats } }: Reserved): Promise<boolean> {
    return await inTransaction(this.#parts.db, async (tx) => {
      await lockLobbyOf(tx, matchId);
      const now = this.#parts.clock.now();
      // The version stays 1: the hub, lists and lobbies show a match from here on.
      const [played] = await tx.sql
        .update(matches)
        .set({ state: 'playing', startedAt: now, reservedUntil: null })
        .where(
          and(
            eq(matches.id, matchId),
            eq(matches.state, 'reserved'),
            eq(matches.owner, owner),
            gt(matches.reservedUntil, now),
          ),
        )
        .returning({ private: matches.private });
      if (!played) return false;
      if (!(await this.#parts.lobbies.toInMatch(tx, lobbyId, matchId))) {
        throw new Error(`${matchId} is reserved, but ${lobbyId} isn't starting it`);
      }
      // It may be another than it was when the room was made.
      tx.afterCommit(() => this.#parts.rooms().setPrivate(matchId, played.private));
      const playerIds = seats.flatMap(({ playerId }) => playerId ?? []);
      await raiseRevs(tx, playerIds);
      for (const playerId of playerIds) tx.afterCommit(() => this.#parts.bus.publish('player', { playerId }));
      return true;
    });
  }

  /** Step 4. */
  async open({ lobbyId, owner, room: { matchId, game } }: Reserved): Promise<void> {
    await this.#openOrAbandon(matchId, owner);
    this.#parts.log.info({ matchId, lobbyId, game }, 'a match began');
  }

  /**
   * Puts back every reservation that is past its deadline, or whose process is no more. Called at the start of a
   * process, when the dead are known to be dead, and every few seconds.
   */
  async sweep(): Promise<void> {
    const { db, clock, incarnation } = this.#parts;
    const living = sql`(select from processes where incarnation = ${matches.owner} and state in ('alive', 'draining'))`;
    const left = await db
      .select({ id: matches.id })
      .from(matches)
      .where(
        and(
          eq(matches.state, 'reserved'),
          or(
            lt(matches.reservedUntil, clock.now()),
            and(sql`${matches.owner} is distinct from ${incarnation}`, notExists(living)),
          ),
        ),
      );
    for (const { id } of left) if ((await this.#putBack(id, 'room-failed')) === null) this.#parts.rooms().discard(id);
  }

  /**
   * A step failed, or its answer was lost: finds out whether the match is playing, and abandons it if it isn't. Goes
   * on trying while the database is away. A process that ends before leaves it to the sweep.
   */
  async #settle(matchId: string, reason: HandOffReason): Promise<void> {
    for (;;) {
      try {
        const owner = await this.#putBack(matchId, reason);
        if (owner === null) this.#parts.rooms().discard(matchId);
        else await this.#openOrAbandon(matchId, owner);
        return;
      } catch (error) {
        this.#parts.log.warn({ err: error, matchId }, 'a failed hand-off could not be put back yet');
        if (this.#stop.signal.aborted) return;
        // It rejects when it is cut short by the stop.
        await delay(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  /** The match is playing, but its room may be gone since it was made. */
  async #openOrAbandon(matchId: string, owner: string): Promise<void> {
    const { rooms, log, matches } = this.#parts;
    try {
      if (await rooms().open(matchId, owner)) return;
      log.error({ matchId }, 'a match has lost its room before it was opened');
    } catch (error) {
      log.error({ err: error, matchId }, 'a match could not be opened');
    }
    // Unless another process has it meanwhile.
    await matches.abandon(matchId, 'crashed', FIRST_EPOCH);
  }

  /** @returns the owner of the match if it is playing; otherwise it is abandoned now at the latest */
  async #putBack(matchId: string, reason: HandOffReason): Promise<string | null> {
    return await inTransaction(this.#parts.db, async (tx) => {
      await lockLobbyOf(tx, matchId);
      const match = await lockMatch(tx, matchId);
      if (match?.state === 'playing') return match.owner;
      if (!(await this.#parts.matches.abandonReservation(tx, matchId)) || !match?.lobbyId) return null;
      await this.#parts.lobbies.backToOpen(tx, match.lobbyId, matchId, reason);
      return null;
    });
  }
}
