import { SlewedTime } from './slewed-time.ts';
import { Intervals } from './intervals.ts';
import type { Timing } from './timing.ts';

/** How long a sample counts; the route may get longer, or the match's time may have stood still. */
const WINDOW_MS = 5_000;
const ROUND_TRIPS = 8;
const SLEW = { slew: 0.1, snapMs: 250, catchUpMs: Infinity };

interface Sample {
  readonly atMs: number;
  /** The match's time minus this device's, if it had arrived without any delay. */
  readonly offsetMs: number;
}

/**
 * The match's time as this client knows it, from states that tell theirs. The one that was delayed least says what time it is,
 * so that jitter doesn't; corrections are slewed. It stands still while the line is down, as the match may too, and takes the
 * time of the room's next life as that one tells it.
 */
export class ServerClock {
  readonly #timing: Timing;
  readonly #shown = new SlewedTime(SLEW);
  readonly #intervals = new Intervals();
  #samples: Sample[] = [];
  /** Of before the line was lost: they hold on if the room's life is still the same. */
  #kept: Sample[] = [];
  #roundTripsMs: number[] = [];
  #best: number | null = null;
  /** By how much each sample was late, in order; null: not reckoned since the last one. */
  #lateness: number[] | null = null;
  #epoch: number | null = null;
  #lastMs: number | null = null;
  #running = false;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** A state of this match time has just arrived. */
  sample(serverMs: number): void {
    const atMs = this.#timing.nowMs();
    this.#lastMs = serverMs;
    this.#intervals.add(serverMs);
    this.#samples.push({ atMs, offsetMs: serverMs - atMs });
    this.#weigh();
  }

  /** A ping has just been answered. */
  roundTrip(roundTripMs: number): void {
    this.#roundTripsMs = [...this.#roundTripsMs.slice(1 - ROUND_TRIPS), roundTripMs];
  }

  /** The line is down: until it is up again, nobody knows whether the match goes on. */
  stop(): void {
    if (this.#running) {
      this.nowMs();
      this.#kept = this.#samples;
    }
    this.#running = false;
    this.#samples = [];
    this.#intervals.reset();
  }

  /** The room let us in; states may have come before. @param epoch which life of the room this is */
  welcomed(epoch: number): void {
    if (this.#epoch === epoch) this.#samples = [...this.#kept, ...this.#samples];
    else this.#shown.reset();
    this.#kept = [];
    this.#epoch = epoch;
    this.#running = true;
    this.#shown.hold(this.#timing.nowMs());
    this.#weigh();
  }

  /** The match's time, in ms; null before the room has told it. */
  nowMs(): number | null {
    if (!this.#running || this.#best === null) return this.#shown.shownMs;
    const ownMs = this.#timing.nowMs();
    return this.#shown.read(ownMs + this.#best + this.#halfRoundTripMs, ownMs);
  }

  /** Match time of the newest state that could have arrived by now; null while the line is down. Not smoothed. */
  heardMs(): number | null {
    return this.#running && this.#best !== null ? this.#timing.nowMs() + this.#best : null;
  }

  /** By how much states arrive later than the one that was delayed least, in ms: the delay that `share` (0–1) of them keep. */
  lateMs(share: number): number {
    const best = this.#best;
    if (best === null) return 0;
    this.#lateness ??= this.#samples.map(({ offsetMs }) => best - offsetMs).sort((a, b) => a - b);
    const lateness = this.#lateness;
    return lateness[Math.min(lateness.length - 1, Math.floor(share * lateness.length))] ?? 0;
  }

  /** Of the newest state that told its time; null before there is one. */
  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** Between two states as the room times them, in ms; null while that is not known. */
  get stepMs(): number | null {
    return this.#intervals.typicalMs;
  }

  get #halfRoundTripMs(): number {
    return this.#roundTripsMs.length === 0 ? 0 : Math.min(...this.#roundTripsMs) / 2;
  }

  /** Drops what is too old, but for the newest, and finds the least delayed. */
  #weigh(): void {
    const fromMs = this.#timing.nowMs() - WINDOW_MS;
    const newest = this.#samples.at(-1);
    this.#lateness = null;
    this.#samples = this.#samples.filter((sample) => sample.atMs >= fromMs || sample === newest);
    this.#best =
      newest === undefined ? null : this.#samples.reduce((best, { offsetMs }) => Math.max(best, offsetMs), -Infinity);
  }
}
