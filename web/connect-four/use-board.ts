import { useEffect, useRef, useState } from 'preact/hooks';
import type { MatchOf } from '../games/page-game.ts';
import { positionOf } from './position.ts';
import type { Position } from './position.ts';

export interface BoardView {
  readonly position: Position;
  /** What is left of the turn in ms, at the moment of the call. */
  readonly turnLeftMs: () => number;
}

/** Follows a match's board and clock; `onChange` is told of every step from one position to the next. */
export function useBoard(
  match: MatchOf<'connect-four'>,
  onChange: (before: Position, after: Position) => void,
): BoardView {
  const [position, setPosition] = useState(() => positionOf(match.state, null));
  const latest = useRef(position);
  const { turnMs } = match.info.settings;
  useEffect(
    () =>
      match.onPatch((state) => {
        const before = latest.current;
        const after = positionOf(state, before);
        latest.current = after;
        setPosition(after);
        onChange(before, after);
      }),
    [match],
  );
  const turnLeftMs = (): number => {
    const leftMs = position.turnEndsAtMs - (match.nowMs() ?? position.turnEndsAtMs - turnMs);
    return Math.min(turnMs, Math.max(0, leftMs));
  };
  return { position, turnLeftMs };
}
