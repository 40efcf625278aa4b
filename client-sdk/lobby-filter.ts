import type { LobbyState } from '../protocol/states.ts';

/** A value to equal, or comparisons that must all hold. */
export type Comparison<Value> =
  | Value
  | {
      readonly ne?: Value | undefined;
      readonly lt?: Value | undefined;
      readonly le?: Value | undefined;
      readonly gt?: Value | undefined;
      readonly ge?: Value | undefined;
      /** 1–20 values. */
      readonly in?: readonly Value[] | undefined;
    };

/** Which lobbies: everything that is named must hold. Left out: `state` is `open`. */
export interface LobbyWhere<Name extends string = string> {
  readonly game?: Name | undefined;
  readonly state?: Comparison<LobbyState> | undefined;
  readonly locked?: boolean | undefined;
  readonly hasPassword?: boolean | undefined;
  readonly memberCount?: Comparison<number> | undefined;
  readonly maxPlayers?: Comparison<number> | undefined;
  readonly openSlots?: Comparison<number> | undefined;
  /** RFC 3339. */
  readonly createdAt?: Comparison<string> | undefined;
  /** Values under `data.public`, for the keys that the game lists as `lobbyKeys`. */
  readonly data?: Readonly<Record<string, Comparison<string>>> | undefined;
}

type SortField = 'createdAt' | 'openSlots' | 'memberCount';

/** Which lobbies, in which order, how many. */
export interface LobbyQuery<Name extends string = string> extends LobbyWhere<Name> {
  /** `-` for descending. Left out: `-createdAt`. */
  readonly sort?: SortField | `-${SortField}` | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}

export type FlatWhere = Record<string, string | number | boolean>;

/** The wire's form of a filter: `{ openSlots: { ge: 1 } }` becomes `{ 'openSlots.ge': 1 }`. */
export function flattenWhere(where: LobbyWhere): FlatWhere {
  const { game, state, locked, hasPassword, memberCount, maxPlayers, openSlots, createdAt, data = {} } = where;
  const flat: FlatWhere = {};
  const fields = { game, state, locked, hasPassword, memberCount, maxPlayers, openSlots, createdAt };
  for (const [field, comparison] of Object.entries(fields)) addComparison(flat, field, comparison);
  for (const [key, comparison] of Object.entries(data)) addComparison(flat, `data.${key}`, comparison);
  return flat;
}

function addComparison(
  flat: FlatWhere,
  field: string,
  comparison: Comparison<string | number | boolean> | undefined,
): void {
  if (comparison === undefined) return;
  if (typeof comparison !== 'object') {
    flat[field] = comparison;
    return;
  }
  const { in: oneOf, ...others } = comparison;
  for (const [operator, value] of Object.entries(others)) if (value !== undefined) flat[`${field}.${operator}`] = value;
  if (oneOf) flat[`${field}.in`] = oneOf.join(',');
}

/** A query string with its `?`; empty if nothing is in it. */
export function queryString(
  parameters: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The query string of `GET /v1/lobbies`. */
export function lobbyQueryString({ sort, limit, ...where }: LobbyQuery, cursor?: string): string {
  return queryString({ ...flattenWhere(where), sort, limit, cursor });
}
