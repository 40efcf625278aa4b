import { createHistogram, type Histogram } from 'node:perf_hooks';
import type { ClusterLog } from './cluster-log.ts';
import { DueHeap } from './due-heap.ts';
import type { MatchClock } from './match-clock.ts';
import type { TimeSource } from './process-clock.ts';
import type { StepMark } from './step-mark.ts';

/** A room, as the scheduler sees it. */
export interface Steppable {
  readonly matchId: string;
  /** Steps a second, 1–60; null: steps only when woken or due. */
  readonly tickRateHz: number | null;
  readonly clock: MatchClock;
  /** From a change to the full state after it, in ms at most; Infinity: it needs none. Left out: as the scheduler was told. */
  readonly fullWithinMs?: number | undefined;
  /** Whether something has changed since the last full state. Left out: each step changes something. */
  readonly changed?: boolean;
  /** Match time of the next thing to do; 0: at once, or with the next step of its grid; Infinity: nothing. Asked after each step. */
  dueMs(): number;
  /** Does all that waits or is due. @param timeMs match time in whole ms, never below that of the step before */
  step(timeMs: number): void;
  /** Commits the whole state. */
  writeFull(): void;
}

export interface SchedulerOptions {
  /** The clock that the rooms' own clocks run on. */
  readonly clock: TimeSource;
  readonly mark: Pick<StepMark, 'stepping' | 'stepped'>;
  readonly logger: ClusterLog;
  /** Between a room's first change and its next full state, ±25 % to spread rooms over time. 5,000 if left out. */
  readonly fullEveryMs?: number;
}

/** Counters, for metrics and tests. */
export interface SchedulerStats {
  readonly steps: number;
  /** Steps of fixed-rate rooms that were left out because the process was too far behind. */
  readonly skippedSteps: number;
  readonly failedSteps: number;
  readonly fulls: number;
  /** How late steps of fixed-rate rooms were, in µs. */
  readonly latenessUs: Histogram;
}

/** What one turn of the event loop gives to rooms before sockets get theirs. */
const SLICE_MS = 8;
/** Steps that a fixed-rate room which fell behind makes up for; what is beyond is skipped. */
const MAX_CATCH_UP_STEPS = 4;
/** A room whose step threw waits this long, doubled with each throw in a row. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 10_000;
const FULL_EVERY_MS = 5_000;
/** Out-of-date plans are let go when they are more than so many, or than so many a room: they lie as far ahead as rooms' timers. */
const MAX_OUTDATED = 64;
const MAX_OUTDATED_PER_ROOM = 4;
/**
 * Fixed-rate rooms step at one of a few places of their period, which all rooms of a rate share: to wake up for each of them
 * would cost more than a small room's step, and those of one place share an append, too. But each waits until all of its place
 * have stepped and were let out: with twice the distance, 99 of 100 steps wait for twice as long (`npm run bench -- P9`).
 */
const MIN_PLACES = 2;
const MAX_PLACE_MS = 12.5;
/** Multiples of it, modulo 1, are spread evenly however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

interface Entry {
  readonly room: Steppable;
  readonly periodMs: number | null;
  /** 0–1: where in its period this room has its place. */
  readonly phase: number;
  /** Next point of a fixed-rate room's grid, in match time. */
  gridMs: number;
  /** A fixed-rate room that nothing happens in: its grid is taken up again where it then is, and nothing was missed. */
  asleep: boolean;
  /** When to step next, on the scheduler's clock; Infinity: not planned. */
  stepAtMs: number;
  fullAtMs: number;
  failuresInARow: number;
}

interface Task {
  readonly entry: Entry;
  readonly kind: 'step' | 'full';
}

/**
 * Steps all rooms of a process, with one timer for all of them: rooms without a tick rate as soon as they are woken and
 * when they are due, fixed-rate rooms on a grid in match time, spread over the tick. A room with nothing to do costs
 * nothing. Full states are written some seconds after a room's first change since the last one. A room that
 * throws is tried again later, ever more slowly; others don't notice.
 */
export class Scheduler {
  readonly stats = {
    steps: 0,
    skippedSteps: 0,
    failedSteps: 0,
    fulls: 0,
    latenessUs: createHistogram(),
  } satisfies SchedulerStats;
  readonly #clock: TimeSource;
  readonly #mark: SchedulerOptions['mark'];
  readonly #logger: ClusterLog;
  readonly #fullEveryMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #tasks = new DueHeap<Task>();
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Infinity;
  #immediate: NodeJS.Immediate | null = null;
  #stopped = false;
  #paused = false;
  #added = 0;

  constructor(options: SchedulerOptions) {
    this.#clock = options.clock;
    this.#mark = options.mark;
    this.#logger = options.logger;
    this.#fullEveryMs = options.fullEveryMs ?? FULL_EVERY_MS;
  }

  get roomCount(): number {
    return this.#entries.size;
  }
  /** What is planned, and what was and is out of date by now. */
  get taskCount(): number {
    return this.#tasks.size;
  }

  /** Takes a room in. It is stepped while its clock runs. Throws if the match is here already. */
  add(room: Steppable): void {
    if (this.#entries.has(room.matchId)) throw new Error(`match ${room.matchId} is scheduled already`);
    const periodMs = room.tickRateHz === null ? null : 1_000 / room.tickRateHz;
    this.#added += 1;
    const phase = (this.#added * GOLDEN_RATIO) % 1;
    const gridMs = room.clock.exactMs() + this.#firstStepInMs(periodMs ?? 0, phase);
    const plan = { asleep: false, stepAtMs: Infinity, fullAtMs: Infinity, failuresInARow: 0 };
    const entry: Entry = { room, periodMs, phase, gridMs, ...plan };
    this.#entries.set(room.matchId, entry);
    room.clock.onChange(() => this.#planStep(entry));
    this.#planStep(entry);
  }

  /** Lets a room go. Nothing happens if it isn't here. */
  remove(matchId: string): void {
    const entry = this.#entries.get(matchId);
    if (entry === undefined) return;
    this.#entries.delete(matchId);
    entry.room.clock.onChange(() => {});
    entry.stepAtMs = Infinity;
    entry.fullAtMs = Infinity;
    this.#forgetOutdated();
  }

  /** Something waits for a room. A fixed-rate room takes it with its next step; a frozen one when it is thawed. */
  wake(matchId: string): void {
    const entry = this.#entries.get(matchId);
    if (entry === undefined || entry.failuresInARow > 0 || entry.room.clock.frozen) return;
    if (entry.periodMs !== null) {
      if (entry.asleep) this.#planStep(entry);
      return;
    }
    const nowMs = this.#clock.nowMs();
    if (entry.stepAtMs > nowMs) this.#plan(entry, 'step', nowMs);
  }

  /** Has full states written of these matches, of those that are here, spread evenly over the next `overMs`. */
  requestFulls(matchIds: readonly string[], overMs = 0): void {
    const nowMs = this.#clock.nowMs();
    for (const [index, matchId] of matchIds.entries()) {
      const entry = this.#entries.get(matchId);
      const atMs = nowMs + (overMs * index) / matchIds.length;
      if (entry !== undefined && entry.fullAtMs > atMs) this.#plan(entry, 'full', atMs);
    }
  }

  /** Until {@link resume}: steps no room, and asks none for its state. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#arm();
  }

  /** For good: steps no room any more, and asks none for its state. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
  }

  #firstStepInMs(periodMs: number, phase: number): number {
    if (periodMs === 0) return 0;
    const nowMs = this.#clock.nowMs();
    const placeMs = Math.min(MAX_PLACE_MS, periodMs / MIN_PLACES);
    return Math.ceil((nowMs + phase * periodMs) / placeMs) * placeMs - nowMs;
  }

  #planStep(entry: Entry): void {
    if (this.#entries.get(entry.room.matchId) !== entry) return;
    this.#plan(entry, 'step', this.#nextStepAtMs(entry));
  }

  #nextStepAtMs(entry: Entry): number {
    const { room, periodMs, failuresInARow } = entry;
    if (room.clock.frozen) return Infinity;
    const nowMs = this.#clock.nowMs();
    const dueMs = periodMs === null ? room.dueMs() : nextOnGrid(entry, periodMs);
    const pauseMs = failuresInARow === 0 ? 0 : Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failuresInARow - 1));
    return nowMs + Math.max(pauseMs, dueMs - room.clock.exactMs());
  }

  #plan(entry: Entry, kind: Task['kind'], atMs: number): void {
    if (kind === 'step') entry.stepAtMs = atMs;
    else entry.fullAtMs = atMs;
    if (atMs === Infinity) return;
    this.#tasks.push(atMs, { entry, kind });
    this.#forgetOutdated();
    this.#arm();
  }

  #forgetOutdated(): void {
    if (this.#tasks.size <= MAX_OUTDATED + MAX_OUTDATED_PER_ROOM * this.#entries.size) return;
    this.#tasks.retain(({ atMs, item }) => isPlanned(item, atMs));
  }

  /** Sets the one timer to the earliest task. */
  #arm(): void {
    const first = this.#tasks.peek();
    if (first === undefined || this.#stopped || this.#paused || this.#immediate !== null) return;
    const inMs = first.atMs - this.#clock.nowMs();
    if (inMs <= 0) {
      this.#immediate = setImmediate(() => {
        this.#immediate = null;
        this.#run();
      });
      return;
    }
    if (this.#timer !== null && this.#timerAtMs <= first.atMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = first.atMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#run();
    }, Math.ceil(inMs));
  }

  /** Does what is due, the longest due first, for a slice of time. */
  #run(): void {
    const startedMs = this.#clock.nowMs();
    let nowMs = startedMs;
    let stepped = false;
    for (let due = this.#tasks.peek(); due !== undefined && due.atMs <= nowMs; due = this.#tasks.peek()) {
      if (this.#stopped || this.#paused || nowMs - startedMs > SLICE_MS) break;
      this.#tasks.pop();
      const { entry, kind } = due.item;
      if (!isPlanned(due.item, due.atMs)) continue;
      if (kind === 'full') this.#writeFull(entry);
      else {
        stepped = true;
        this.#step(entry);
      }
      nowMs = this.#clock.nowMs();
    }
    if (stepped) this.#mark.stepped();
    this.#arm();
  }

  #step(entry: Entry): void {
    const { room } = entry;
    entry.stepAtMs = Infinity;
    if (room.clock.frozen) return;
    this.#mark.stepping(room.matchId);
    try {
      if (entry.periodMs === null) this.#stepOnce(entry, room.clock.nowMs());
      else this.#stepGrid(entry, entry.periodMs);
      entry.failuresInARow = 0;
    } catch (error) {
      entry.failuresInARow += 1;
      this.stats.failedSteps += 1;
      this.#logger.error({ err: error, matchId: room.matchId, inARow: entry.failuresInARow }, 'a step has thrown');
    }
    if (this.#entries.get(room.matchId) !== entry) return;
    if (entry.fullAtMs === Infinity && room.changed !== false) {
      this.#plan(entry, 'full', this.#clock.nowMs() + this.#fullInMs(entry));
    }
    this.#planStep(entry);
  }

  /** Not the same for all, so that rooms are spread over time. */
  #fullInMs({ room: { fullWithinMs }, phase }: Entry): number {
    return fullWithinMs === undefined ? this.#fullEveryMs * (0.75 + 0.5 * phase) : fullWithinMs * (0.5 + 0.5 * phase);
  }

  #stepGrid(entry: Entry, periodMs: number): void {
    const { clock } = entry.room;
    const nowMs = clock.exactMs();
    for (let steps = 0; steps < MAX_CATCH_UP_STEPS && entry.gridMs <= nowMs && !clock.frozen; steps += 1) {
      const timeMs = entry.gridMs;
      entry.gridMs += periodMs;
      this.stats.latenessUs.record(Math.max(1, Math.round((nowMs - timeMs) * 1_000)));
      this.#stepOnce(entry, Math.floor(timeMs));
      if (this.#entries.get(entry.room.matchId) !== entry) return;
    }
    if (entry.gridMs > nowMs) return;
    const skipped = Math.floor((nowMs - entry.gridMs) / periodMs) + 1;
    this.stats.skippedSteps += skipped;
    entry.gridMs += skipped * periodMs;
  }

  #stepOnce({ room }: Entry, timeMs: number): void {
    this.stats.steps += 1;
    room.step(timeMs);
  }

  #writeFull(entry: Entry): void {
    entry.fullAtMs = Infinity;
    try {
      entry.room.writeFull();
      this.stats.fulls += 1;
    } catch (error) {
      this.#logger.error({ err: error, matchId: entry.room.matchId }, 'a full state could not be written');
      this.#plan(entry, 'full', this.#clock.nowMs() + this.#fullInMs(entry));
    }
  }
}

/** Whether this is what the room is waiting for, and was not planned anew meanwhile. */
function isPlanned({ entry, kind }: Task, atMs: number): boolean {
  return (kind === 'step' ? entry.stepAtMs : entry.fullAtMs) === atMs;
}

/** When a fixed-rate room is to step next, in match time. One that sleeps is not stepped before something is due. */
function nextOnGrid(entry: Entry, periodMs: number): number {
  const dueMs = entry.room.dueMs();
  // The grid as it stands, so that a room which is behind can catch up.
  if (!entry.asleep && dueMs <= entry.gridMs) return entry.gridMs;
  const nowMs = entry.room.clock.exactMs();
  entry.asleep = dueMs > nowMs;
  if (dueMs === Infinity) return Infinity;
  entry.gridMs += Math.ceil((Math.max(dueMs, nowMs) - entry.gridMs) / periodMs) * periodMs;
  return entry.gridMs;
}
