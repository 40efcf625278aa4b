import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/fields.tsx';

export interface PasswordDialogProps {
  readonly onEnter: (password: string) => Promise<void>;
  readonly onClose: () => void;
}

export function PasswordDialog({ onEnter, onClose }: PasswordDialogProps): VNode {
  const [password, setPassword] = useState('');
  const [isBusy, run] = useTask();
  return (
    <Dialog title="This lobby has a password" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(() => onEnter(password));
        }}
      >
        <TextField
          label="Password"
          type="password"
          value={password}
          onChange={setPassword}
          maxLength={64}
          required
          autoFocus
        />
        <div class="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" submit busy={isBusy}>
            Join
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
