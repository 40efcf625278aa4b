import type { Timing } from './timing.ts';

export interface HeartbeatOptions {
  readonly timing: Timing;
  readonly everyMs: number;
  /** Not a single frame for this long after a ping: dead. */
  readonly silentAfterMs: number;
  /** Sends a ping. */
  readonly ping: (answered: () => void) => void;
  /** Told of each round trip, and of their average, in ms. */
  readonly measured: (pingMs: number, roundTripMs: number) => void;
  /** The line is dead, though nobody said so: a phone that changed networks, a laptop that slept. */
  readonly silent: () => void;
}

/** Weight of the newest round trip in the average. */
const NEWEST = 0.3;

/** Measures the round trip of a socket, and notices one that died in silence. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #stopTimer: (() => void) | null = null;
  #waitingSinceMs: number | null = null;
  #averageMs: number | null = null;
  /** On any line: a server knows pings, or doesn't. */
  #everAnswered = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    this.#beat();
  }

  stop(): void {
    this.#stopTimer?.();
    this.#waitingSinceMs = null;
  }

  heard(): void {
    this.#waitingSinceMs = null;
  }

  #beat(): void {
    const { timing, everyMs } = this.#options;
    this.#stopTimer = timing.after(everyMs, () => this.#beat());
    const nowMs = timing.nowMs();
    if (this.#waitingSinceMs !== null) {
      // A server that never answers pings isn't dead, it just doesn't know them.
      if (this.#everAnswered && nowMs - this.#waitingSinceMs >= this.#options.silentAfterMs) this.#options.silent();
      return;
    }
    this.#waitingSinceMs = nowMs;
    this.#options.ping(() => this.#answered(timing.nowMs() - nowMs));
  }

  #answered(roundTripMs: number): void {
    this.#everAnswered = true;
    this.#averageMs =
      this.#averageMs === null ? roundTripMs : this.#averageMs + NEWEST * (roundTripMs - this.#averageMs);
    this.#options.measured(Math.round(this.#averageMs), roundTripMs);
  }
}
