import type { VNode } from 'preact';
import { useGames } from './use-games.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Screen } from '../ui/screen.tsx';
import { foreignGame } from './played.ts';
import { useApp } from '../app/parts.ts';
import type { OwnLobby, OwnMatch } from '../app/parts.ts';

export interface ForeignGameScreenProps {
  /** The name of the game that this page can't play. */
  readonly game: string;
  readonly match: OwnMatch | null;
  readonly lobby: OwnLobby | null;
}

/** Where a link, a code or another client has brought the player to a game that this page has no board for. */
export function ForeignGameScreen({ game, match, lobby }: ForeignGameScreenProps): VNode {
  const { table } = useApp();
  const [isBusy, run] = useTask();
  const title = useGames().find(({ name }) => name === game)?.title ?? game;
  const sentence = `This page can’t play ${title}`;
  const leave = async (): Promise<void> => {
    if (lobby && foreignGame([lobby.view.game])) await lobby.leave();
    else await match?.leave();
    table.clear();
  };
  return (
    <Screen class="trouble" title={sentence} heading={sentence}>
      <p>
        {lobby ? `“${lobby.view.name}” plays` : 'You have a seat in'} a game that needs a page or a program of its own.
        Leave it to play here; your seat is then given up.
      </p>
      <Button kind="primary" icon="exit" busy={isBusy} onPress={() => run(leave)}>
        Leave
      </Button>
    </Screen>
  );
}
