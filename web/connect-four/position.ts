import type { Cells } from '../../rooms/connect-four/rules.ts';
import type { Side } from './sides.ts';

/** What the board shows: a copy of the room's state, which itself is changed in place. */
export interface Position {
  /** Row-major from the top, 0 empty, otherwise seat index + 1. */
  readonly cells: readonly number[];
  readonly turn: Side;
  /** Match time in ms. */
  readonly turnEndsAtMs: number;
  /** Where the newest disc lies; null if it isn't known, after a reload for instance. */
  readonly lastCell: number | null;
}

interface State {
  readonly cells: Cells;
  readonly turn: number;
  readonly turnEndsAtMs: number;
}

export function positionOf({ cells, turn, turnEndsAtMs }: State, before: Position | null): Position {
  const copy = Array.from({ length: cells.length }, (_, cell) => cells[cell] ?? 0);
  return { cells: copy, turn: turn === 0 ? 0 : 1, turnEndsAtMs, lastCell: lastCellOf(copy, before) };
}

/** Whose disc lies in a cell; null: nobody's. */
export function sideAt({ cells }: Pick<Position, 'cells'>, cell: number): Side | null {
  const value = cells[cell];
  return value === 1 || value === 2 ? ((value - 1) as Side) : null;
}

function lastCellOf(cells: readonly number[], before: Position | null): number | null {
  if (before === null) return null;
  const fresh = cells.flatMap((value, cell) => (value !== 0 && (before.cells[cell] ?? 0) === 0 ? [cell] : []));
  if (fresh.length === 0) return before.lastCell;
  return fresh.length === 1 ? (fresh[0] ?? null) : null;
}
