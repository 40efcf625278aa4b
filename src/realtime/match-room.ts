import { CloseCode } from '../../protocol/close-codes.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, SeatInit, StepOutput } from '../../rooms/kit/ports.ts';
import type { Committer } from '../cluster/committer.ts';
import type { MatchClock } from '../cluster/match-clock.ts';
import type { Scheduler, Steppable } from '../cluster/scheduler.ts';
import { endWithProcess, MatchEnding } from './match-ending.ts';
import { MatchSeats, type MatchSeatsServices, type StepNews } from './match-seats.ts';
import type { MatchEvents } from './ports.ts';
import { RoomCommits } from './room-commits.ts';
import { RoomLife } from './room-life.ts';
import type { Unheard } from './unheard.ts';

/** What all match rooms of a process share. */
export interface MatchRoomServices extends MatchSeatsServices {
  readonly committer: Pick<Committer, 'commit' | 'record' | 'forget' | 'letOut' | 'settled'>;
  readonly scheduler: Pick<Scheduler, 'add' | 'remove' | 'wake'>;
  readonly events: MatchEvents;
}

/** What a match room is made of. */
export interface MatchRoomParts {
  readonly services: MatchRoomServices;
  readonly core: MatchCore;
  readonly seats: readonly SeatInit[];
  readonly epoch: number;
  readonly clock: MatchClock;
  /** Told once, when the room is gone. */
  readonly onGone: () => void;
}

/** What a leaving room was told before has its step within so long, or it doesn't leave yet. Meanwhile it plays. */
const LAST_STEPS_MS = 2_000;

/** A match as it is handed over. */
export interface HandedOver {
  readonly record: CommitRecord;
  /** Match time at which it stands still, past its last step. */
  readonly timeMs: number;
}

/**
 * What is around a match's core, from its making to its end: it has its time run, lets out what a step brought once its record
 * is durable, and gives it away to another process.
 */
export class MatchRoom implements Steppable {
  readonly #parts: MatchRoomParts;
  readonly #life = new RoomLife();
  readonly #commits: RoomCommits;
  /** Who plays and watches, and their sockets. */
  readonly seats: MatchSeats;
  /** Made with the first thing that the service is told. */
  #ending: MatchEnding | null = null;
  /** Its first full state is durable. */
  #recorded = false;
  #onIdle: () => void = () => {};

  /** A room that admits nobody yet, and whose state is not recorded yet. */
  constructor(parts: MatchRoomParts) {
    const { core, services, clock, epoch, seats } = parts;
    this.#parts = parts;
    const commits = new RoomCommits({ core, epoch, committer: services.committer });
    this.#commits = commits;
    this.seats = new MatchSeats({ services, core, seats, epoch, clock, commits, life: this.#life });
  }

  get matchId(): string {
    return this.#core.matchId;
  }
  get game(): string {
    return this.#core.game.name;
  }
  get tickRateHz(): number | null {
    return this.#core.game.tickRateHz;
  }
  get clock(): MatchClock {
    return this.#parts.clock;
  }
  get fullWithinMs(): number | undefined {
    return this.#commits.fullWithinMs;
  }
  get changed(): boolean {
    return this.#commits.changed;
  }
  /** Whether it can go on elsewhere from what is recorded. */
  get outlivesProcess(): boolean {
    return this.#core.game.durability !== 'none';
  }
  get isReserved(): boolean {
    return this.#life.state === 'reserved';
  }
  get epoch(): number {
    return this.#parts.epoch;
  }
  /** A full state of it is in this process's log, or it needs none. */
  get isRecorded(): boolean {
    return this.#recorded;
  }

  /** Starts a new match: its time runs, and it admits its players. */
  open(): void {
    if (this.#life.state !== 'reserved') return;
    this.#core.start();
    this.resume();
    this.seats.hearKept();
  }

  /** Time runs from where it stands, and sockets are let in. */
  resume(): void {
    this.#life.state = 'open';
    this.clock.thaw();
    this.#parts.services.scheduler.add(this);
    // Its first one was lost, and the log may have come back before the scheduler knew of this room.
    if (!this.#recorded) this.writeFull();
    this.#wake();
  }

  dueMs(): number {
    return this.#core.dueMs();
  }

  step(timeMs: number): void {
    this.#step(timeMs);
    if (this.#life.state === 'leaving' && this.#isIdle) this.#onIdle();
  }

  #step(timeMs: number): void {
    const output = this.#core.step(timeMs);
    const news = this.seats.newsOf(output);
    if (news === null) return;
    this.#life.isOver ||= output !== null && (output.result !== null || output.failed);
    this.#commits.step(output, () => this.#release(news, output));
  }

  writeFull(): void {
    this.#commits.writeFull();
  }

  /**
   * As `writeFull`; resolves when it is durable. Rejects with `RecordLostError` if the log is away, with
   * `LogSealedError` if another process has taken over.
   */
  async recordFull(): Promise<void> {
    await this.#commits.recordFull();
    this.#recorded = true;
  }

  /**
   * Does what it was told, takes in nothing more, and stops the match's time. Resolves to the whole match as of its last step,
   * when all that it let out is out; to null if it ends anyway, or admits nobody yet. Rejects with `LogSealedError`.
   */
  async handOver(): Promise<HandedOver | null> {
    if (this.#life.state !== 'open' || this.#life.isOver) return null;
    this.#life.state = 'leaving';
    this.seats.prepareToMove();
    await this.#idle();
    if (this.#life.state !== 'leaving' || this.#life.isOver) return null;
    if (!this.#isIdle) {
      this.takeBack();
      return null;
    }
    this.freeze();
    const timeMs = this.clock.nowMs();
    return { record: await this.#commits.handOver(), timeMs };
  }

  /** Nobody else runs it: it goes on here, with all that it was told meanwhile. */
  takeBack(): void {
    if (this.#life.state !== 'leaving' && this.#life.state !== 'frozen') return;
    if (this.#life.state === 'frozen') this.resume();
    this.#life.state = 'open';
    this.seats.stay();
  }

  /** Another process runs it: everyone is to come back there, and what they still say here is for `onUnheard`. */
  depart(onUnheard: (unheard: Unheard) => void): void {
    this.seats.depart(onUnheard);
    this.end(CloseCode.comeBack);
  }

  /** Stops the match's time, and lets nobody in or out any more; its records stay as they are. */
  freeze(): void {
    this.#life.state = 'frozen';
    this.clock.freeze();
    this.#parts.services.scheduler.remove(this.matchId);
  }

  /** Closes all sockets with `code` and drops the room. */
  end(code: number): void {
    if (this.#life.state === 'gone') return;
    this.freeze();
    this.#life.state = 'gone';
    this.#ending?.stop();
    this.#parts.onGone();
    this.seats.sockets.disconnect(code);
  }

  /**
   * A clean stop of a match that nothing is recorded of: it ends, and its players learn of it. Never rejects; a database that is
   * away leaves it to the next start, which abandons it too.
   */
  async endWithProcess(): Promise<void> {
    this.freeze();
    const { services, epoch, core } = this.#parts;
    const { events, log } = services;
    this.end(await endWithProcess({ matchId: core.matchId, epoch, events, log }, core.result));
  }

  get #core(): MatchCore {
    return this.#parts.core;
  }

  /** Nothing that it was told waits for a step. */
  get #isIdle(): boolean {
    return this.#core.isIdle && this.seats.isIdle;
  }

  /** Resolves when what waits for a step has had it, or never will. */
  async #idle(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, LAST_STEPS_MS);
      this.#onIdle = () => {
        clearTimeout(limit);
        resolve();
      };
      this.#wake();
    });
  }

  #wake(): void {
    this.#parts.services.scheduler.wake(this.matchId);
  }

  #release(news: StepNews, output: StepOutput | null): void {
    if (this.#life.state === 'gone') return;
    this.seats.letOut(news);
    if (output === null) return;
    for (const seatIndex of output.givenUp) {
      this.seats.givenUp(seatIndex);
      this.#service().seatGivenUp(seatIndex);
    }
    if (output.failed) this.#service().abandon();
    else if (output.result !== null) this.#service().finish(output.result);
  }

  #service(): MatchEnding {
    const { core, epoch, services } = this.#parts;
    this.#ending ??= new MatchEnding({
      matchId: core.matchId,
      epoch,
      events: services.events,
      log: services.log,
      tellResult: (result) => this.seats.tellResult(result),
      end: (code) => this.#endForGood(code),
    });
    return this.#ending;
  }

  #endForGood(code: number): void {
    this.#parts.services.committer.forget(this.matchId);
    this.end(code);
  }
}
