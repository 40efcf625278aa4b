import { COLUMNS } from '../../rooms/connect-four/rules.ts';

/** Where a cell is, for the style sheet. */
export function cellStyle(cell: number): { readonly '--column': number; readonly '--row': number } {
  return { '--column': cell % COLUMNS, '--row': Math.floor(cell / COLUMNS) };
}
