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

const EXTRAPOLATE_MS = 100;
/** Later ones are shown by extrapolation: to wait for them too would show everything late for a few. */
const SHARE_IN_TIME = 0.9;
const MOST_DELAY_MS = 300;
/** Before there were two states. */
const FIRST_INTERVAL_MS = 50;
/** Without a patch for this long, nothing moves any more: a room says nothing where nothing changes. */
const STILL_AFTER_MS = 400;
const SETTLE_MS = 100;
/** What came after a pause of more than this many steps began to move one step ago. */
const PAUSE_STEPS = 1.5;
/** Far more than is ever shown late. */
const MOST_SNAPSHOTS = 128;
const SLEW = { slew: 0.15, snapMs: 500 };

/** Shows what others do between two states of the room, on a time of its own that never runs back. */
export class Interpolator<State, Sample> implements Interpolation<Sample> {
  readonly #options: InterpolatorOptions<State, Sample>;
  readonly #shown = new SlewedTime(SLEW);
  readonly #intervals = new Intervals();
  #snapshots: Snapshot<Sample>[] = [];
  /** Nothing moves: what is newest is what there is. */
  #isStill = false;
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
    return shownMs === null ? new Map() : this.#at(shownMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#snapshots = [];
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
    if (last && timeMs - last.atMs > PAUSE_STEPS * this.#intervalMs) this.#pauseUntil(timeMs - this.#intervalMs, last);
    this.#intervals.add(timeMs);
    this.#snapshots.push({ atMs: timeMs, samples });
    if (this.#snapshots.length > MOST_SNAPSHOTS) this.#snapshots.shift();
  }

  /** The room has begun another life, whose time is another: what was shown before is no more. */
  restarted(): void {
    this.#snapshots = [];
    this.#isStill = false;
    this.#shown.reset();
    this.#intervals.reset();
  }

  get #intervalMs(): number {
    return this.#intervals.typicalMs ?? FIRST_INTERVAL_MS;
  }

  #samplesOf(state: State): ReadonlyMap<string, Sample> {
    return new Map([...this.#options.of(state)].map(([key, sample]) => [key, copyPlain(sample, 'of')]));
  }

  /** What was shown beyond the newest state glides back to it when that proves to be all there is. */
  #settle(newest: Snapshot<Sample>, heardMs: number): void {
    const shownMs = this.#shown.shownMs;
    if (this.#isStill || shownMs === null || heardMs - newest.atMs < STILL_AFTER_MS) return;
    if (shownMs > newest.atMs) {
      const back = { atMs: shownMs + SETTLE_MS, samples: newest.samples };
      this.#snapshots = [{ atMs: shownMs, samples: this.#at(shownMs) }, back];
    }
    this.#isStill = true;
  }

  /** Nothing moved until a step before `atMs`: whoever was shown to go on is back by then, or goes on from there. */
  #pauseUntil(atMs: number, last: Snapshot<Sample>): void {
    const shownMs = this.#shown.shownMs;
    if (shownMs !== null && shownMs > last.atMs) this.#snapshots.push({ atMs: shownMs, samples: this.#at(shownMs) });
    if (shownMs === null || shownMs < atMs) this.#snapshots.push({ atMs, samples: last.samples });
    this.#intervals.reset();
  }

  #at(shownMs: number): ReadonlyMap<string, Sample> {
    const next = this.#snapshots.findIndex(({ atMs }) => atMs > shownMs);
    const index = next === -1 ? this.#snapshots.length - 1 : next;
    const to = this.#snapshots[index];
    const from = this.#snapshots[index - 1] ?? to;
    if (!to || !from || to === from) return to?.samples ?? new Map();
    const share = (shownMs - from.atMs) / (to.atMs - from.atMs);
    return this.#between(from, to, this.#isStill ? Math.min(1, share) : share);
  }

  /** Who isn't in both is there as long as the earlier one holds, or from the later one on. */
  #between(from: Snapshot<Sample>, to: Snapshot<Sample>, share: number): ReadonlyMap<string, Sample> {
    if (share <= 0) return from.samples;
    const shown = new Map<string, Sample>();
    for (const [key, sample] of share < 1 ? from.samples : to.samples) {
      const before = from.samples.get(key);
      const after = to.samples.get(key);
      const hasBoth = before !== undefined && after !== undefined;
      shown.set(key, hasBoth ? this.#options.mix(before, after, share) : sample);
    }
    return shown;
  }

  /** Keeps what the shown time lies between, and one before it. */
  #forget(shownMs: number): void {
    const next = this.#snapshots.findIndex(({ atMs }) => atMs > shownMs);
    const first = next === -1 ? this.#snapshots.length - 2 : next - 1;
    if (first > 0) this.#snapshots.splice(0, first);
  }
}
