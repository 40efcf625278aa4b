import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { GAME } from '../app/own-game.ts';
import { useApp } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { START_MODE_OPTIONS, TURN_TIME_OPTIONS } from '../lobby/options.ts';
import type { ChosenStartMode } from '../lobby/options.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField, Switch, TextField } from '../ui/fields.tsx';

export interface CreateDialogProps {
  readonly onClose: () => void;
}

export function CreateDialog({ onClose }: CreateDialogProps): VNode {
  const { gyre } = useApp();
  const [name, setName] = useState(`${gyre.player?.displayName ?? 'My'}’s game`);
  const [turnMs, setTurnMs] = useState('30000');
  const [startMode, setStartMode] = useState<ChosenStartMode>('all-ready');
  const [isPrivate, setPrivate] = useState(false);
  const [password, setPassword] = useState('');
  const [isBusy, run] = useTask();
  const create = async (): Promise<void> => {
    await gyre.lobbies.create({
      game: GAME,
      name: name.trim() || undefined,
      settings: { turnMs: Number(turnMs) },
      startMode,
      private: isPrivate,
      password: password || undefined,
    });
  };
  return (
    <Dialog title="Create a lobby" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(create);
        }}
      >
        <TextField label="Name" value={name} onChange={setName} maxLength={40} autoFocus />
        <SelectField label="Time for a turn" value={turnMs} options={TURN_TIME_OPTIONS} onChange={setTurnMs} />
        <SelectField label="It starts" value={startMode} options={START_MODE_OPTIONS} onChange={setStartMode} />
        <Switch
          label="Private"
          hint="In no list: only those with the code or link come in."
          checked={isPrivate}
          onChange={setPrivate}
        />
        <TextField
          label="Password"
          type="password"
          autocomplete="new-password"
          hint="Leave it empty for none."
          value={password}
          onChange={setPassword}
          maxLength={64}
        />
        <div class="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" submit busy={isBusy}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
