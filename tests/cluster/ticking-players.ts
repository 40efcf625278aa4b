import { Gyre, type Match } from '../../client-sdk/index.ts';
import type { ticking, tickingLoosely } from '../support/ticking-game.ts';
import { waitFor } from '../support/wait-for.ts';

export type TickingGames = { readonly ticking: typeof ticking; readonly 'ticking-loosely': typeof tickingLoosely };
type TickingGame = keyof TickingGames;

/** A frame, as its client saw it. */
export interface Sight {
  /** On `performance.now()` of this process, which all clients are in. */
  readonly atMs: number;
  readonly steps: number;
  /** Process id of the one that made the step. */
  readonly pid: number;
}

const SAYS_EVERY_MS = 100;

/** Somebody who plays with our SDK, says numbers all the time, and notes what they see. */
export class Ticker implements Disposable {
  readonly match: Match<TickingGames['ticking']>;
  readonly sights: Sight[] = [];
  readonly #gyre: Gyre<TickingGames>;
  readonly #timer: NodeJS.Timeout;
  #said = 0;

  private constructor(gyre: Gyre<TickingGames>, match: Match<TickingGames['ticking']>) {
    this.#gyre = gyre;
    this.match = match;
    match.onPatch(({ steps, pid }) => void this.sights.push({ atMs: performance.now(), steps, pid }));
    this.#timer = setInterval(() => this.#say(), SAYS_EVERY_MS);
  }

  /** The first one's match is new; the others drop into it. */
  static async play(endpoint: string, game: TickingGame): Promise<Ticker> {
    const gyre = new Gyre<TickingGames>({ endpoint, storage: 'memory' });
    try {
      await gyre.signInAsGuest({ displayName: 'Ticker' });
      const match = await gyre.play(game);
      return new Ticker(gyre, match as Match<TickingGames['ticking']>);
    } catch (error) {
      gyre.close();
      throw error;
    }
  }

  get lobbyId(): string {
    return this.#gyre.lobby?.id ?? '';
  }

  get steps(): number {
    return this.match.state.steps;
  }

  get pid(): number {
    return this.match.state.pid;
  }

  /** Sees so many steps more than now. */
  async moves(steps = 20): Promise<void> {
    const before = this.steps;
    await waitFor(() => this.steps >= before + steps, { what: `${steps} more steps`, timeoutMs: 30_000 });
  }

  /** Says no more. Resolves when the room has heard all that was said; what it counted besides is its number of strays. */
  async quiet(): Promise<number> {
    clearInterval(this.#timer);
    const heard = (): boolean => this.match.state.said.get(String(this.match.view.seatIndex)) === this.#said;
    await waitFor(heard, { what: `${this.#said} to be heard`, timeoutMs: 30_000 });
    return this.match.state.strays;
  }

  /** How often what it saw went back. */
  get undone(): number {
    return this.sights.filter(({ steps }, index) => steps < (this.sights[index - 1]?.steps ?? 0)).length;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#gyre.close();
  }

  #say(): void {
    if (this.match.view.connection === 'closed') return;
    this.#said += 1;
    this.match.send('say', { number: this.#said });
  }
}

/** Process ids of those whose frames came to any of these, one entry for each change: nobody is in it twice unless two let something out at once. */
export function reigns(tickers: readonly Ticker[]): readonly number[] {
  const sights = tickers.flatMap((ticker) => ticker.sights).toSorted((one, other) => one.atMs - other.atMs);
  return sights.map(({ pid }) => pid).filter((pid, index, pids) => pid !== pids[index - 1]);
}
