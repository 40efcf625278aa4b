import { COLUMNS, ROWS } from '../../rooms/connect-four/rules.ts';
import { SIDE_NAMES } from './sides.ts';
import { sideAt } from './position.ts';
import type { Position } from './position.ts';

/** How a player is spoken of: `You` or a name. */
export type NameOf = (side: number) => string;

/** While the seats are taken. */
export const BEGINNING_WORDS = 'Setting the board…';

/** What a move did, for those who can't see it; empty if nothing happened. */
export function moveWords(before: Position, after: Position, nameOf: NameOf): string {
  const words: string[] = [];
  if (after.lastCell !== null && after.lastCell !== before.lastCell)
    words.push(dropWords(after, after.lastCell, nameOf));
  if (after.turn !== before.turn) words.push(turnWords(after.turn, nameOf));
  return words.join(' ');
}

export function turnWords(side: number, nameOf: NameOf): string {
  const name = nameOf(side);
  return name === 'You' ? 'Your turn.' : `${name}’s turn.`;
}

/** A column as its button says it: what lies in it, from the bottom, and whether there is room. */
export function columnWords(position: Pick<Position, 'cells'>, column: number): string {
  const sides = Array.from({ length: ROWS }, (_, row) => sideAt(position, (ROWS - 1 - row) * COLUMNS + column));
  const discs = sides.filter((side) => side !== null).map((side) => SIDE_NAMES[side]);
  const contents = discs.length === 0 ? 'empty' : `from the bottom ${discs.join(', ')}`;
  return `Column ${column + 1}: ${contents}${discs.length === ROWS ? ', full' : ''}`;
}

function dropWords(position: Position, cell: number, nameOf: NameOf): string {
  const side = sideAt(position, cell) ?? 0;
  const row = ROWS - Math.floor(cell / COLUMNS);
  return `${nameOf(side)}: column ${(cell % COLUMNS) + 1}, row ${row}.`;
}
