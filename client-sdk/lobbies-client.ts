import type { GameTypes } from '../protocol/game-types.ts';
import type { CurrentLobby } from './current-lobby.ts';
import type { JoinedLobby } from './joined-lobby.ts';
import type { JoinOptions, Lobbies, LobbyOptions } from './lobbies.ts';
import { flattenWhere, lobbyQueryString } from './lobby-filter.ts';
import type { LobbyQuery, LobbyWhere } from './lobby-filter.ts';
import { WatchedLobbies } from './watched-lobbies.ts';
import type { HubPool } from './hub-pool.ts';
import type { Api } from './session.ts';
import type { JoinedLobbyView, LobbySummary, LobbyView, PageView } from './views.ts';

export interface LobbiesClientOptions {
  readonly api: Api;
  readonly current: CurrentLobby;
  readonly hubs: HubPool;
}

/** The one implementation of {@link Lobbies}. Its types are those of any game; the public surface narrows them. */
export class LobbiesClient implements Lobbies<GameTypes> {
  readonly #options: LobbiesClientOptions;

  constructor(options: LobbiesClientOptions) {
    this.#options = options;
  }

  async create(options: { readonly game: string } & LobbyOptions): Promise<JoinedLobby> {
    return this.#entered(await this.#post('/v1/lobbies', options));
  }

  async join(lobby: string | LobbySummary, options: JoinOptions = {}): Promise<JoinedLobby> {
    const id = encodeURIComponent(typeof lobby === 'string' ? lobby : lobby.id);
    const path = `/v1/lobbies/${id}/members/me`;
    return this.#entered(await this.#options.api.call<JoinedLobbyView>({ method: 'PUT', path, body: options }));
  }

  async joinByCode(code: string, { password }: { readonly password?: string | undefined } = {}): Promise<JoinedLobby> {
    return this.#entered(await this.#post('/v1/lobbies/join-by-code', { code: code.trim(), password }));
  }

  async quickJoin(options: {
    readonly game: string;
    readonly where?: LobbyWhere | undefined;
    readonly create?: LobbyOptions | undefined;
  }): Promise<JoinedLobby> {
    const { game, where, create } = options;
    const body = { game, where: where && flattenWhere(where), create };
    return this.#entered(await this.#post('/v1/lobbies/quick-join', body));
  }

  list(query: LobbyQuery = {}, cursor?: string): Promise<PageView<LobbySummary>> {
    return this.#options.api.call({ method: 'GET', path: `/v1/lobbies${lobbyQueryString(query, cursor)}` });
  }

  watch({ sort, limit, ...where }: LobbyQuery = {}): WatchedLobbies {
    const request = { where: flattenWhere(where), ...(sort && { sort }), ...(limit !== undefined && { limit }) };
    return new WatchedLobbies((watcher) => this.#options.hubs.watch({ request, watcher }));
  }

  get(lobbyId: string): Promise<LobbyView> {
    return this.#options.api.call({ method: 'GET', path: `/v1/lobbies/${encodeURIComponent(lobbyId)}` });
  }

  #post(path: string, body: object): Promise<JoinedLobbyView> {
    return this.#options.api.call({ method: 'POST', path, body, keyed: true });
  }

  #entered(view: JoinedLobbyView): JoinedLobby {
    return this.#options.current.entered(view);
  }
}
