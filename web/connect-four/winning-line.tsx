import type { VNode } from 'preact';
import { COLUMNS, ROWS } from '../../rooms/connect-four/rules.ts';

/** A stroke through the discs that won. */
export function WinningLine({ cells }: { readonly cells: readonly number[] }): VNode | null {
  const first = cells[0];
  const last = cells.at(-1);
  if (first === undefined || last === undefined) return null;
  const [x1, y1] = centreOf(first);
  const [x2, y2] = centreOf(last);
  return (
    <svg class="winning-line" viewBox={`0 0 ${COLUMNS} ${ROWS}`} aria-hidden="true">
      <line x1={x1} y1={y1} x2={x2} y2={y2} pathLength={1} />
    </svg>
  );
}

function centreOf(cell: number): readonly [x: number, y: number] {
  return [(cell % COLUMNS) + 0.5, Math.floor(cell / COLUMNS) + 0.5];
}
