import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { GameScreenProps } from '../games/page-game.ts';
import { useTask } from '../live/use-task.ts';
import { IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';

export interface ArenaToolsProps extends GameScreenProps<'arena'> {
  readonly isOn: boolean;
  readonly isNetShown: boolean;
  readonly onNet: () => void;
  /** null: there is nobody to talk to. */
  readonly onChat: (() => void) | null;
}

/** What one can do beside playing. */
export function ArenaTools({ match, lobby, isOn, isNetShown, onNet, onChat }: ArenaToolsProps): VNode {
  const { table } = useApp();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, run] = useTask();
  const isPlaying = isOn && match.view.seatIndex !== null;
  const leave = async (): Promise<void> => {
    await (lobby ? lobby.leave() : match.leave());
    table.clear();
  };
  return (
    <div class="arena-tools">
      {onChat && <IconButton icon="chat" label="Chat" onPress={onChat} />}
      <IconButton icon="network" label={isNetShown ? 'Hide the network' : 'Show the network (N)'} onPress={onNet} />
      {isOn && (
        <IconButton
          icon="exit"
          label="Leave"
          busy={isBusy}
          onPress={() => (isPlaying ? setAsking(true) : run(leave))}
        />
      )}
      {isAsking && (
        <Confirm title="Leave the arena?" action="Leave" onClose={() => setAsking(false)} onConfirm={leave}>
          You give up your place and your score.
        </Confirm>
      )}
    </div>
  );
}
