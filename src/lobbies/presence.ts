import type { Clock } from '../clock.ts';
import { ALONE, type ClusterView } from '../cluster/cluster-view.ts';
import type { Bus } from '../cluster/ports.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import { forEachLimited } from './for-each-limited.ts';
import type { LobbyChanges } from './lobby-changes.ts';
import { withAway, withReturned } from './lobby-rules.ts';
import { lockLobby, type Sql } from './lobby-store.ts';
import { PresenceClocks } from './presence-clocks.ts';
import { PresenceLedger } from './presence-ledger.ts';
import { PresenceSigns } from './presence-signs.ts';
import * as store from './presence-store.ts';

export interface PresenceParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly changes: LobbyChanges;
  readonly cluster: ClusterView;
  /** Told what went wrong in the background; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const SWEEP_EVERY_MS = 1_000;
/** Judging notes its time this often, so that an outage is known to within as much. */
const NOTE_EVERY_MS = 5_000;
/** Where nobody has judged for so long, all processes were away, and not just the one that notes it. */
const OUTAGE_MS = 2 * NOTE_EVERY_MS;
/** After an outage all clocks stand still for so long: everyone has to find back first. */
const STAND_STILL_MS = 10_000;
/** Transactions at once: the pool is for requests. */
const CONCURRENCY = 4;
const NOBODY: ReadonlySet<string> = new Set();

/**
 * Who of the members is connected, and what follows from not being it. Signs of life stay in memory; only a transition
 * touches SQL, as a change of the lobby like any other. In a cluster each process judges those whom it has seen last, and
 * the first one does what concerns all.
 */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #ledger = new PresenceLedger();
  readonly #clocks: PresenceClocks;
  /** What processes tell each other; null: there is nobody to tell. */
  readonly #signs: PresenceSigns | null;
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
  #unsubscribe: () => void = () => {};

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#clocks = new PresenceClocks(parts);
    const { db, cluster } = parts;
    const isPresent = (playerId: string) => this.#ledger.isPresent(playerId);
    this.#signs = cluster === ALONE ? null : new PresenceSigns({ db, incarnation: cluster.incarnation, isPresent });
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
   * Begins to judge, after an outage if there was a process before and none now: whoever was connected then gets time to
   * come back.
   */
  async start(): Promise<void> {
    const { db, cluster } = this.#parts;
    const judgedAt = await store.judgedAt(db);
    this.#judgedMs = judgedAt?.getTime() ?? null;
    const wasAway = this.#judgedMs !== null && this.#nowMs() - this.#judgedMs > OUTAGE_MS;
    // Of two that start at the same time, one finds the other's note.
    if (judgedAt !== null && (wasAway || cluster.others().length === 0)) await this.#standStill(judgedAt.getTime());
    this.#judgedMs = this.#nowMs();
    if (cluster.isFirst()) await this.#note();
    this.#unsubscribe = cluster.onGone(() => this.#takeOver());
    this.#arm(performance.now());
  }

  /** Ends judging, after what is under way. Its time is noted, so that the next start knows how long the outage was. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
    await Promise.all(this.#arrivals.values());
    if (this.#parts.cluster.isFirst()) await this.#note();
  }

  /** Judges everyone once. Done every second after `start`; tests that move the clock call it. */
  async sweep(): Promise<void> {
    await this.#afterOthers(() => this.#judge());
  }

  /** Whoever asked learns of a failure; the next one is not held up by it. */
  async #afterOthers(work: () => Promise<void>): Promise<void> {
    const run = this.#running.then(work);
    this.#running = run.catch(() => {});
    await run;
  }

  async #judge(): Promise<void> {
    const { cluster } = this.#parts;
    if (this.#outage && this.#judgedMs !== null) {
      // Others may have judged all the time, or seen to it already.
      await this.#standStill(cluster.isFirst() ? this.#judgedMs + 2 * SWEEP_EVERY_MS : this.#nowMs() - OUTAGE_MS);
    }
    this.#outage = false;
    const before = this.#judgedMs ?? this.#nowMs() - SWEEP_EVERY_MS;
    await this.#takeAway();
    if (cluster.isFirst()) await this.#clocks.run(before);
    this.#judgedMs = this.#nowMs();
    if (!cluster.isFirst() || this.#judgedMs - this.#notedMs < NOTE_EVERY_MS) return;
    await this.#reconcile();
    await this.#note();
  }

  /** A process is no more: those whom it had get time to find back. */
  #takeOver(): void {
    if (!this.#parts.cluster.isFirst()) return;
    // What fails is made up for by a sweep.
    this.#afterOthers(() => this.#reconcile()).catch(this.#parts.onError);
  }

  /** Mends what processes that are no more have left, and what two of them got wrong at the same time. */
  async #reconcile({ outage } = { outage: false }): Promise<void> {
    if (this.#signs === null) return;
    this.#ledger.spare(await this.#signs.adopt({ outage }), this.#nowMs() + STAND_STILL_MS);
    await this.#settle(await this.#signs.wrongedMembers());
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

  /** @param unlessAfterMs nothing is done if somebody has judged after that */
  async #standStill(unlessAfterMs: number): Promise<void> {
    const { db, clock } = this.#parts;
    const done = await inTransaction(db, async (tx) => {
      const notedMs = (await store.lockJudgedAt(tx))?.getTime() ?? 0;
      if (notedMs > unlessAfterMs) return false;
      const outageMs = this.#nowMs() - Math.max(notedMs, this.#judgedMs ?? 0);
      await store.shiftClocks(tx, Math.max(0, outageMs) + STAND_STILL_MS);
      await store.setJudgedAt(tx.sql, clock.now());
      return true;
    });
    if (!done) return;
    this.#judgedMs = this.#nowMs();
    if (this.#signs) return this.#reconcile({ outage: true });
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
      // Told first: who takes one of them away looks there once more afterwards.
      await this.#signs?.tell(playerIds);
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
      await this.#settleSilent(silent);
      for (const playerId of silent.keys()) this.#unsettled.delete(playerId);
    } finally {
      this.#leaving = new Map();
    }
  }

  async #settleSilent(silent: ReadonlyMap<string, Date>): Promise<void> {
    const { db } = this.#parts;
    // Told before it is asked: of two processes that lose the same player, the later one finds that it was the last.
    await this.#signs?.tell(silent.keys());
    const memberships = await store.membershipsOf(db, [...silent.keys()]);
    const elsewhere = await this.#elsewhere(memberships);
    // Who is present elsewhere is the other process's to judge.
    const judged = memberships.filter(({ playerId, connected }) => !connected || !elsewhere.has(playerId));
    await this.#settle(judged, silent);
    // Who arrived there meanwhile may have looked connected to it still.
    const arrived = await this.#elsewhere(judged);
    await this.#settle(judged.filter(({ playerId }) => arrived.has(playerId)));
  }

  async #elsewhere(memberships: readonly store.Membership[], db: Sql = this.#parts.db): Promise<ReadonlySet<string>> {
    if (this.#signs === null) return NOBODY;
    const others = memberships.map(({ playerId }) => playerId).filter((id) => !this.#ledger.isPresent(id));
    return await this.#signs.elsewhere(db, others);
  }

  /** Makes the lobbies of these members show who is present. `since`: the last sign of who isn't. */
  async #settle(memberships: readonly store.Membership[], since?: ReadonlyMap<string, Date>): Promise<void> {
    const byLobby = Map.groupBy(memberships, (membership) => membership.lobbyId);
    await forEachLimited(CONCURRENCY, byLobby, async ([lobbyId, members]) => {
      await inTransaction(this.#parts.db, async (tx) => {
        const before = await lockLobby(tx, lobbyId);
        if (before === null) return;
        // Who is present is asked under the lock: of two transitions, the later one sees the truth.
        const elsewhere = await this.#elsewhere(members, tx.sql);
        const [present, absent] = [new Set<string>(), new Map<string, Date>()];
        for (const { playerId } of members) {
          if (this.#ledger.isPresent(playerId) || elsewhere.has(playerId)) present.add(playerId);
          else absent.set(playerId, since?.get(playerId) ?? this.#parts.clock.now());
        }
        await this.#parts.changes.save(tx, { before, after: withReturned(withAway(before, absent), present) });
      });
    });
  }
}
