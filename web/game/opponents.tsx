import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import type { OwnLobby, OwnMatch } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { Store } from '../live/store.ts';
import type { Side } from './disc.tsx';
import { PlayerPanel } from './player-panel.tsx';

export interface OpponentsProps {
  readonly match: OwnMatch;
  readonly lobby: OwnLobby | null;
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
  const members = useLive<OwnLobby['view'] | null>(lobby ?? NO_LOBBY)?.members ?? [];
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
            isConnected={member?.connected ?? (lobby ? false : null)}
            turnMs={match.info.settings.turnMs}
            turnLeftMs={turnLeftMs}
          />
        );
      })}
    </div>
  );
}
