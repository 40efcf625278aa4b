import { type ProcessPauses, processPauses } from './process-pauses.ts';

/** Pauses are worth no more than this, also several of them. */
const MAX_PAUSE_MS = 10_000;

/**
 * What a client may send: so many messages at once, `perSecond` if nothing else is said, refilled evenly. Who sends at exactly
 * that rate may stall for up to a second and deliver late what it sent meanwhile. What was sent while we were paused ourselves comes on top of that.
 */
export class MessageAllowance {
  readonly #perSecond: number;
  readonly #atOnce: number;
  readonly #nowMs: () => number;
  #left: number;
  readonly #pauses: Pick<ProcessPauses, 'totalMs'>;
  #countedAtMs: number;
  #pausedMs: number;

  /** @param nowMs a monotonic clock */
  constructor(
    perSecond: number,
    nowMs: () => number = () => performance.now(),
    atOnce: number = perSecond,
    pauses: Pick<ProcessPauses, 'totalMs'> = processPauses,
  ) {
    this.#pauses = pauses;
    this.#pausedMs = pauses.totalMs;
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
    this.#nowMs = nowMs;
    this.#left = atOnce;
    this.#countedAtMs = nowMs();
  }

  /** Takes one; false if there is none left. */
  take(): boolean {
    this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Takes as many as there are of `count`. */
  takeUpTo(count: number): number {
    this.#refill();
    const taken = Math.min(count, Math.floor(this.#left));
    this.#left -= taken;
    return taken;
  }

  /** What was taken was not sent. */
  giveBack(count: number): void {
    this.#left = Math.max(this.#left, Math.min(this.#atOnce, this.#left + count));
  }

  #refill(): void {
    const nowMs = this.#nowMs();
    const refilled = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#countedAtMs = nowMs;
    // What a pause has brought stays until it is used.
    this.#left = Math.max(this.#left, Math.min(this.#atOnce, this.#left + refilled));
    const { totalMs } = this.#pauses;
    if (totalMs === this.#pausedMs) return;
    const most = this.#atOnce + (MAX_PAUSE_MS / 1_000) * this.#perSecond;
    this.#left = Math.min(most, this.#left + ((totalMs - this.#pausedMs) / 1_000) * this.#perSecond);
    this.#pausedMs = totalMs;
  }
}
