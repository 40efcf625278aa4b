import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { Client, OwnMatch } from '../app/parts.ts';
import { rememberedOffset, rememberOffset } from './clock-memory.ts';
import { MatchClock } from './match-clock.ts';
import { positionOf } from './position.ts';
import type { Position } from './position.ts';

export interface BoardView {
  readonly position: Position;
  /** What is left of the turn in ms, at the moment of the call. */
  readonly turnLeftMs: () => number;
}

/** Follows a match's board and clock; `onChange` is told of every step from one position to the next. */
export function useBoard(match: OwnMatch, onChange: (before: Position, after: Position) => void): BoardView {
  const { gyre } = useApp();
  const [clock] = useState(() => makeClock(gyre, match));
  const [position, setPosition] = useState(() => positionOf(match.state, null));
  const latest = useRef(position);
  const { turnMs } = match.info.settings;
  useEffect(
    () =>
      match.onPatch((state) => {
        const before = latest.current;
        const after = positionOf(state, before);
        latest.current = after;
        if (after.turnEndsAtMs !== before.turnEndsAtMs) {
          clock.turnBegan(after.turnEndsAtMs, turnMs, gyre.serverNowMs());
          rememberOffset(match.id, clock.offsetMs);
        }
        setPosition(after);
        onChange(before, after);
      }),
    [match],
  );
  useEffect(
    () =>
      match.subscribe(({ connection, epoch }) => {
        if (connection === 'connected') clock.found(epoch, gyre.serverNowMs());
        else clock.lost(gyre.serverNowMs());
        rememberOffset(match.id, clock.offsetMs);
      }),
    [match],
  );
  return { position, turnLeftMs: () => clock.leftMs(position.turnEndsAtMs, turnMs, gyre.serverNowMs()) };
}

function makeClock(gyre: Client, match: OwnMatch): MatchClock {
  const { startedAt } = match.info;
  const sinceStartMs = startedAt === null ? -gyre.serverNowMs() : -Date.parse(startedAt);
  return new MatchClock(rememberedOffset(match.id) ?? sinceStartMs);
}
