import { LOBBY_HIDDEN_AFTER_MS } from '../../protocol/limits.ts';
import type { LobbyState } from '../../protocol/states.ts';
import type { LobbyRow } from './full-lobby.ts';
import type { Condition, FilterOp, FilterValue, LobbyField, LobbyFilter } from './lobby-filter.ts';
import { clocksStandStill, isHidden } from './lobby-rules.ts';

/** What `lobby-query.ts` asks of the database, asked of a lobby in memory. */

/** Whether a list with this filter shows a lobby; null: only the database can tell. */
export function isInList(lobby: LobbyRow, filter: LobbyFilter, now: Date): boolean | null {
  if (lobby.private || lobby.state === 'closed' || isHidden(lobby, now)) return false;
  const verdicts = filter.map((condition) => fits(lobby, condition));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

/** Whether a filter's conditions on the state, if it has any, hold for this one. */
export function allowsState(filter: LobbyFilter, state: LobbyState): boolean {
  return filter.every((condition) => condition.field !== 'state' || compare(state, condition));
}

/** When a lobby will be hidden if nothing happens, in ms since the epoch; Infinity for never. */
export function hidesAtMs(lobby: Pick<LobbyRow, 'state' | 'emptySince'>): number {
  if (lobby.emptySince === null || clocksStandStill(lobby)) return Infinity;
  return lobby.emptySince.getTime() + LOBBY_HIDDEN_AFTER_MS;
}

const FIELDS: Readonly<Record<LobbyField, (lobby: LobbyRow) => FilterValue>> = {
  game: ({ game }) => game,
  state: ({ state }) => state,
  locked: ({ locked }) => locked,
  hasPassword: ({ passwordHash }) => passwordHash !== null,
  memberCount: ({ memberCount }) => memberCount,
  maxPlayers: ({ maxPlayers }) => maxPlayers,
  openSlots: ({ maxPlayers, memberCount }) => maxPlayers - memberCount,
  createdAt: ({ createdAt }) => createdAt.getTime(),
};

function fits(lobby: LobbyRow, { field, op, values }: Condition): boolean | null {
  if (field === 'createdAt') return compare(FIELDS.createdAt(lobby), { op, values: values.map(toTime) });
  // Its order is the database's own.
  if (field === 'game' && !['eq', 'ne', 'in'].includes(op)) return null;
  if (Object.hasOwn(FIELDS, field)) return compare(FIELDS[field as LobbyField](lobby), { op, values });
  const key = field.slice('data.'.length);
  const value = Object.hasOwn(lobby.dataPublic, key) ? lobby.dataPublic[key] : null;
  // No value is another one than any, and has no order.
  if (value === null || value === undefined) return op === 'ne';
  // How anything but a text reads as one is PostgreSQL's business.
  if (typeof value !== 'string') return null;
  // The bytes of UTF-8 have the order of collation "C".
  return compare(toBytes(value), { op, values: values.map(toBytes) });
}

function toTime(value: FilterValue): number {
  return Date.parse(String(value));
}

/** One character a byte, so that texts compare as their bytes do. */
function toBytes(value: FilterValue): string {
  return Buffer.from(String(value)).toString('latin1');
}

interface Comparison {
  readonly op: FilterOp;
  readonly values: readonly FilterValue[];
}

function compare(value: FilterValue, { op, values }: Comparison): boolean {
  const [other = value] = values;
  switch (op) {
    case 'eq':
      return value === other;
    case 'ne':
      return value !== other;
    case 'lt':
      return value < other;
    case 'le':
      return value <= other;
    case 'gt':
      return value > other;
    case 'ge':
      return value >= other;
    case 'in':
      return values.includes(value);
    default:
      return op satisfies never;
  }
}
