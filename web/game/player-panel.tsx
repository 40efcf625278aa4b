import type { VNode } from 'preact';
import { Disc, SIDE_NAMES } from './disc.tsx';
import type { Side } from './disc.tsx';
import { TurnClock } from './turn-clock.tsx';

export interface PlayerPanelProps {
  readonly side: Side;
  readonly name: string;
  readonly isMe: boolean;
  readonly isTurn: boolean;
  readonly isWinner: boolean;
  /** Whether the player can be reached; null if nobody knows. */
  readonly isConnected: boolean | null;
  readonly turnMs: number;
  readonly turnLeftMs: () => number;
}

export function PlayerPanel(props: PlayerPanelProps): VNode {
  const { side, name, isMe, isTurn, isWinner, isConnected } = props;
  return (
    <section
      class={`player player-${side === 0 ? 'sun' : 'moon'}${isTurn ? ' is-turn' : ''}${isWinner ? ' is-winner' : ''}`}
      aria-label={`${name}, ${SIDE_NAMES[side]}`}
      data-testid={`player-${side}`}
    >
      <TurnClock turnMs={props.turnMs} turnLeftMs={props.turnLeftMs} isOn={isTurn}>
        <Disc side={side} />
      </TurnClock>
      <span class="player-words">
        <strong class="player-title">{name}</strong>
        <span class="player-facts">
          {isMe ? 'You' : isConnected === false ? <span class="is-warning">Not connected</span> : 'Opponent'}
          <span aria-hidden="true"> · </span>
          {SIDE_NAMES[side]}
        </span>
      </span>
    </section>
  );
}
