/** Connect four's rules, over anything that can be read like an array, so that the server's and a client's board both fit. */
export interface Cells {
  readonly length: number;
  readonly [cell: number]: number;
}

export const COLUMNS = 7;
export const ROWS = 6;
const IN_A_ROW = 4;
/** Right, down, and both diagonals, as steps of column and row. */
const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** The cell that a disc dropped into `column` (0–6) comes to lie in; null if the column is full. */
export function landingCell(cells: Cells, column: number): number | null {
  for (let row = ROWS - 1; row >= 0; row -= 1) {
    const cell = row * COLUMNS + column;
    if (cells[cell] === 0) return cell;
  }
  return null;
}

/** The four or more cells in a row through `cell` that are of its colour, in order; empty if there are none. */
export function winningLine(cells: Cells, cell: number): readonly number[] {
  for (const [columnStep, rowStep] of DIRECTIONS) {
    const before = run(cells, cell, [-columnStep, -rowStep]).reverse();
    const line = [...before, cell, ...run(cells, cell, [columnStep, rowStep])];
    if (line.length >= IN_A_ROW) return line;
  }
  return [];
}

export function isWin(cells: Cells, cell: number): boolean {
  return winningLine(cells, cell).length > 0;
}

export function isFull(cells: Cells): boolean {
  for (let column = 0; column < COLUMNS; column += 1) if (cells[column] === 0) return false;
  return true;
}

/** The cells of the same colour that follow `cell` in one direction, without it. */
function run(cells: Cells, cell: number, [columnStep, rowStep]: readonly [number, number]): number[] {
  const colour = cells[cell];
  const found: number[] = [];
  let column = (cell % COLUMNS) + columnStep;
  let row = Math.floor(cell / COLUMNS) + rowStep;
  while (column >= 0 && column < COLUMNS && row >= 0 && row < ROWS && cells[row * COLUMNS + column] === colour) {
    found.push(row * COLUMNS + column);
    column += columnStep;
    row += rowStep;
  }
  return found;
}
