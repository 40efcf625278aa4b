import { LOBBY_EXPIRES_MS, LOBBY_HIDDEN_AFTER_MS, MEMBER_EXPIRES_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { clocksStandStill, closed, withAway, withoutMember, withReturned } from './lobby-rules.ts';
import { lockLobby } from './lobby-store.ts';
import { PresenceLedger } from './presence-ledger.ts';
import * as store from './presence-store.ts';

export interface PresenceParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly changes: LobbyChanges;
  /** Told what went wrong in the background; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const SWEEP_EVERY_MS = 1_000;
/** Judging notes its time this often, so that an outage is known to within as much. */
const NOTE_EVERY_MS = 5_000;
/** After an outage all clocks stand still for so long: everyone has to find back first. */
const STAND_STILL_MS = 10_000;
/** Transactions at once: the pool is for requests. */
const CONCURRENCY = 4;

/**
 * Who of the members is connected, and what follows from not being it. Signs of life stay in memory; only a transition
 * touches SQL, as a change of the lobby like any other.
 */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #ledger = new PresenceLedger();
  /** Players who came back, until their lobby says so. */
  readonly #arrivals = new Map<string, Promise<void>>();
  #arriving: string[] = [];
  #arrival: Promise<void> | null = null;
  /** Players whom a sweep is just taking for gone. */
  #leaving: ReadonlyMap<string, Date> = new Map();
  /** Players whose lobby could not be told; the next sweep does. */
  readonly #unsettled = new Map<string, Date>();
  #judgedMs: number | null = null;
  #notedMs = 0;
  #outage = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** A sign of life: any authenticated call. */
  sign(playerId: string): void {
    if (this.#ledger.sign(playerId, this.#nowMs())) this.#arrive(playerId);
  }

  /** A hub or match socket of the player opened or closed. */
  socket(playerId: string, openSockets: 1 | -1): void {
    if (openSockets === -1) this.#ledger.closed(playerId, this.#nowMs());
    else if (this.#ledger.opened(playerId)) this.#arrive(playerId);
  }

  /** Whether a player has just come back, and the player's lobby doesn't show it yet. */
  isArriving(playerId: string): boolean {
    return this.#arrivals.has(playerId);
  }

  /** Resolves when a player's lobby shows that the player is back; at once if it did already. */
  async arrived(playerId: string): Promise<void> {
    await this.#arrivals.get(playerId);
  }

  /**
   * Begins to judge, after an outage if there was a process before: whoever was connected then gets time to come back.
   */
  async start(): Promise<void> {
    const { db } = this.#parts;
    this.#judgedMs = (await store.judgedAt(db))?.getTime() ?? null;
    if (this.#judgedMs !== null) await this.#standStill(this.#nowMs() - this.#judgedMs);
    await this.#note();
    this.#arm(performance.now());
  }

  /** Ends judging, after what is under way. Its time is noted, so that the next start knows how long the outage was. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
    await Promise.all(this.#arrivals.values());
    await this.#note();
  }

  /** Judges everyone once. Done every second after `start`; tests that move the clock call it. */
  async sweep(): Promise<void> {
    const judging = this.#running.then(() => this.#judge());
    // Whoever swept learns of a failure; the next sweep is not held up by it.
    this.#running = judging.catch(() => {});
    await judging;
  }

  async #judge(): Promise<void> {
    if (this.#outage && this.#judgedMs !== null) await this.#standStill(this.#nowMs() - this.#judgedMs);
    this.#outage = false;
    const before = this.#judgedMs ?? this.#nowMs() - SWEEP_EVERY_MS;
    await this.#takeAway();
    await this.#removeExpired();
    await this.#closeEmpty();
    await this.#hide(before);
    this.#judgedMs = this.#nowMs();
    if (this.#judgedMs - this.#notedMs >= NOTE_EVERY_MS) await this.#note();
  }

  #nowMs(): number {
    return this.#parts.clock.now().getTime();
  }

  #arm(armedMs: number): void {
    this.#timer = setTimeout(() => {
      // A process that was suspended judges nobody by the time it missed.
      if (performance.now() - armedMs > NOTE_EVERY_MS) this.#outage = true;
      const swept = this.sweep().catch((error: unknown) => {
        this.#outage = true;
        this.#parts.onError(error);
      });
      void swept.then(() => this.#timer && this.#arm(performance.now()));
    }, SWEEP_EVERY_MS).unref();
  }

  async #note(): Promise<void> {
    const now = this.#parts.clock.now();
    await store.setJudgedAt(this.#parts.db, now);
    this.#judgedMs = now.getTime();
    this.#notedMs = this.#judgedMs;
  }

  async #standStill(outageMs: number): Promise<void> {
    const { db, clock } = this.#parts;
    await inTransaction(db, async (tx) => {
      await store.shiftClocks(tx, Math.max(0, outageMs) + STAND_STILL_MS);
      await store.setJudgedAt(tx.sql, clock.now());
    });
    this.#judgedMs = this.#nowMs();
    this.#ledger.spare(await store.connectedPlayerIds(db), this.#judgedMs + STAND_STILL_MS);
  }

  /** Who comes back in the same turn is looked up in one query. */
  #arrive(playerId: string): void {
    this.#arriving.push(playerId);
    this.#arrival ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#settleArrivals());
    const arrival = this.#arrival;
    this.#arrivals.set(playerId, arrival);
    void arrival.then(() => this.#arrivals.get(playerId) === arrival && this.#arrivals.delete(playerId));
  }

  async #settleArrivals(): Promise<void> {
    const playerIds = this.#arriving;
    this.#arriving = [];
    this.#arrival = null;
    try {
      const memberships = await store.membershipsOf(this.#parts.db, playerIds);
      // One who is just being taken away may still look connected.
      await this.#settle(memberships.filter((each) => !each.connected || this.#leaving.has(each.playerId)));
    } catch (error) {
      const now = this.#parts.clock.now();
      for (const playerId of playerIds) this.#unsettled.set(playerId, now);
      this.#parts.onError(error);
    }
  }

  async #takeAway(): Promise<void> {
    const silent = new Map([...this.#unsettled, ...this.#ledger.expire(this.#nowMs())]);
    if (silent.size === 0) return;
    for (const [playerId, since] of silent) this.#unsettled.set(playerId, since);
    this.#leaving = silent;
    try {
      await this.#settle(await store.membershipsOf(this.#parts.db, [...silent.keys()]), silent);
      for (const playerId of silent.keys()) this.#unsettled.delete(playerId);
    } finally {
      this.#leaving = new Map();
    }
  }

  /** Makes the lobbies of these members show who is present. `since`: the last sign of who isn't. */
  async #settle(memberships: readonly store.Membership[], since?: ReadonlyMap<string, Date>): Promise<void> {
    const byLobby = Map.groupBy(memberships, (membership) => membership.lobbyId);
    await forEachLimited(CONCURRENCY, byLobby, async ([lobbyId, members]) => {
      const playerIds = members.map((membership) => membership.playerId);
      await inTransaction(this.#parts.db, async (tx) => {
        const before = await lockLobby(tx, lobbyId);
        if (before === null) return;
        // Who is present is asked under the lock: of two transitions, the later one sees the truth.
        const [present, absent] = [new Set<string>(), new Map<string, Date>()];
        for (const playerId of playerIds) {
          if (this.#ledger.isPresent(playerId)) present.add(playerId);
          else absent.set(playerId, since?.get(playerId) ?? this.#parts.clock.now());
        }
        await this.#parts.changes.save(tx, { before, after: withReturned(withAway(before, absent), present) });
      });
    });
  }

  async #removeExpired(): Promise<void> {
    const { db, changes, clock } = this.#parts;
    const signedBefore = new Date(clock.now().getTime() - MEMBER_EXPIRES_MS);
    await forEachLimited(CONCURRENCY, await store.lobbiesWithExpired(db, signedBefore), (lobbyId) =>
      inTransaction(db, async (tx) => {
        const before = await lockLobby(tx, lobbyId);
        if (before === null || clocksStandStill(before.lobby) || before.lobby.emptySince !== null) return;
        const expired = before.members.filter(({ awaySince }) => awaySince !== null && awaySince <= signedBefore);
        const after = expired.reduce((full, { playerId }) => withoutMember(full, playerId), before);
        await changes.save(tx, { before, after, exit: 'expired' });
      }),
    );
  }

  async #closeEmpty(): Promise<void> {
    const { db, changes, clock } = this.#parts;
    const emptyBefore = new Date(clock.now().getTime() - LOBBY_EXPIRES_MS);
    await forEachLimited(CONCURRENCY, await store.emptyLobbies(db, { emptyBefore }), ({ id }) =>
      inTransaction(db, async (tx) => {
        const before = await lockLobby(tx, id);
        const emptySince = before?.lobby.emptySince ?? null;
        if (before === null || clocksStandStill(before.lobby) || emptySince === null || emptySince > emptyBefore)
          return;
        await changes.save(tx, { before, after: closed(before), exit: 'expired' });
      }),
    );
  }

  /** A lobby becomes hidden by time alone: watched lists are told. */
  async #hide(judgedMs: number): Promise<void> {
    const { db, bus } = this.#parts;
    const emptyAfter = new Date(judgedMs - LOBBY_HIDDEN_AFTER_MS);
    const emptyBefore = new Date(this.#nowMs() - LOBBY_HIDDEN_AFTER_MS);
    for (const { id, game } of await store.emptyLobbies(db, { emptyBefore, emptyAfter })) {
      bus.publish('lobby', { lobbyId: id, game });
    }
  }
}
