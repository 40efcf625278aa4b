import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PlayerView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/fields.tsx';

const NAME_MAX = 24;

/** Who one is here, and how to change it. */
export function PlayerMenu({ player }: { readonly player: PlayerView }): VNode {
  const { gyre } = useApp();
  const [open, setOpen] = useState<'rename' | 'sign-out' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div class="player-menu">
      <span class="player-name" data-testid="me">
        {player.displayName}
      </span>
      <IconButton icon="pencil" label="Change your name" onPress={() => setOpen('rename')} />
      <IconButton icon="exit" label="Sign out" onPress={() => setOpen('sign-out')} />
      {open === 'rename' && <RenameDialog player={player} onClose={close} />}
      {open === 'sign-out' && (
        <Confirm title="Sign out?" action="Sign out" onClose={close} onConfirm={() => leaveAndSignOut(gyre)}>
          You will leave your lobby and give up a running game. As a guest you can’t come back as “{player.displayName}
          ”.
        </Confirm>
      )}
    </div>
  );
}

async function leaveAndSignOut(gyre: ReturnType<typeof useApp>['gyre']): Promise<void> {
  // Others need not wait for someone who won't return; if it fails, the lobby finds out by itself.
  await gyre.lobby?.leave().catch(() => undefined);
  await gyre.signOut({ forget: true });
}

function RenameDialog({ player, onClose }: { readonly player: PlayerView; readonly onClose: () => void }): VNode {
  const { gyre, toasts } = useApp();
  const [name, setName] = useState(player.displayName);
  const [isBusy, run] = useTask();
  const save = async (): Promise<void> => {
    await gyre.updateProfile({ displayName: name.trim() });
    toasts.show('done', `You are “${name.trim()}” now.`);
    onClose();
  };
  return (
    <Dialog title="Change your name" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(save);
        }}
      >
        <TextField label="Your name" value={name} onChange={setName} maxLength={NAME_MAX} required autoFocus />
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
