import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { LobbyOf, MatchOf } from '../games/page-game.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';

export interface GameActionsProps {
  readonly match: MatchOf<'connect-four'>;
  readonly lobby: LobbyOf<'connect-four'> | null;
  /** Whether the game is still played. */
  readonly isOn: boolean;
}

/** Ways out of a running game. */
export function GameActions({ match, lobby, isOn }: GameActionsProps): VNode {
  const { table } = useApp();
  const [open, setOpen] = useState<'resign' | 'leave' | null>(null);
  const close = (): void => setOpen(null);
  const leave = async (): Promise<void> => {
    await (lobby ? lobby.leave() : match.leave());
    table.clear();
  };
  if (!isOn) return <></>;
  return (
    <div class="game-actions">
      <p class="key-hint">
        <kbd>1</kbd>–<kbd>7</kbd> or <kbd>←</kbd> <kbd>→</kbd> <kbd>Enter</kbd>
      </p>
      <Button kind="quiet" icon="flag" onPress={() => setOpen('resign')}>
        Resign
      </Button>
      <Button kind="quiet" icon="exit" onPress={() => setOpen('leave')}>
        Leave
      </Button>
      {open === 'resign' && (
        <Confirm title="Resign?" action="Resign" onClose={close} onConfirm={() => match.request('resign')}>
          The other side wins. You stay in the lobby and can ask for a rematch.
        </Confirm>
      )}
      {open === 'leave' && (
        <Confirm title="Leave the game?" action="Leave" onClose={close} onConfirm={leave}>
          You give up the game and leave the lobby.
        </Confirm>
      )}
    </div>
  );
}
