import { winningLine } from '../../rooms/connect-four/rules.ts';

/** The cells of the line that won, from one end to the other; empty if there is none on the board. */
export function winningCells(cells: readonly number[]): readonly number[] {
  for (const [cell, value] of cells.entries()) {
    const line = value === 0 ? [] : winningLine(cells, cell);
    if (line.length > 0) return line;
  }
  return [];
}
