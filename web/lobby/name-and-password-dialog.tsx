import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { OwnLobby } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Switch, TextField } from '../ui/fields.tsx';

export interface NameAndPasswordDialogProps {
  readonly lobby: Pick<OwnLobby, 'view' | 'update'>;
  readonly onClose: () => void;
}

export function NameAndPasswordDialog({ lobby, onClose }: NameAndPasswordDialogProps): VNode {
  const { view } = lobby;
  const [name, setName] = useState(view.name);
  const [isGuarded, setGuarded] = useState(view.hasPassword);
  const [password, setPassword] = useState('');
  const [isBusy, run] = useTask();
  const save = async (): Promise<void> => {
    await lobby.update({ name: name.trim(), password: isGuarded ? password || undefined : null });
    onClose();
  };
  return (
    <Dialog title="Name and password" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(save);
        }}
      >
        <TextField label="Name" value={name} onChange={setName} maxLength={40} required autoFocus />
        <Switch label="Ask for a password" checked={isGuarded} onChange={setGuarded} />
        {isGuarded && (
          <TextField
            label={view.hasPassword ? 'New password' : 'Password'}
            type="password"
            autocomplete="new-password"
            hint={view.hasPassword ? 'Leave it empty to keep the present one.' : ''}
            value={password}
            onChange={setPassword}
            maxLength={64}
            required={!view.hasPassword}
          />
        )}
        <div class="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" submit busy={isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
