import type { MatchSeatView } from '../../client-sdk/index.ts';

export interface SeatNamesOptions {
  /** The seats, as far as this client was told. */
  readonly known: () => readonly MatchSeatView[];
  /** Asks who sits there by now. */
  readonly ask: () => Promise<readonly MatchSeatView[]>;
}

const ASK_EVERY_MS = 2_000;

/** What players are called. Those who only watch are not told who comes later, so that is asked for. */
export class SeatNames {
  readonly #options: SeatNamesOptions;
  #asked: readonly MatchSeatView[] = [];
  #askedMs = -Infinity;

  constructor(options: SeatNamesOptions) {
    this.#options = options;
  }

  /** null: not known yet; it may be a moment later. */
  of(seatIndex: number, nowMs: number): string | null {
    const isIt = ({ index }: MatchSeatView): boolean => index === seatIndex;
    const seat = this.#options.known().find(isIt) ?? this.#asked.find(isIt);
    if (!seat && nowMs - this.#askedMs >= ASK_EVERY_MS) void this.#ask(nowMs);
    return seat?.displayName ?? null;
  }

  async #ask(nowMs: number): Promise<void> {
    this.#askedMs = nowMs;
    // Without an answer it is asked again.
    this.#asked = await this.#options.ask().catch(() => this.#asked);
  }
}
