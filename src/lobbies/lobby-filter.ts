import { MAX_IN_VALUES } from '../../protocol/limits.ts';
import { LOBBY_STATES } from '../../protocol/states.ts';
import type { GameRegistry } from '../games/registry.ts';
import { isStorableText } from '../http/parse-json.ts';
import { ProblemError } from '../http/problem.ts';

/** What a name may end in, as in `openSlots.ge`. */
export const FILTER_OPS = ['ne', 'lt', 'le', 'gt', 'ge', 'in'] as const;
/** `eq` is a name without an operator. */
export type FilterOp = 'eq' | (typeof FILTER_OPS)[number];
export type FilterValue = string | number | boolean;

const TYPES = {
  game: 'text',
  state: 'state',
  locked: 'boolean',
  hasPassword: 'boolean',
  memberCount: 'integer',
  maxPlayers: 'integer',
  openSlots: 'integer',
  createdAt: 'time',
} as const;
export type LobbyField = keyof typeof TYPES;
type FieldType = (typeof TYPES)[LobbyField] | 'data';

/** One condition; all of a filter's must hold. Canonical JSON: it is also what a cursor is bound to. */
export interface Condition {
  /** `data.<key>` reads `data.public.<key>` as a text. */
  readonly field: LobbyField | `data.${string}`;
  readonly op: FilterOp;
  /** One, or those of `in`. Times are RFC 3339 in UTC. */
  readonly values: readonly FilterValue[];
}
export type LobbyFilter = readonly Condition[];

/** Where a condition was written: a parameter of the query, or a member of `where` in the body. */
type Source = 'query' | 'where';

interface Entry {
  readonly source: Source;
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads the conditions of `GET /v1/lobbies`.
 * @param parameters name and text of each parameter that isn't `limit`, `sort` or `cursor`; a name may come repeatedly
 * @throws ProblemError `invalid-filter`
 */
export function parseQueryFilter(parameters: Iterable<readonly [string, string]>, games: GameRegistry): LobbyFilter {
  return parseFilter(
    [...parameters].map(([name, value]) => ({ source: 'query', name, value })),
    games,
  );
}

/**
 * Reads the conditions of a quick-join or a watched list: the same names with JSON values, `in` with an array or with a
 * text as in the query.
 * @throws ProblemError `invalid-filter`
 */
export function parseWhere(where: Readonly<Record<string, unknown>>, games: GameRegistry): LobbyFilter {
  return parseFilter(
    Object.entries(where).map(([name, value]) => ({ source: 'where', name, value })),
    games,
  );
}

/** Far more than anyone asks for; each costs the database some planning. */
const MAX_CONDITIONS = 32;

function parseFilter(entries: readonly Entry[], games: GameRegistry): LobbyFilter {
  const tooMany = entries[MAX_CONDITIONS];
  if (tooMany) throw invalidFilter(tooMany, 'too-many', `is one of more than ${MAX_CONDITIONS} conditions`);
  const lobbyKeys = lobbyKeysFor(entries, games);
  const conditions = entries.map((entry) => parseCondition(entry, lobbyKeys));
  return conditions.toSorted(byName);
}

/** One order for a filter, however it was written: all of its conditions must hold, so it means the same. */
function byName(a: Condition, b: Condition): number {
  const [left, right] = [`${a.field}.${a.op}`, `${b.field}.${b.op}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Keys that lists can be filtered by: those of the one game that is asked for, else those of any game. */
function lobbyKeysFor(entries: readonly Entry[], games: GameRegistry): ReadonlySet<string> {
  const named = entries.find(({ name }) => name === 'game')?.value;
  const names = typeof named === 'string' ? [named] : games.names;
  return new Set(names.flatMap((name) => games.get(name)?.lobbyKeys ?? []));
}

function parseCondition(entry: Entry, lobbyKeys: ReadonlySet<string>): Condition {
  const { field, op } = fieldAndOp(entry, lobbyKeys);
  const type = typeOf(field);
  if ((type === 'boolean' || type === 'state') && !['eq', 'ne', 'in'].includes(op)) {
    throw invalidFilter(entry, 'unknown-operator', `${field} has no order; use ne or in, or no operator`);
  }
  // What came in a query, and what stands in a list with commas, is text; else JSON has types of its own.
  const isText = entry.source === 'query' || (op === 'in' && typeof entry.value === 'string');
  const values = rawValues(entry, op).map((value) => parseValue(entry, type, isText ? fromText(type, value) : value));
  return { field, op, values };
}

function fieldAndOp(entry: Entry, lobbyKeys: ReadonlySet<string>): Pick<Condition, 'field' | 'op'> {
  const whole = asField(entry.name, lobbyKeys);
  if (whole !== null) return { field: whole, op: 'eq' };
  const dot = entry.name.lastIndexOf('.');
  const field = dot === -1 ? null : asField(entry.name.slice(0, dot), lobbyKeys);
  if (field === null) throw invalidFilter(entry, 'unknown-field', 'is not a field that lobbies can be filtered by');
  const op = FILTER_OPS.find((known) => known === entry.name.slice(dot + 1));
  if (op === undefined) throw invalidFilter(entry, 'unknown-operator', `must end in one of ${FILTER_OPS.join(', ')}`);
  return { field, op };
}

function asField(name: string, lobbyKeys: ReadonlySet<string>): Condition['field'] | null {
  if (Object.hasOwn(TYPES, name)) return name as LobbyField;
  return name.startsWith('data.') && lobbyKeys.has(name.slice('data.'.length)) ? (name as `data.${string}`) : null;
}

function typeOf(field: Condition['field']): FieldType {
  return Object.hasOwn(TYPES, field) ? TYPES[field as LobbyField] : 'data';
}

function rawValues(entry: Entry, op: FilterOp): readonly unknown[] {
  if (op !== 'in') return [entry.value];
  const values = typeof entry.value === 'string' ? entry.value.split(',') : entry.value;
  if (!Array.isArray(values)) throw invalidFilter(entry, 'wrong-type', 'must be a list of values');
  if (values.length === 0 || values.length > MAX_IN_VALUES) {
    throw invalidFilter(entry, 'too-large', `must have 1–${MAX_IN_VALUES} values`);
  }
  return values as unknown[];
}

function parseValue(entry: Entry, type: FieldType, value: unknown): FilterValue {
  if (!FITS[type](value)) throw invalidFilter(entry, 'wrong-type', `must be ${EXPECTED[type]}`);
  if (type === 'data') return String(value);
  return type === 'time' ? new Date(String(value)).toISOString() : (value as FilterValue);
}

function fromText(type: FieldType, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'integer') return /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

const EXPECTED: Readonly<Record<FieldType, string>> = {
  text: 'a text',
  data: 'a text, a number, true or false',
  state: `one of ${LOBBY_STATES.join(', ')}`,
  boolean: 'true or false',
  integer: 'an integer',
  time: 'a time such as 2030-01-31T12:00:00.000Z',
};

const MAX_INTEGER = 2 ** 31 - 1;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const FITS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  text: isText,
  data: (value) => isText(value) || typeof value === 'number' || typeof value === 'boolean',
  state: (value) => LOBBY_STATES.some((state) => state === value),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) <= MAX_INTEGER,
  time: (value) => typeof value === 'string' && RFC_3339.test(value) && isStorableTime(Date.parse(value)),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && isStorableText(value);
}

/** PostgreSQL knows no year 0, and RFC 3339 none beyond 9999. */
export function isStorableTime(timeMs: number): boolean {
  return timeMs >= Date.UTC(100, 0, 1) && timeMs < Date.UTC(10_000, 0, 1);
}

function invalidFilter({ source, name }: Entry, code: string, detail: string): ProblemError {
  const place =
    source === 'query'
      ? { parameter: name }
      : { pointer: `#/where/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` };
  return new ProblemError('invalid-filter', `${name}: ${detail}`, { errors: [{ ...place, code, detail }] });
}
