import type { Interpolation } from './interpolation.ts';
import { Intervals } from './intervals.ts';
import { copyPlain } from './plain-data.ts';
import { SlewedTime } from './slewed-time.ts';
import type { Timing } from './timing.ts';

export interface InterpolatorOptions<State, Sample> {
  readonly of: (state: State) => Iterable<readonly [key: string, sample: Sample]>;
  readonly mix: (from: Sample, to: Sample, share: number) => Sample;
  readonly delayMs?: number | 'auto' | undefined;
  readonly extrapolateMs?: number | undefined;
  readonly clock: InterpolatorClock;
  readonly timing: Timing;
  readonly onStop?: (() => void) | undefined;
}

/** What it needs of a `ServerClock`. */
export interface InterpolatorClock {
  heardMs(): number | null;
  lateMs(share: number): number;
}

interface Snapshot<Sample> {
  readonly atMs: number;
  readonly samples: ReadonlyMap<string, Sample>;
}

/** What was given to be drawn last. */
interface Drawn<Sample> {
  readonly samples: ReadonlyMap<string, Sample>;
  readonly shownMs: number;
  /** The newest state at that time, if it was beyond it. */
  readonly guessedBy: Snapshot<Sample> | null;
  readonly isStill: boolean;
}
/** What turned out to be wrong: the difference is faded out. */
interface Ghost<Sample> {
  readonly guessed: ReadonlyMap<string, Sample>;
  readonly known: ReadonlyMap<string, Sample>;
  readonly sinceMs: number;
}

const EXTRAPOLATE_MS = 100;
/** Later ones are shown by extrapolation: to wait for them too would show everything late for a few. */
const SHARE_IN_TIME = 0.75;
const MOST_DELAY_MS = 300;
/**
 * What happens beyond the newest state is guessed by this much before it: a room that gets a player's held-up inputs at once
 * moves them far in one step, and not so in the next.
 */
const GUESS_BY_MS = 200;
/** Before there were two states. */
const FIRST_INTERVAL_MS = 50;
/** Without a patch for this long, nothing moves any more: a room says nothing where nothing changes. */
const STILL_AFTER_MS = 400;
const FADE_MS = 100;
/** What came after a pause of more than this many steps began to move one step ago. */
const PAUSE_STEPS = 1.5;
/** Far more than is ever shown late. */
const MOST_SNAPSHOTS = 128;
const SLEW = { slew: 0.15, snapMs: 1_500, catchUpMs: 1_000 };

/** Shows what others do between two states of the room, on a time of its own that never runs back. */
export class Interpolator<State, Sample> implements Interpolation<Sample> {
  readonly #options: InterpolatorOptions<State, Sample>;
  readonly #shown = new SlewedTime(SLEW);
  readonly #intervals = new Intervals();
  #snapshots: Snapshot<Sample>[] = [];
  /** Nothing moves: what is newest is what there is. */
  #isStill = false;
  #drawn: Drawn<Sample> | null = null;
  #ghost: Ghost<Sample> | null = null;
  #stopped = false;

  constructor(options: InterpolatorOptions<State, Sample>) {
    this.#options = options;
  }

  get delayMs(): number {
    const { delayMs, clock } = this.#options;
    if (typeof delayMs === 'number') return delayMs;
    return Math.min(MOST_DELAY_MS, this.#intervalMs + clock.lateMs(SHARE_IN_TIME));
  }

  seenMs(): number | null {
    const newest = this.#snapshots.at(-1);
    if (!newest) return null;
    const heardMs = this.#options.clock.heardMs();
    const ownMs = this.#options.timing.nowMs();
    if (heardMs === null) {
      this.#shown.hold(ownMs);
      return this.#shown.shownMs;
    }
    this.#settle(newest, heardMs);
    const { extrapolateMs = EXTRAPOLATE_MS } = this.#options;
    const capMs = this.#isStill ? Infinity : newest.atMs + extrapolateMs;
    const shownMs = this.#shown.read(heardMs - this.delayMs, ownMs, capMs);
    this.#forget(shownMs);
    return shownMs;
  }

  at(): ReadonlyMap<string, Sample> {
    const shownMs = this.seenMs();
    return shownMs === null ? new Map() : this.#draw(shownMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#snapshots = [];
    this.#options.onStop?.();
  }

  /** The room's next state. @param atMs its match time; null: it doesn't tell */
  patched(state: State, atMs: number | null): void {
    if (this.#stopped) return;
    const timeMs = atMs ?? this.#options.clock.heardMs() ?? 0;
    const last = this.#snapshots.at(-1);
    const samples = this.#samplesOf(state);
    this.#isStill = false;
    // Of the same step, shown once more.
    if (last && timeMs <= last.atMs) {
      this.#snapshots[this.#snapshots.length - 1] = { atMs: last.atMs, samples };
      return;
    }
    if (last && timeMs - last.atMs > PAUSE_STEPS * this.#intervalMs) {
      this.#snapshots.push({ atMs: timeMs - this.#intervalMs, samples: last.samples });
      this.#intervals.reset();
    }
    this.#intervals.add(timeMs);
    this.#snapshots.push({ atMs: timeMs, samples });
    if (this.#snapshots.length > MOST_SNAPSHOTS) this.#snapshots.shift();
  }

  /** The room has begun another life, whose time is another: what was shown before is no more. */
  restarted(): void {
    this.#snapshots = [];
    this.#isStill = false;
    this.#drawn = null;
    this.#ghost = null;
    this.#shown.reset();
    this.#intervals.reset();
  }

  get #intervalMs(): number {
    return this.#intervals.typicalMs ?? FIRST_INTERVAL_MS;
  }

  #samplesOf(state: State): ReadonlyMap<string, Sample> {
    return new Map([...this.#options.of(state)].map(([key, sample]) => [key, copyPlain(sample, 'of')]));
  }

  /** A room says nothing where nothing changes: after a while the newest state is all there is. */
  #settle(newest: Snapshot<Sample>, heardMs: number): void {
    if (heardMs - newest.atMs >= STILL_AFTER_MS) this.#isStill = true;
  }

  #at(shownMs: number): ReadonlyMap<string, Sample> {
    const next = this.#snapshots.findIndex(({ atMs }) => atMs > shownMs);
    const to = this.#snapshots.at(next);
    const from = next === -1 ? this.#beginOfGuess(to) : this.#snapshots[next - 1];
    if (!to || !from || to === from) return to?.samples ?? new Map();
    const share = (shownMs - from.atMs) / (to.atMs - from.atMs);
    return this.#between(from, to, this.#isStill ? Math.min(1, share) : share);
  }

  /** What was a guess, and proves to be otherwise, fades over into what is known now. */
  #draw(shownMs: number): ReadonlyMap<string, Sample> {
    const newest = this.#snapshots.at(-1);
    const guessedBy = newest && shownMs > newest.atMs ? newest : null;
    const drawn = this.#drawn;
    const sinceMs = this.#options.timing.nowMs();
    const hasNews = drawn?.guessedBy !== guessedBy || drawn?.isStill !== this.#isStill;
    if (drawn?.guessedBy && hasNews) {
      this.#ghost = { guessed: drawn.samples, known: this.#at(drawn.shownMs), sinceMs };
    }
    const samples = this.#faded(this.#at(shownMs));
    this.#drawn = { samples, shownMs, guessedBy, isStill: this.#isStill };
    return samples;
  }

  #faded(samples: ReadonlyMap<string, Sample>): ReadonlyMap<string, Sample> {
    const ghost = this.#ghost;
    if (ghost === null) return samples;
    const left = 1 - (this.#options.timing.nowMs() - ghost.sinceMs) / FADE_MS;
    if (left <= 0) {
      this.#ghost = null;
      return samples;
    }
    const { mix } = this.#options;
    const faded = new Map(samples);
    for (const [key, sample] of samples) {
      const guessed = ghost.guessed.get(key);
      const known = ghost.known.get(key);
      if (guessed === undefined || known === undefined) continue;
      // sample + (guessed - known) · left, by the one operation there is.
      faded.set(key, mix(known, mix(sample, mix(known, guessed, left), 0.5), 2));
    }
    return faded;
  }

  #beginOfGuess(newest: Snapshot<Sample> | undefined): Snapshot<Sample> | undefined {
    return newest && this.#snapshots.find(({ atMs }) => atMs >= newest.atMs - GUESS_BY_MS);
  }

  /** Who isn't in both is there as long as the earlier one holds, or from the later one on. */
  #between(from: Snapshot<Sample>, to: Snapshot<Sample>, share: number): ReadonlyMap<string, Sample> {
    if (share <= 0) return from.samples;
    if (share >= 1) return this.#mixed(from.samples, to.samples, share);
    const gone = [...from.samples].filter(([key]) => !to.samples.has(key));
    const both = [...to.samples].filter(([key]) => from.samples.has(key));
    return new Map([...this.#mixed(from.samples, new Map(both), share), ...gone]);
  }

  /** Those of `to`, on the way from where they were. */
  #mixed(
    from: ReadonlyMap<string, Sample>,
    to: ReadonlyMap<string, Sample>,
    share: number,
  ): ReadonlyMap<string, Sample> {
    const mixed = new Map<string, Sample>();
    for (const [key, sample] of to) {
      const before = from.get(key);
      mixed.set(key, before === undefined ? sample : this.#options.mix(before, sample, share));
    }
    return mixed;
  }

  /** Keeps what the shown time lies between, and what a guess is made by. */
  #forget(shownMs: number): void {
    const first = this.#snapshots.findIndex(({ atMs }) => atMs > shownMs - 2 * GUESS_BY_MS);
    if (first > 1) this.#snapshots.splice(0, first - 1);
  }
}
