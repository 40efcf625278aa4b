/**
 * Match time, guessed. The room's state says when a turn ends in match time; nothing on the wire says what match time
 * it is. But a turn that is seen to begin has its whole time left, which tells it to within half a round trip. Before
 * that is seen (a reload), match time is taken to run since the match started, which is right unless the server was
 * away meanwhile: match time stands still then.
 */
export class MatchClock {
  /** Match time minus the server's time of day. */
  #offsetMs: number;
  #stoppedAtMs: number | null = null;
  #epoch: number | null = null;

  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** A turn was seen to begin. Ignored while the connection is lost: it may have begun long ago. */
  turnBegan(turnEndsAtMs: number, turnMs: number, nowMs: number): void {
    if (this.#stoppedAtMs === null) this.#offsetMs = turnEndsAtMs - turnMs - nowMs;
  }

  /** The connection is lost: until it is back nobody here knows whether the room still runs. */
  lost(nowMs: number): void {
    this.#stoppedAtMs ??= nowMs;
  }

  /**
   * The connection is there (again). A higher epoch says that the room had lost its process: its time stood still. With
   * the same epoch only the connection was lost, and the room's time has gone on.
   */
  found(epoch: number | null, nowMs: number): void {
    const hasMoved = epoch !== null && this.#epoch !== null && epoch > this.#epoch;
    if (this.#stoppedAtMs !== null && hasMoved) this.#offsetMs -= nowMs - this.#stoppedAtMs;
    this.#stoppedAtMs = null;
    this.#epoch = epoch ?? this.#epoch;
  }

  /** What is left of a turn, from 0 to `turnMs`. */
  leftMs(turnEndsAtMs: number, turnMs: number, nowMs: number): number {
    const matchNowMs = (this.#stoppedAtMs ?? nowMs) + this.#offsetMs;
    return Math.min(turnMs, Math.max(0, turnEndsAtMs - matchNowMs));
  }
}
