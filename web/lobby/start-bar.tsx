import type { VNode } from 'preact';
import type { OwnLobby } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { startAdvice } from './start-advice.ts';

export interface StartBarProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
  /** After a game the same buttons are a rematch. */
  readonly isRematch?: boolean;
}

/** Ready, and for a host who starts by hand: start. */
export function StartBar({ lobby, view, myId, isRematch = false }: StartBarProps): VNode {
  const [isBusy, run] = useTask();
  const [isStarting, runStart] = useTask();
  const { words, canStart } = startAdvice(view, myId);
  const isReady = view.members.find(({ playerId }) => playerId === myId)?.ready ?? false;
  const startsByHand = view.startMode === 'host' && view.hostId === myId;
  return (
    <div class="start-bar">
      <p role="status" class="start-words">
        {words}
      </p>
      <div class="start-buttons">
        {startsByHand ? (
          <Button
            kind="primary"
            big
            icon="play"
            busy={isStarting}
            disabled={!canStart}
            onPress={() => runStart(() => lobby.start())}
          >
            {isRematch ? 'Start the rematch' : 'Start the game'}
          </Button>
        ) : (
          <Button
            kind={isReady ? 'plain' : 'primary'}
            big
            icon={isReady ? 'close' : 'check'}
            busy={isBusy}
            onPress={() => run(() => lobby.setReady(!isReady))}
          >
            {isReady ? 'Not ready after all' : isRematch ? 'Rematch' : 'I’m ready'}
          </Button>
        )}
      </div>
    </div>
  );
}
