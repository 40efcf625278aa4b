import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { COLUMNS, landingCell } from '../../rooms/connect-four/rules.ts';
import { cellStyle } from './cell-style.ts';
import { Disc } from './disc.tsx';
import type { Side } from './sides.ts';
import { Discs } from './discs.tsx';
import { columnWords } from './move-words.ts';
import type { Position } from './position.ts';
import { WinningLine } from './winning-line.tsx';

export interface BoardProps {
  readonly position: Position;
  /** Whose disc hovers over the board; null: one only looks on. */
  readonly hand: Side | null;
  readonly pending: number | null;
  readonly winning: readonly number[];
  readonly onDrop: (column: number) => void;
}

const MIDDLE = 3;

/** The board: seven buttons, one a column, over discs and a plate with holes. */
export function Board({ position, hand, pending, winning, onDrop }: BoardProps): VNode {
  const [focused, setFocused] = useState(MIDDLE);
  const [aimed, setAimed] = useState<number | null>(null);
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const shown = pending ?? aimed;
  const target = shown === null || hand === null ? null : landingCell(position.cells, shown);
  const move = (event: KeyboardEvent): void => {
    const next = columnAfter(event.key, focused);
    if (next === null) return;
    event.preventDefault();
    buttons.current[next]?.focus();
  };
  return (
    <div class={`board${winning.length > 0 ? ' is-won' : ''}`} data-testid="board">
      <div class="board-hand" aria-hidden="true">
        {hand !== null && shown !== null && (
          <span class={`hand${pending === null ? '' : ' is-dropping'}`} style={{ '--column': shown }}>
            <Disc side={hand} />
          </span>
        )}
      </div>
      <div class="board-frame">
        <Discs position={position} winning={winning} />
        {target !== null && hand !== null && (
          <span class="ghost" style={cellStyle(target)} aria-hidden="true">
            <Disc side={hand} />
          </span>
        )}
        <div class="plate" aria-hidden="true" />
        <WinningLine cells={winning} />
        <div class="columns" role="group" aria-label="Board, seven columns" onKeyDown={move}>
          {Array.from({ length: COLUMNS }, (_, column) => (
            <button
              key={column}
              ref={(button) => {
                buttons.current[column] = button;
              }}
              type="button"
              class="column"
              tabIndex={column === focused ? 0 : -1}
              aria-label={columnWords(position, column)}
              aria-disabled={hand === null}
              onClick={() => onDrop(column)}
              onFocus={(event) => {
                setFocused(column);
                if (event.currentTarget.matches(':focus-visible')) setAimed(column);
              }}
              onBlur={() => setAimed(null)}
              onPointerEnter={(event) => {
                if (event.pointerType === 'mouse') setAimed(column);
              }}
              onPointerLeave={() => setAimed(null)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function columnAfter(key: string, column: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return (column + COLUMNS - 1) % COLUMNS;
    case 'ArrowRight':
      return (column + 1) % COLUMNS;
    case 'Home':
      return 0;
    case 'End':
      return COLUMNS - 1;
    default:
      return null;
  }
}
