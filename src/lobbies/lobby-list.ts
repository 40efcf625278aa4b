import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../../protocol/limits.ts';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import type { GameRegistry } from '../games/registry.ts';
import { decodeCursor, encodeCursor } from '../http/paging.ts';
import { invalidField } from '../http/problem.ts';
import { lobbies, lobbyMembers, players } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import type { LobbyRow } from './full-lobby.ts';
import { type Condition, type LobbyFilter, parseWhere } from './lobby-filter.ts';
import {
  beyondSql,
  filterSql,
  listedIfEmptyAfterSql,
  type LobbySort,
  listedSql,
  notHiddenAfter,
  orderSql,
  parseSort,
  positionOf,
  positionSchema,
} from './lobby-query.ts';
import { lobbyInList } from './lobby-view.ts';

/** A list of lobbies to be read, perhaps again and again. */
export interface LobbyQuery {
  readonly filter: LobbyFilter;
  readonly sort: LobbySort;
  readonly limit: number;
}

/** What of a lobby may have changed although its version is the same. */
const UNVERSIONED = {
  id: lobbies.id,
  version: lobbies.version,
  state: lobbies.state,
  emptySince: lobbies.emptySince,
};

/** Joined by commas, which no id has: much cheaper to read than an array. */
const MEMBER_IDS = sql<
  string | null
>`(select string_agg(m.player_id, ',') from ${lobbyMembers} m where m.lobby_id = ${lobbies}.id)`;
const OPEN: Condition = { field: 'state', op: 'eq', values: ['open'] };

/** Lists of the lobbies that anybody may find. */
export class LobbyList {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #games: GameRegistry;

  constructor({ db, clock, games }: { readonly db: Database; readonly clock: Clock; readonly games: GameRegistry }) {
    this.#db = db;
    this.#clock = clock;
    this.#games = games;
  }

  /**
   * What a hub's `watch` asks for, checked. `where` as in a quick-join, `sort` and `limit` as in `GET /v1/lobbies`.
   * @throws ProblemError `invalid-filter`, `invalid-request`
   */
  parseWatch(watch: {
    readonly where: Readonly<Record<string, unknown>>;
    readonly sort?: string | undefined;
    readonly limit?: number | undefined;
  }): LobbyQuery {
    const { where, sort, limit = PAGE_LIMIT_DEFAULT } = watch;
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT_MAX) {
      throw invalidField('#/limit', 'invalid-value', `must be an integer from 1 to ${PAGE_LIMIT_MAX}`);
    }
    return { filter: parseWhere(where, this.#games), sort: parseSort(sort), limit };
  }

  /**
   * A page, as `callerId` sees it.
   * @param cursor of the page before; null for the first page
   * @throws ProblemError `invalid-cursor`
   */
  async read(query: LobbyQuery, callerId: string, cursor: string | null = null): Promise<Page<Lobby>> {
    const { sort, limit } = query;
    const filter = withDefaultState(query.filter);
    const bound = boundTo({ filter, sort });
    const beyond = cursor === null ? undefined : beyondSql(decodeCursor(cursor, bound, positionSchema(sort)), sort);
    const rows = await this.#db
      .select({ lobby: getTableColumns(lobbies), rev: players.rev })
      .from(lobbies)
      .leftJoin(lobbyMembers, and(eq(lobbyMembers.lobbyId, lobbies.id), eq(lobbyMembers.playerId, callerId)))
      .leftJoin(players, eq(players.id, lobbyMembers.playerId))
      .where(and(listedSql(this.#clock.now()), filterSql(filter), beyond))
      .orderBy(...orderSql(sort))
      .limit(limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1)?.lobby : undefined;
    return {
      items: page.map(({ lobby, rev }) => lobbyInList({ lobby, rev, teams: this.#games.get(lobby.game)?.teams ?? [] })),
      nextCursor: last === undefined ? null : encodeCursor(positionOf(last, sort), bound),
    };
  }

  /** A query for the first `count` lobbies of a list, made once to be run often. */
  prepareFirst({ filter, sort }: Pick<LobbyQuery, 'filter' | 'sort'>, count: number): () => Promise<FirstLobbies> {
    const prepared = this.#db
      .select({ ...UNVERSIONED, memberIds: MEMBER_IDS })
      .from(lobbies)
      .where(and(listedIfEmptyAfterSql(sql.placeholder('emptyAfter')), filterSql(filter)))
      .orderBy(...orderSql(sort))
      .limit(count)
      // Without a name: the database forgets it with the next.
      .prepare('');
    return () => prepared.execute({ emptyAfter: notHiddenAfter(this.#clock.now()).toISOString() });
  }

  /** Lobbies as they are, by id. */
  async readWhole(ids: readonly string[]): Promise<ReadonlyMap<string, LobbyRow>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .select()
      .from(lobbies)
      .where(inArray(lobbies.id, [...ids]));
    return new Map(rows.map((lobby) => [lobby.id, lobby]));
  }

  /** A listed lobby as everyone but its members sees it. */
  viewForOutsiders(lobby: LobbyRow): Omit<Lobby, 'members'> {
    return lobbyInList({ lobby, rev: null, teams: this.#games.get(lobby.game)?.teams ?? [] });
  }
}

type FirstLobbies = readonly (Pick<LobbyRow, keyof typeof UNVERSIONED> & { readonly memberIds: string | null })[];

/** What a cursor of a list is bound to. */
export function boundTo({ filter, sort }: Pick<LobbyQuery, 'filter' | 'sort'>): object {
  return { list: 'lobbies', filter, sort };
}

/** Open lobbies, unless a condition speaks of the state. */
export function withDefaultState(filter: LobbyFilter): LobbyFilter {
  return filter.some(({ field }) => field === 'state') ? filter : [...filter, OPEN];
}
