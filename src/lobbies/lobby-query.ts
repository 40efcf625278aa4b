import { and, asc, desc, eq, gt, inArray, isNull, ne, or, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { LOBBY_HIDDEN_AFTER_MS } from '../../protocol/limits.ts';
import { invalidParameter } from '../http/problem.ts';
import { lobbies } from '../store/schema.ts';
import { type Condition, type FilterOp, isStorableTime, type LobbyField, type LobbyFilter } from './lobby-filter.ts';
import type { LobbyRow } from './full-lobby.ts';

/** Filters and orders as SQL. */

const openSlots = sql<number>`(${lobbies.maxPlayers} - ${lobbies.memberCount})`.mapWith(Number);

const FIELDS: Readonly<Record<LobbyField, SQL | (typeof lobbies)[Exclude<LobbyField, 'openSlots' | 'hasPassword'>]>> = {
  game: lobbies.game,
  state: lobbies.state,
  locked: lobbies.locked,
  hasPassword: sql`(${lobbies.passwordHash} is not null)`,
  memberCount: lobbies.memberCount,
  maxPlayers: lobbies.maxPlayers,
  openSlots,
  createdAt: lobbies.createdAt,
};

/** All conditions of a filter. */
export function filterSql(filter: LobbyFilter): SQL | undefined {
  return and(...filter.map(conditionSql));
}

/** What anybody may find: neither private nor closed nor, for want of a connected member, hidden. */
export function listedSql(now: Date): SQL | undefined {
  return listedIfEmptyAfterSql(notHiddenAfter(now));
}

/** Without a connected member since before then, a lobby is hidden. */
export function notHiddenAfter(now: Date): Date {
  return new Date(now.getTime() - LOBBY_HIDDEN_AFTER_MS);
}

export function listedIfEmptyAfterSql(emptyAfter: Date | Placeholder): SQL | undefined {
  return and(
    eq(lobbies.private, false),
    ne(lobbies.state, 'closed'),
    or(
      isNull(lobbies.emptySince),
      gt(lobbies.emptySince, emptyAfter),
      inArray(lobbies.state, ['starting', 'in-match']),
    ),
  );
}

const COMPARISONS: Readonly<Record<Exclude<FilterOp, 'in'>, SQL>> = {
  eq: sql`=`,
  // A lobby without the key has another value, too.
  ne: sql`is distinct from`,
  lt: sql`<`,
  le: sql`<=`,
  gt: sql`>`,
  ge: sql`>=`,
};

function conditionSql({ field, op, values }: Condition): SQL {
  const key = field.startsWith('data.') ? field.slice('data.'.length) : null;
  const subject =
    key === null ? FIELDS[field as LobbyField] : sql`(${lobbies.dataPublic} ->> ${key}::text) collate "C"`;
  const operands = values.map((value) => operandSql(field, value));
  if (op === 'in') return sql`${subject} in (${sql.join(operands, sql`, `)})`;
  return sql`${subject} ${COMPARISONS[op]} ${operands[0]}`;
}

function operandSql(field: Condition['field'], value: Condition['values'][number]): SQL {
  if (field === 'createdAt') return sql`${value}::timestamptz`;
  if (typeof value === 'number') return sql`${value}::integer`;
  return typeof value === 'boolean' ? sql`${value}::boolean` : sql`${value}::text`;
}

export const SORT_FIELDS = ['createdAt', 'openSlots', 'memberCount'] as const;
/** `-` means descending. Ties are ordered by id, in the same direction. */
export interface LobbySort {
  readonly field: (typeof SORT_FIELDS)[number];
  readonly descending: boolean;
}

/** @throws ProblemError `invalid-request` at the parameter `sort` */
export function parseSort(sort: string = '-createdAt'): LobbySort {
  const field = SORT_FIELDS.find((known) => known === sort.replace(/^-/, ''));
  if (field !== undefined) return { field, descending: sort.startsWith('-') };
  const detail = `must be one of ${SORT_FIELDS.join(', ')}, with - in front for descending`;
  throw invalidParameter('sort', { code: 'invalid-value', detail });
}

export function orderSql({ field, descending }: LobbySort): SQL[] {
  const direction = descending ? desc : asc;
  return [direction(FIELDS[field]), direction(lobbies.id)];
}

/** Where a page ended: the last row's value of the sort field, and its id. */
export type Position = readonly [value: string | number, id: string];

/** Positions that a sort can have: whoever forges a cursor gets no further than to another place in the list. */
export function positionSchema({ field }: LobbySort): z.ZodType<Position> {
  const value = field === 'createdAt' ? CREATED_AT : z.int().min(-32_768).max(32_767);
  return z.tuple([value, z.string().max(64)]);
}

const CREATED_AT = z.iso.datetime({ precision: 3 }).refine((text) => isStorableTime(Date.parse(text)));

export function positionOf(lobby: LobbyRow, { field }: LobbySort): Position {
  if (field === 'createdAt') return [lobby.createdAt.toISOString(), lobby.id];
  return [field === 'memberCount' ? lobby.memberCount : lobby.maxPlayers - lobby.memberCount, lobby.id];
}

/** Rows beyond a position. Whatever was added or went away in the meantime, no row comes twice that has stood still. */
export function beyondSql([value, id]: Position, { field, descending }: LobbySort): SQL {
  const operand = operandSql(field, value);
  return descending
    ? sql`(${FIELDS[field]}, ${lobbies.id}) < (${operand}, ${id}::text)`
    : sql`(${FIELDS[field]}, ${lobbies.id}) > (${operand}, ${id}::text)`;
}
