import type { Timing } from './timing.ts';

/** How the connection to a room does, for overlays. Rates are of the last 5 s. */
export interface NetStats {
  /** Round trip, averaged, in ms; null before the first measurement. */
  readonly pingMs: number | null;
  /** By how much one state in ten, or more, is late, in ms; 0 for a game that doesn't time its patches. */
  readonly jitterMs: number;
  /** Steps a second, as the room times them; null for a game without a tick rate. */
  readonly tickRateHz: number | null;
  readonly patchesPerSecond: number;
  /** What arrives. */
  readonly bytesPerSecond: number;
  /** Inputs that the room has not consumed yet. */
  readonly pendingInputs: number;
  /** Of all predictions of this match, in the last minute. */
  readonly correctionsLastMinute: number;
  /** How far off the last prediction was; null before the first comparison. */
  readonly lastError: number | null;
}

const WINDOW_MS = 5_000;

interface Arrival {
  readonly atMs: number;
  readonly bytes: number;
  readonly patches: number;
}

/** Counts what arrives. */
export class ArrivalMeter {
  readonly #timing: Timing;
  readonly #sinceMs: number;
  #arrivals: Arrival[] = [];

  constructor(timing: Timing) {
    this.#timing = timing;
    this.#sinceMs = timing.nowMs();
  }

  frame(bytes: number): void {
    this.#add(bytes, 0);
  }

  patch(): void {
    this.#add(0, 1);
  }

  rates(): Pick<NetStats, 'patchesPerSecond' | 'bytesPerSecond'> {
    this.#forget();
    const seconds = Math.min(WINDOW_MS, Math.max(1, this.#timing.nowMs() - this.#sinceMs)) / 1_000;
    const sum = (of: 'bytes' | 'patches'): number => this.#arrivals.reduce((total, arrival) => total + arrival[of], 0);
    return { patchesPerSecond: sum('patches') / seconds, bytesPerSecond: sum('bytes') / seconds };
  }

  #add(bytes: number, patches: number): void {
    this.#arrivals.push({ atMs: this.#timing.nowMs(), bytes, patches });
    if (this.#arrivals.length > MOST_ARRIVALS) this.#forget();
  }

  #forget(): void {
    const fromMs = this.#timing.nowMs() - WINDOW_MS;
    this.#arrivals = this.#arrivals.filter(({ atMs }) => atMs >= fromMs).slice(-MOST_ARRIVALS);
  }
}

/** Beyond it the rates are too low; nobody looks at them that closely. */
const MOST_ARRIVALS = 4_096;
