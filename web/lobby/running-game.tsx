import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';

/** In a lobby whose game goes on without this page: the way back to it. */
export function RunningGame({ id }: { readonly id: string }): VNode {
  const { table } = useApp();
  const [isBusy, run] = useTask();
  return (
    <div class="start-bar">
      <p class="start-words">The game of this lobby is still on.</p>
      <Button kind="primary" big icon="play" busy={isBusy} onPress={() => run(() => table.takeSeat(id))}>
        Return to it
      </Button>
    </div>
  );
}
