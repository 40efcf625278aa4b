import { and, eq, inArray, sql } from 'drizzle-orm';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_DEATHS } from '../cluster/adoption.ts';
import type { Bus } from '../cluster/ports.ts';
import type { Logger } from '../ops/logging.ts';
import { Periodic } from '../ops/periodic.ts';
import type { LocalRoomHost } from '../realtime/local-room-host.ts';
import { matches, matchSeats } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { matchesById, type MatchRow, seatInit } from './match-store.ts';

export interface MatchUpkeepParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly incarnation: string;
  readonly host: Pick<
    LocalRoomHost,
    | 'matchIds'
    | 'epochOf'
    | 'isReserved'
    | 'waitedMs'
    | 'open'
    | 'end'
    | 'discard'
    | 'addSeat'
    | 'giveUpSeat'
    | 'setPrivate'
    | 'seat'
  >;
  /** Our own log: tells whether a match is safe in it. */
  readonly log: { holds(matchId: string): boolean };
  /** As `MatchEvents.closeCodeOf`. */
  readonly closeCodeOf: (matchId: string) => Promise<number>;
  readonly seatGivenUp: (matchId: string, seatIndex: number) => Promise<void>;
  readonly abandon: (matchId: string, reason: 'crashed') => Promise<unknown>;
  /** A match is just being taken over or moved here: it isn't missed yet. */
  readonly isArriving: (matchId: string) => boolean;
  /** A match is just being moved away. */
  readonly isLeaving: (matchId: string) => boolean;
  readonly logger: Logger;
}

const EVERY_MS = 2_000;
/** A match that is to move here does so in much less, as long as SQL can be read. */
const ON_ITS_WAY_MS = 60_000;
/** With so long a life behind it, a match is cleared of earlier deaths that nobody knows the cause of. */
const PROVEN_MS = 10_000;

/** What a room looks like from SQL, as far as it has to be compared at every look. */
interface Glance {
  readonly id: string;
  readonly state: MatchRow['state'];
  readonly owner: string | null;
  readonly epoch: number;
  readonly private: boolean;
  readonly recordedBy: string | null;
  readonly deaths: number;
  readonly uncleanDeaths: number;
  readonly seats: number;
  readonly givenUp: number;
}

/**
 * Keeps the rooms of a process of a cluster and what SQL says about them together: other processes change SQL and nudge, and nudges
 * may be lost. What SQL says, holds: who owns a match, whether it is played, which seats it has.
 */
export class MatchUpkeep {
  readonly #parts: MatchUpkeepParts;
  readonly #periodic: Periodic;
  readonly #sinceMs = new Map<string, number>();
  #missing: ReadonlySet<string> = new Set();
  #unsubscribe: () => void = () => {};

  constructor(parts: MatchUpkeepParts) {
    this.#parts = parts;
    this.#periodic = new Periodic(
      [{ name: 'upkeep of matches', everyMs: EVERY_MS, run: () => this.look() }],
      parts.logger,
    );
  }

  start(): void {
    this.#unsubscribe = this.#parts.bus.subscribe('room', ({ matchId }) => void this.#lookAt(matchId));
    this.#periodic.start();
  }

  /** Notes last which matches our log has: whoever takes them over then looks nowhere else. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#periodic.stop();
    const { db, incarnation } = this.#parts;
    const { id, recordedBy } = matches;
    const ours = and(eq(matches.owner, incarnation), eq(matches.state, 'playing'));
    await this.#noteRecorded(await db.select({ id, recordedBy }).from(matches).where(ours));
  }

  /** Looks at all of them. Done every two seconds. */
  async look(): Promise<void> {
    const here = [...this.#parts.host.matchIds];
    const glances = await this.#glances(here);
    for (const matchId of here) await this.#compare(matchId, glances.get(matchId));
    await this.#note([...glances.values()]);
    await this.#releaseMissing(new Set(here));
  }

  async #lookAt(matchId: string): Promise<void> {
    try {
      if (this.#parts.host.epochOf(matchId) === null) return;
      await this.#compare(matchId, (await this.#glances([matchId])).get(matchId), true);
    } catch (error) {
      this.#parts.logger.warn({ err: error, matchId }, 'a room could not be compared with SQL yet');
    }
  }

  async #glances(matchIds: readonly string[]): Promise<ReadonlyMap<string, Glance>> {
    if (matchIds.length === 0) return new Map();
    const { id, state, owner, epoch, private: isPrivate, recordedBy, deaths, uncleanDeaths } = matches;
    const rows: Glance[] = await this.#parts.db
      .select({
        id,
        state,
        owner,
        epoch,
        private: isPrivate,
        recordedBy,
        deaths,
        uncleanDeaths,
        seats: sql<number>`count(${matchSeats.index})::int`,
        givenUp: sql<number>`count(${matchSeats.givenUpAt})::int`,
      })
      .from(matches)
      .leftJoin(matchSeats, eq(matchSeats.matchId, matches.id))
      .where(inArray(matches.id, [...matchIds]))
      .groupBy(matches.id);
    return new Map(rows.map((row) => [row.id, row]));
  }

  async #compare(matchId: string, glance: Glance | undefined, isNews = false): Promise<void> {
    const { host, incarnation, isArriving, isLeaving } = this.#parts;
    const epoch = host.epochOf(matchId);
    // Still being made, or gone meanwhile; or whose it is, is just being settled.
    if (epoch === null || isLeaving(matchId)) return;
    const isOurs = glance?.owner === incarnation && glance.epoch === epoch;
    if (glance?.state === 'reserved' && isOurs) return;
    if (glance?.state === 'playing' && isOurs && glance.deaths >= MAX_DEATHS) {
      // Others have died of restoring it, when it was to move there.
      await this.#parts.abandon(matchId, 'crashed');
      host.end(matchId, CloseCode.matchAbandoned);
      return;
    }
    if (glance?.state === 'playing' && isOurs) {
      if (host.isReserved(matchId)) host.open(matchId);
      host.setPrivate(matchId, glance.private);
      if (isNews || this.#differs(matchId, glance)) await this.#reconcile(matchId);
      return;
    }
    // On its way here, and not ours yet; or it is by now, and was not when SQL was read.
    if (glance?.state === 'playing' && glance.epoch < epoch && host.waitedMs(matchId) < ON_ITS_WAY_MS) return;
    if (host.isReserved(matchId) && isArriving(matchId)) return;
    await this.#end(matchId, glance);
  }

  async #end(matchId: string, glance: Glance | undefined): Promise<void> {
    const { host, closeCodeOf, logger } = this.#parts;
    if (host.isReserved(matchId)) {
      host.discard(matchId);
      return;
    }
    // A result is written by the room itself, which then tells its players.
    if (glance?.state === 'finished') return;
    logger.warn({ matchId, state: glance?.state, owner: glance?.owner }, 'a room is not ours to run any more');
    host.end(matchId, glance?.state === 'playing' ? CloseCode.comeBack : await closeCodeOf(matchId));
  }

  #differs(matchId: string, { seats, givenUp }: Glance): boolean {
    const known = Array.from({ length: seats }, (_, index) => this.#parts.host.seat(matchId, index));
    return known.includes(null) || known.filter((seat) => seat?.givenUp).length !== givenUp;
  }

  async #reconcile(matchId: string): Promise<void> {
    const { db, host, seatGivenUp } = this.#parts;
    const match = (await matchesById(db, [matchId])).get(matchId);
    for (const seat of match?.seats ?? []) {
      host.addSeat(matchId, seatInit(seat));
      const inRoom = host.seat(matchId, seat.index);
      if (inRoom?.givenUp && !seat.givenUp) await seatGivenUp(matchId, seat.index);
      if (inRoom && !inRoom.givenUp && seat.givenUp) host.giveUpSeat(matchId, seat.index, CloseCode.consented);
    }
  }

  /** Notes which matches our log has now, and which have proved that they are harmless. */
  async #note(glances: readonly Glance[]): Promise<void> {
    const { db, incarnation } = this.#parts;
    const ours = glances.filter(({ owner, state }) => owner === incarnation && state === 'playing');
    await this.#noteRecorded(ours);
    const proven = this.#proven(ours);
    if (proven.length === 0) return;
    await db
      .update(matches)
      .set({ uncleanDeaths: 0, onProbation: false, deathsOnProbation: 0 })
      .where(this.#mine(proven));
  }

  async #noteRecorded(ours: readonly Pick<Glance, 'id' | 'recordedBy'>[]): Promise<void> {
    const { db, incarnation, log } = this.#parts;
    const news = ours.filter(({ id, recordedBy }) => recordedBy !== incarnation && log.holds(id));
    if (news.length === 0) return;
    const ids = news.map(({ id }) => id);
    await db.update(matches).set({ recordedBy: incarnation, ownedSince: [] }).where(this.#mine(ids));
  }

  #mine(ids: readonly string[]) {
    return and(inArray(matches.id, [...ids]), eq(matches.owner, this.#parts.incarnation));
  }

  #proven(ours: readonly Glance[]): readonly string[] {
    const nowMs = performance.now();
    const here = new Set(ours.map(({ id }) => id));
    for (const id of this.#sinceMs.keys()) if (!here.has(id)) this.#sinceMs.delete(id);
    for (const id of here) if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, nowMs);
    const isProven = ({ id, uncleanDeaths }: Glance) =>
      uncleanDeaths > 0 && nowMs - (this.#sinceMs.get(id) ?? nowMs) > PROVEN_MS;
    return ours.filter(isProven).map(({ id }) => id);
  }

  /** Matches that are ours in SQL, and that no room of ours runs: somebody is to take them over. Seen twice, to be sure. */
  async #releaseMissing(here: ReadonlySet<string>): Promise<void> {
    const { db, incarnation, isArriving, host } = this.#parts;
    const { id, epoch, recordedBy } = matches;
    const rows = await db
      .select({ id, epoch, recordedBy })
      .from(matches)
      .where(and(eq(matches.owner, incarnation), eq(matches.state, 'playing')));
    const missing = rows.filter((row) => !here.has(row.id) && host.epochOf(row.id) === null && !isArriving(row.id));
    for (const row of missing) if (this.#missing.has(row.id)) await this.#release(row);
    this.#missing = new Set(missing.map((row) => row.id));
  }

  async #release({ id, epoch, recordedBy }: Pick<MatchRow, 'id' | 'epoch' | 'recordedBy'>): Promise<void> {
    const { db, incarnation, abandon, logger } = this.#parts;
    logger.error({ matchId: id }, 'a match of this process has no room');
    // Nobody can read its records while this process lives.
    if (recordedBy === incarnation) {
      await abandon(id, 'crashed');
      return;
    }
    const isStill = and(eq(matches.id, id), eq(matches.owner, incarnation), eq(matches.epoch, epoch));
    await db
      .update(matches)
      .set({ owner: null })
      .where(and(isStill, eq(matches.state, 'playing')));
  }
}
