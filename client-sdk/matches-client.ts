import type { GameTypes } from '../protocol/game-types.ts';
import { LiveValue } from './live.ts';
import { queryString } from './lobby-filter.ts';
import { MatchSession } from './match-session.ts';
import type { MatchSessionOptions } from './match-session.ts';
import type { Matches, MatchQuery, WatchableQuery } from './matches.ts';
import { ViewOrder } from './view-order.ts';
import type { MatchView, PageView } from './views.ts';

export type MatchParts = Omit<MatchSessionOptions, 'id' | 'known' | 'spectate'>;

/** The one implementation of {@link Matches}; also keeps the player's current match. */
export class MatchesClient implements Matches<GameTypes> {
  /** The match that this client sits in; null between matches. */
  readonly current = new LiveValue<MatchSession | null>(null);
  /** The match that the player is in, by the hub, whether this client sits in it or not. */
  readonly playing = new LiveValue<MatchView | null>(null);
  readonly #parts: MatchParts;
  readonly #opening = new Map<string, Promise<MatchSession>>();
  /** All that have not ended, also those whose seat is still being taken. */
  readonly #sessions = new Set<MatchSession>();
  #order = new ViewOrder();

  constructor(parts: MatchParts) {
    this.#parts = parts;
  }

  get(matchId: string): Promise<MatchView> {
    return this.#parts.api.call({ method: 'GET', path: `/v1/matches/${encodeURIComponent(matchId)}` });
  }

  history({ game, state, limit }: MatchQuery = {}, cursor?: string): Promise<PageView<MatchView>> {
    const query = queryString({ player: 'me', game, state, limit, cursor });
    return this.#parts.api.call({ method: 'GET', path: `/v1/matches${query}` });
  }

  /** Once a match: whoever asks again gets the same one while it is open. */
  join(matchId: string): Promise<MatchSession> {
    const known = this.#opening.get(matchId);
    if (known) return known;
    const opening = this.#open(matchId);
    this.#opening.set(matchId, opening);
    opening.catch(() => this.#opening.delete(matchId));
    return opening;
  }

  list({ game, limit }: WatchableQuery = {}, cursor?: string): Promise<PageView<MatchView>> {
    return this.#parts.api.call({ method: 'GET', path: `/v1/matches${queryString({ game, limit, cursor })}` });
  }

  /** Each time another one: a match that is watched is nobody's current one. */
  async watch(match: string | MatchView): Promise<MatchSession> {
    const [id, known] = typeof match === 'string' ? [match, null] : [match.id, match];
    const watched = this.#make({ id, known, spectate: true });
    await watched.open();
    return watched;
  }

  /** What the hub tells; null: in none. */
  learned(rev: number, view: MatchView | null): void {
    if (!this.#order.admits(rev, view?.version ?? 0)) return;
    this.playing.set(view?.state === 'playing' ? view : null);
    if (view && this.current.view?.id === view.id) this.current.view.learned(view);
  }

  reset(reason: 'closed' | 'signed-out'): void {
    this.#order = new ViewOrder();
    for (const session of this.#sessions) session.shutDown(reason);
    this.playing.set(null);
  }

  async #open(matchId: string): Promise<MatchSession> {
    const playing = this.playing.view;
    const known = playing?.id === matchId ? playing : null;
    const match = this.#make({ id: matchId, known, spectate: false });
    void this.#forget(match);
    await match.open();
    if (match.view.closeReason === null) this.current.set(match);
    return match;
  }

  #make(options: Pick<MatchSessionOptions, 'id' | 'known' | 'spectate'>): MatchSession {
    const session = new MatchSession({ ...this.#parts, ...options });
    this.#sessions.add(session);
    void session.closed.then(() => this.#sessions.delete(session));
    return session;
  }

  async #forget(match: MatchSession): Promise<void> {
    await match.closed;
    this.#opening.delete(match.id);
    if (this.current.view === match) this.current.set(null);
  }
}
