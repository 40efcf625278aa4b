import type { VNode } from 'preact';
import type { LobbyMemberView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { LobbyOf, MatchOf } from '../games/page-game.ts';
import { useLive } from '../live/use-live.ts';
import { Store } from '../live/store.ts';
import type { Side } from './sides.ts';
import { PlayerPanel } from './player-panel.tsx';
import type { Presence } from './player-panel.tsx';

export interface OpponentsProps {
  readonly match: MatchOf<'connect-four'>;
  readonly lobby: LobbyOf<'connect-four'> | null;
  /** null: nobody's, the game is over. */
  readonly turn: Side | null;
  /** The seat that has won; null: none, or not yet. */
  readonly winner: number | null;
  readonly turnLeftMs: () => number;
}

const SIDES = [0, 1] as const;
const NO_LOBBY = new Store<null>(null);

/** The two players, face to face. */
export function Opponents({ match, lobby, turn, winner, turnLeftMs }: OpponentsProps): VNode {
  const { gyre } = useApp();
  const members = useLive<LobbyOf<'connect-four'>['view'] | null>(lobby ?? NO_LOBBY)?.members ?? [];
  return (
    <div class="opponents">
      {SIDES.map((side) => {
        const seat = match.info.seats[side];
        const member = members.find(({ playerId }) => playerId === seat?.playerId);
        return (
          <PlayerPanel
            key={side}
            side={side}
            name={member?.displayName ?? seat?.displayName ?? '…'}
            isMe={seat?.playerId === gyre.player?.id}
            isTurn={turn === side}
            isWinner={winner === side}
            presence={lobby ? presenceOf(member) : 'here'}
            turnMs={match.info.settings.turnMs}
            turnLeftMs={turnLeftMs}
          />
        );
      })}
    </div>
  );
}

function presenceOf(member: LobbyMemberView | undefined): Presence {
  if (!member) return 'left';
  return member.connected ? 'here' : 'away';
}
