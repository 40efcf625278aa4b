import { JoinedLobby } from './joined-lobby.ts';
import type { JoinedLobbyOptions } from './joined-lobby.ts';
import { LiveValue } from './live.ts';
import type { LobbyCloseReason } from './lobby.ts';
import { ViewOrder } from './view-order.ts';
import type { ChatMessageView, JoinedLobbyView } from './views.ts';

export type LobbyParts = Pick<JoinedLobbyOptions, 'api' | 'myId' | 'takeSeat'>;

/** The lobby that the player is in: puts in order what answers and the hub tell of it. */
export class CurrentLobby {
  readonly live = new LiveValue<JoinedLobby | null>(null);
  readonly #parts: LobbyParts;
  #order = new ViewOrder();

  constructor(parts: LobbyParts) {
    this.#parts = parts;
  }

  /** What the hub tells; null: in none. */
  learned(rev: number, view: JoinedLobbyView | null, reason: LobbyCloseReason | null): void {
    if (!this.#order.admits(rev, view?.version ?? 0)) return;
    const lobby = this.live.view;
    if (view && lobby?.id === view.id) return lobby.follow(view);
    lobby?.end(reason ?? 'left');
    this.live.set(view && this.#make(view));
  }

  /** The answer to having entered one. If it is outrun by what came after, the lobby is there all the same, closed. */
  entered(view: JoinedLobbyView): JoinedLobby {
    this.learned(view.rev, view, null);
    const lobby = this.live.view;
    if (lobby?.id === view.id) return lobby;
    const outrun = this.#make(view);
    outrun.end('left');
    return outrun;
  }

  said(lobbyId: string, message: ChatMessageView): void {
    if (this.live.view?.id === lobbyId) this.live.view.chat.add([message]);
  }

  /** Nobody is signed in any more, or the client is closed: the next player starts afresh. */
  reset(reason: LobbyCloseReason): void {
    this.#order = new ViewOrder();
    this.live.view?.end(reason);
    this.live.set(null);
  }

  #make(view: JoinedLobbyView): JoinedLobby {
    return new JoinedLobby({
      ...this.#parts,
      view,
      learned: (newer) => this.learned(newer.rev, newer, null),
      gone: (reason) => this.#gone(view.id, reason),
    });
  }

  #gone(lobbyId: string, reason: LobbyCloseReason): void {
    const lobby = this.live.view;
    if (lobby?.id !== lobbyId) return;
    this.#order.closeRev();
    lobby.end(reason);
    this.live.set(null);
  }
}
