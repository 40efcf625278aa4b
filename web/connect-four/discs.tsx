import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { cellStyle } from './cell-style.ts';
import { Disc } from './disc.tsx';
import { sideAt } from './position.ts';
import type { Position } from './position.ts';

export interface DiscsProps {
  readonly position: Position;
  readonly winning: readonly number[];
}

/** The discs on the board. One that is new falls; those that were there when the board appeared just lie. */
export function Discs({ position, winning }: DiscsProps): VNode {
  const settled = useRef(new Set(takenCells(position)));
  const taken = takenCells(position);
  useEffect(() => {
    // A new game on the same board begins with no disc settled.
    if (taken.length === 0) settled.current.clear();
  }, [taken.length]);
  return (
    <div class="discs" aria-hidden="true">
      {taken.map((cell) => {
        const side = sideAt(position, cell);
        const marks = [
          settled.current.has(cell) ? '' : ' is-falling',
          winning.includes(cell) ? ' is-winning' : '',
          cell === position.lastCell ? ' is-last' : '',
        ];
        return (
          <span key={cell} class={`cell${marks.join('')}`} style={cellStyle(cell)} data-cell={cell} data-side={side}>
            {side !== null && <Disc side={side} />}
          </span>
        );
      })}
    </div>
  );
}

function takenCells({ cells }: Position): number[] {
  return cells.flatMap((value, cell) => (value === 0 ? [] : [cell]));
}
