import type { VNode } from 'preact';
import { Disc } from './disc.tsx';
import { SIDE_NAMES } from './sides.ts';
import type { Side } from './sides.ts';
import { TurnClock } from './turn-clock.tsx';

/** Whether a player is there, as far as the lobby tells. */
export type Presence = 'here' | 'away' | 'left';

const PRESENCE_WORDS: Readonly<Record<Presence, string>> = {
  here: 'Opponent',
  away: 'Not connected',
  left: 'Has left',
};

export interface PlayerPanelProps {
  readonly side: Side;
  readonly name: string;
  readonly isMe: boolean;
  readonly isTurn: boolean;
  readonly isWinner: boolean;
  readonly presence: Presence;
  readonly turnMs: number;
  readonly turnLeftMs: () => number;
}

export function PlayerPanel(props: PlayerPanelProps): VNode {
  const { side, name, isMe, isTurn, isWinner, presence } = props;
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
          <span class={isMe || presence === 'here' ? '' : 'is-warning'}>{isMe ? 'You' : PRESENCE_WORDS[presence]}</span>
          <span aria-hidden="true"> · </span>
          {SIDE_NAMES[side]}
        </span>
      </span>
    </section>
  );
}
