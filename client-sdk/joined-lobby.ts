import { LobbyChat } from './chat.ts';
import { GyreError } from './gyre-error.ts';
import type { HttpRequest } from './http-client.ts';
import { firstFound, LiveValue } from './live.ts';
import type { DataChange, Lobby, LobbyChange, LobbyCloseReason } from './lobby.ts';
import { isNoSeat } from './match-end.ts';
import type { Match } from './match.ts';
import type { Api } from './session.ts';
import { aborted, unlessAborted } from './unless-aborted.ts';
import type { JoinedLobbyView } from './views.ts';

export interface JoinedLobbyOptions {
  readonly api: Api;
  readonly view: JoinedLobbyView;
  /** Each answer is a view of this lobby, to be put in order with what the hub tells. */
  readonly learned: (view: JoinedLobbyView) => void;
  /** An answer said that the player is out, without a view. */
  readonly gone: (reason: LobbyCloseReason) => void;
  readonly myId: () => string | null;
  readonly takeSeat: (matchId: string) => Promise<Match>;
}

/** The one implementation of {@link Lobby}. Its types are those of any game; the public surface narrows them. */
export class JoinedLobby implements Lobby {
  readonly id: string;
  readonly game: string;
  readonly chat: LobbyChat;
  readonly #options: JoinedLobbyOptions;
  readonly #view: LiveValue<JoinedLobbyView>;
  readonly #closed = Promise.withResolvers<LobbyCloseReason>();
  readonly #over = new AbortController();
  #closeReason: LobbyCloseReason | null = null;
  #lastMatchId: string | null = null;
  #lastMatch: Match | null = null;

  constructor(options: JoinedLobbyOptions) {
    this.#options = options;
    this.id = options.view.id;
    this.game = options.view.game;
    this.chat = new LobbyChat(options.api, this.id);
    this.#view = new LiveValue(options.view);
  }

  get view(): JoinedLobbyView {
    return this.#view.view;
  }

  get subscribe(): Lobby['subscribe'] {
    return this.#view.subscribe;
  }

  get closed(): Promise<LobbyCloseReason> {
    return this.#closed.promise;
  }

  get isHost(): boolean {
    return this.view.hostId === this.#options.myId();
  }

  /** A newer view; the caller has seen to their order. */
  follow(view: JoinedLobbyView): void {
    // An answer and the hub tell the same; nobody need look at it twice.
    if (JSON.stringify(view) !== JSON.stringify(this.view)) this.#view.set(view);
  }

  end(reason: LobbyCloseReason): void {
    this.#closeReason ??= reason;
    this.#over.abort();
    this.#closed.resolve(this.#closeReason);
  }

  setReady(ready = true): Promise<void> {
    return this.#change('PATCH', '/members/me', { ready });
  }

  setTeam(team: string | null): Promise<void> {
    return this.#change('PATCH', '/members/me', { team });
  }

  setData(data: DataChange | null): Promise<void> {
    return this.#change('PATCH', '/members/me', { data });
  }

  update(change: LobbyChange, { ifUnchanged = false } = {}): Promise<void> {
    return this.#change('PATCH', '', change, { ifMatch: ifUnchanged ? `"${this.view.version}"` : undefined });
  }

  async kick(playerId: string): Promise<void> {
    await this.#call('DELETE', `/members/${encodeURIComponent(playerId)}`);
  }

  async unban(playerId: string): Promise<void> {
    await this.#call('DELETE', `/bans/${encodeURIComponent(playerId)}`, undefined, { repeatable: true });
  }

  makeHost(playerId: string): Promise<void> {
    return this.#change('PUT', '/host', { playerId });
  }

  start({ countdownMs }: { readonly countdownMs?: number } = {}): Promise<void> {
    return this.#change('POST', '/start', { countdownMs }, { keyed: true });
  }

  cancel(): Promise<void> {
    return this.#change('DELETE', '/start');
  }

  /**
   * Waits until the match that `nextMatch` gave out last is no longer the lobby's: the news of its end takes a moment. Resolves
   * with whether the lobby has none then; false as well if it is over, or `signal` gives up.
   */
  async isBetweenMatches(signal: AbortSignal): Promise<boolean> {
    const over = AbortSignal.any([this.#over.signal, signal]);
    const isOther = ({ matchId }: JoinedLobbyView): Pick<JoinedLobbyView, 'matchId'> | null =>
      this.#wasGivenOut(matchId) ? null : { matchId };
    const other = await firstFound(this.#view, isOther, over);
    return other?.matchId === null;
  }

  /** The lobby's match goes on, but this player has left it. */
  get hasGivenUpSeat(): boolean {
    const closeReason = this.#lastMatch?.view.closeReason;
    const isGivenUp = closeReason === 'left' || closeReason === 'seat-given-up';
    return isGivenUp && this.#lastMatch?.id === this.view.matchId;
  }

  async leave(): Promise<void> {
    await this.#call('DELETE', '/members/me').catch(unlessGone);
    this.#options.gone('left');
  }

  async close(): Promise<void> {
    await this.#call('DELETE', '').catch(unlessGone);
    this.#options.gone('closed');
  }

  async report(playerId: string, reason: string, messageId?: string): Promise<void> {
    await this.#call('POST', '/reports', { playerId, reason, messageId }, { keyed: true });
  }

  async nextMatch({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Match> {
    for (;;) {
      const matchId = await this.#nextMatchId(signal);
      this.#lastMatchId = matchId;
      try {
        this.#lastMatch = await unlessAborted(this.#options.takeSeat(matchId), signal);
        return this.#lastMatch;
      } catch (error) {
        if (GyreError.is(error, 'aborted')) this.#lastMatchId = null;
        // Over before we came, or without us: there will be another one.
        if (!isNoSeat(error)) throw error;
      }
    }
  }

  #wasGivenOut(matchId: string | null): boolean {
    return matchId !== null && matchId === this.#lastMatchId;
  }

  async #nextMatchId(signal: AbortSignal | undefined): Promise<string> {
    const over = AbortSignal.any([this.#over.signal, ...(signal ? [signal] : [])]);
    const isNew = ({ matchId }: JoinedLobbyView): string | null => (this.#wasGivenOut(matchId) ? null : matchId);
    const matchId = await firstFound(this.#view, isNew, over);
    if (matchId !== null) return matchId;
    if (this.#closeReason) throw new GyreError('not-in-lobby', this.#closeReason);
    throw aborted();
  }

  async #change(
    method: HttpRequest['method'],
    path: string,
    body?: object,
    more: Partial<HttpRequest> = {},
  ): Promise<void> {
    this.#options.learned(await this.#call<JoinedLobbyView>(method, path, body, more));
  }

  #call<Body>(
    method: HttpRequest['method'],
    path: string,
    body?: object,
    more: Partial<HttpRequest> = {},
  ): Promise<Body> {
    if (this.#closeReason) return Promise.reject(new GyreError('not-in-lobby', this.#closeReason));
    return this.#options.api.call<Body>({ method, path: `/v1/lobbies/${this.id}${path}`, body, ...more });
  }
}

/** To be out was the aim. */
function unlessGone(error: unknown): void {
  if (!GyreError.is(error, 'not-found') && !GyreError.is(error, 'not-member')) throw error;
}
