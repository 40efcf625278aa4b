import { GyreError } from '../../client-sdk/index.ts';
import type { Live } from '../../client-sdk/index.ts';
import { Store } from '../live/store.ts';
import type { Toasts } from '../ui/toasts.ts';
import { foreignGame } from '../games/played.ts';
import type { Client, OwnLobby, OwnMatch } from './parts.ts';

/**
 * The match on the table: takes the seat in each match of the player's lobby as it begins, if this page can
 * play it. A match stays, with its last
 * board and result, until its player puts it away or the next one begins.
 */
export class Table implements Live<OwnMatch | null> {
  readonly #shown = new Store<OwnMatch | null>(null);
  readonly #gyre: Client;
  readonly #toasts: Toasts;
  #following: OwnLobby | null = null;
  #clearedId: string | null = null;

  constructor(gyre: Client, toasts: Toasts) {
    this.#gyre = gyre;
    this.#toasts = toasts;
    gyre.subscribe(({ player, lobby, match }) => {
      if (match) this.#show(match);
      if (!player) this.#show(null);
      if (lobby && lobby !== this.#following && !foreignGame([lobby.view.game])) void this.#follow(lobby);
      this.#following = lobby;
    });
  }

  get view(): OwnMatch | null {
    return this.#shown.view;
  }

  get subscribe(): Live<OwnMatch | null>['subscribe'] {
    return this.#shown.subscribe;
  }

  /** Puts the match away, though it may still be played: on another tab, or by the others alone. */
  clear(): void {
    this.#clearedId = this.#shown.view?.id ?? null;
    this.#show(null);
  }

  hasCleared(matchId: string | null): boolean {
    return matchId !== null && matchId === this.#clearedId;
  }

  /** Takes one's seat in a match that goes on elsewhere. */
  async takeSeat(matchId: string): Promise<void> {
    this.#show(await this.#gyre.matches.join(matchId));
  }

  /** Looks on, without a seat. */
  async watch(matchId: string): Promise<void> {
    this.#show(await this.#gyre.matches.watch(matchId));
  }

  /** Whoever looks on has nothing to come back to. */
  #show(match: OwnMatch | null): void {
    const before = this.#shown.view;
    this.#shown.set(match);
    if (before && before !== match && before.view.seatIndex === null) void before.leave();
  }

  async #follow(lobby: OwnLobby): Promise<void> {
    for (;;) {
      try {
        this.#show(await lobby.nextMatch());
      } catch (error) {
        if (GyreError.is(error, 'not-in-lobby') || GyreError.is(error, 'signed-out')) return;
        if (GyreError.is(error, 'closed')) return;
        this.#toasts.showError(error);
      }
    }
  }
}
