import type { MatchResult, Placement } from '../../protocol/room-messages.ts';
import { isPlainObject } from './kept.ts';
import type { SeatInit } from './ports.ts';

/** Deeper data is a cycle, more likely than not. */
const MAX_DATA_DEPTH = 32;

/** How a match ends. */
export interface Finish {
  /**
   * Best first; seats in one group share their place. `[[a], [b, c]]` gives a place 1, b and c place 2. `[seats]` is a
   * draw. Every seat must be in it exactly once.
   */
  readonly placements: readonly (readonly { readonly index: number }[])[];
  /** By seat index; left out: no scores. */
  readonly scores?: Readonly<Record<number, number>>;
  /** Anything that a result page wants to show; plain data, as JSON has it. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Turns the author's groups into places: 1, 1, 3. Throws if a seat is missing, doubled or unknown, and for scores and data
 * that can't be stored: found out later, they would leave a match that is over and can't end.
 */
export function toResult(finish: Finish, seats: readonly SeatInit[]): MatchResult {
  const placements: Placement[] = [];
  const placed = new Set<number>();
  let place = 1;
  for (const group of finish.placements) {
    for (const { index } of group) {
      const seat = seats[index];
      if (seat === undefined || placed.has(index))
        throw new Error(`finish(): seat ${index} is unknown or placed twice.`);
      placed.add(index);
      placements.push({ seatIndex: index, playerId: seat.playerId, place, score: scoreOf(finish, index) });
    }
    place += group.length;
  }
  if (placed.size !== seats.length) throw new Error(`finish(): ${seats.length - placed.size} seats have no place.`);
  const data = finish.data ?? {};
  assertStorable(data, 'data');
  if (Array.isArray(data) || typeof data !== 'object') throw new TypeError('finish(): data must be a plain object.');
  // As it will be read back, so that a result told twice is found to be the same; and out of the game's reach.
  return { placements, data: JSON.parse(JSON.stringify(data)) as MatchResult['data'] };
}

function scoreOf({ scores }: Finish, index: number): number | null {
  const score: unknown = scores?.[index] ?? null;
  if (score === null || (typeof score === 'number' && Number.isFinite(score))) return score;
  throw new TypeError(`finish(): the score of seat ${index} must be a finite number.`);
}

/** JSON, and of that only what PostgreSQL has a place for: neither NUL nor half a surrogate pair. */
function assertStorable(value: unknown, path: string, depth = 0): void {
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return;
  if (typeof value === 'string' && isStorableText(value)) return;
  const isPlain = Array.isArray(value) || (typeof value === 'object' && isPlainObject(value));
  if (!isPlain || depth === MAX_DATA_DEPTH) {
    throw new TypeError(
      `finish(): ${path} can't be stored; use null, booleans, finite numbers, texts without NUL, arrays and plain objects.`,
    );
  }
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorableText(key)) throw new TypeError(`finish(): a key in ${path} can't be stored.`);
    if (inner !== undefined) assertStorable(inner, `${path}.${key}`, depth + 1);
  }
}

function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
