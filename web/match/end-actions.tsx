import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import type { OwnLobby, OwnMatch } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { useTask } from '../live/use-task.ts';
import { rematchAdvice } from '../lobby/start-advice.ts';
import { StartButton } from '../lobby/start-button.tsx';
import { Button } from '../ui/button.tsx';

export interface EndActionsProps {
  readonly match: OwnMatch;
  readonly lobby: OwnLobby | null;
  /** Another tab or device has taken the seat. */
  readonly isReplaced: boolean;
}

/** What one can do after a game. */
export function EndActions({ match, lobby, isReplaced }: EndActionsProps): VNode {
  const { table } = useApp();
  const [isBusy, run] = useTask();
  return (
    <>
      {isReplaced ? (
        <div class="end-rematch">
          <Button kind="primary" big busy={isBusy} onPress={() => run(() => table.takeSeat(match.id))}>
            Play here instead
          </Button>
        </div>
      ) : (
        lobby && <Rematch lobby={lobby} />
      )}
      <div class="end-back">
        <Button kind="quiet" onPress={() => table.clear()}>
          {lobby ? 'Back to the lobby' : 'Back to the lobbies'}
        </Button>
      </div>
    </>
  );
}

/** Once more with the same people; nothing while the lobby is not open again yet. */
function Rematch({ lobby }: { readonly lobby: OwnLobby }): VNode | null {
  const { gyre } = useApp();
  const view = useLive<OwnLobby['view']>(lobby);
  const myId = gyre.player?.id ?? '';
  if (view.state !== 'open') return null;
  const { words, canStart } = rematchAdvice(view, myId);
  return (
    <>
      <p role="status" class="end-advice">
        {words}
      </p>
      <div class="end-rematch">
        <StartButton lobby={lobby} view={view} myId={myId} canStart={canStart} isRematch />
      </div>
    </>
  );
}
