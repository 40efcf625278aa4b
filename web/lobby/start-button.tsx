import type { VNode } from 'preact';
import type { OwnLobby } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';

export interface StartButtonProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
  /** Whether a start by hand would go through. */
  readonly canStart: boolean;
  readonly isRematch?: boolean;
}

/** Ready; for a host who starts by hand, and where nobody is waited for: start. */
export function StartButton({ lobby, view, myId, canStart, isRematch = false }: StartButtonProps): VNode {
  const [isBusy, run] = useTask();
  const isReady = view.members.find(({ playerId }) => playerId === myId)?.ready ?? false;
  if (view.startMode === 'host' && view.hostId === myId) {
    return (
      <Button
        kind="primary"
        big
        icon="play"
        busy={isBusy}
        disabled={!canStart}
        onPress={() => run(() => lobby.start())}
      >
        {isRematch ? 'Start the rematch' : 'Start the game'}
      </Button>
    );
  }
  if (view.startMode === 'instant') {
    return (
      <Button kind="primary" big icon="play" busy={isBusy} onPress={() => run(() => lobby.setReady())}>
        {isRematch ? 'Play again' : 'Play'}
      </Button>
    );
  }
  return (
    <Button
      kind={isReady ? 'plain' : 'primary'}
      big
      icon={isReady ? 'close' : 'check'}
      busy={isBusy}
      onPress={() => run(() => lobby.setReady(!isReady))}
    >
      {isReady ? 'Not ready after all' : isRematch ? 'Rematch' : 'I’m ready'}
    </Button>
  );
}
