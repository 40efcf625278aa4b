import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import type { LobbyExitReason } from '../../protocol/states.ts';
import type { MatchRow } from '../matches/match-store.ts';
import { matchView } from '../matches/match-view.ts';
import type { HubConnection } from '../realtime/ports.ts';
import type { PlayerView } from './player-views.ts';

/** What a socket has been shown last, of one kind of view. */
interface Shown {
  readonly id: string | null;
  readonly rev: number;
  /** 0 for null. */
  readonly version: number;
}

/** What goes to a socket besides its player's view. */
export interface Delivery {
  readonly view: PlayerView;
  /** Why the player is in no lobby any more, as far as it is known. */
  readonly exit: LobbyExitReason | null;
  /** Matches by id, those among them that this socket shows and that may be over. */
  readonly matches: ReadonlyMap<string, MatchRow>;
  readonly now: Date;
}

/** Remembers what one socket was shown, so that it is told what is new to it, in order, and nothing twice. */
export class SocketMemory {
  readonly connection: HubConnection;
  #lobby: Shown | null = null;
  #match: Shown | null = null;

  constructor(connection: HubConnection) {
    this.connection = connection;
  }

  /** It has had `hello`, `lobby` and `match`. */
  get greeted(): boolean {
    return this.#match !== null;
  }

  /** The match that it shows; null: none. */
  get matchId(): string | null {
    return this.#match?.id ?? null;
  }

  deliver(delivery: Delivery): void {
    if (!this.greeted) {
      const { playerId } = this.connection;
      const serverTimeAt = delivery.now.toISOString();
      this.connection.send('hello', { protocol: PROTOCOL_VERSION, playerId, serverTimeAt });
    }
    this.#deliverLobby(delivery);
    this.#deliverEnd(delivery);
    this.#deliverMatch(delivery.view);
  }

  #deliverLobby({ view: { rev, lobby }, exit }: Delivery): void {
    const next = { id: lobby?.id ?? null, rev, version: lobby?.version ?? 0 };
    if (!isNews(this.#lobby, next)) return;
    const reason = lobby === null && this.#lobby !== null ? exit : null;
    this.#lobby = next;
    this.connection.send('lobby', { rev, lobby, reason });
  }

  /** The end of the match that was shown comes before what is shown instead, still as of the player's time in it. */
  #deliverEnd({ view, matches }: Delivery): void {
    const shown = this.#match;
    const match = matches.get(shown?.id ?? '');
    if (!shown || !match || match.id === view.match?.id || (match.state !== 'finished' && match.state !== 'abandoned'))
      return;
    const { playerId } = this.connection;
    if (!match.seats.some((seat) => seat.playerId === playerId && !seat.givenUp)) return;
    const next = { id: match.id, rev: shown.rev, version: match.version };
    if (!isNews(shown, next)) return;
    this.#match = next;
    this.connection.send('match', { rev: next.rev, match: matchView(match) });
  }

  #deliverMatch({ rev, match }: PlayerView): void {
    const next = { id: match?.id ?? null, rev, version: match?.version ?? 0 };
    if (!isNews(this.#match, next)) return;
    this.#match = next;
    this.connection.send('match', { rev, match: match && matchView(match) });
  }
}

/**
 * Whether `next` is news after what was shown, and not behind it: versions compare after revisions. A lobby shows its
 * member's revision, so that alone is news too; where there is nothing to see, it is not.
 */
function isNews(shown: Shown | null, next: Shown): boolean {
  if (shown === null) return true;
  if (next.rev !== shown.rev) return next.rev > shown.rev && !(shown.id === null && next.id === null);
  return next.version > shown.version;
}
