import type { ComponentChildren, VNode } from 'preact';
import { useNow } from '../live/use-now.ts';
import { clockText } from '../words/time.ts';

export interface TurnClockProps {
  readonly turnMs: number;
  readonly turnLeftMs: () => number;
  /** Whether it is this one's turn, and the game is on. */
  readonly isOn: boolean;
  readonly children: ComponentChildren;
}

const RADIUS = 46;
const LOW_MS = 10_000;

/** A ring around a player's disc that empties with the turn. */
export function TurnClock({ turnMs, turnLeftMs, isOn, children }: TurnClockProps): VNode {
  useNow(200, isOn);
  const leftMs = isOn ? turnLeftMs() : 0;
  return (
    <span class={`turn-clock${isOn && leftMs <= LOW_MS ? ' is-low' : ''}`}>
      <svg class="turn-ring" viewBox="0 0 100 100" aria-hidden="true">
        <circle class="turn-ring-track" cx="50" cy="50" r={RADIUS} />
        {isOn && (
          <circle
            class="turn-ring-left"
            cx="50"
            cy="50"
            r={RADIUS}
            pathLength={1}
            style={{ strokeDashoffset: 1 - leftMs / turnMs }}
          />
        )}
      </svg>
      {children}
      {isOn && (
        <span
          class="turn-time"
          role="timer"
          aria-label={`${Math.ceil(leftMs / 1_000)} seconds left`}
          data-testid="clock"
        >
          {clockText(leftMs)}
        </span>
      )}
    </span>
  );
}
