import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { LobbyMemberView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/fields.tsx';

export interface MemberActionsProps {
  readonly lobby: OwnLobby;
  readonly member: LobbyMemberView;
  /** As the host. Reporting is for everyone. */
  readonly mayManage: boolean;
}

/** What one can do about another player. */
export function MemberActions({ lobby, member, mayManage }: MemberActionsProps): VNode {
  const { displayName: name, playerId } = member;
  const [open, setOpen] = useState<'kick' | 'report' | null>(null);
  const [isBusy, run] = useTask();
  const close = (): void => setOpen(null);
  return (
    <span class="member-actions">
      {mayManage && (
        <>
          <IconButton
            icon="crown"
            label={`Make ${name} the host`}
            busy={isBusy}
            onPress={() => run(() => lobby.makeHost(playerId))}
          />
          <IconButton icon="close" label={`Remove ${name}`} onPress={() => setOpen('kick')} />
        </>
      )}
      <IconButton icon="report" label={`Report ${name}`} onPress={() => setOpen('report')} />
      {open === 'kick' && (
        <Confirm title={`Remove ${name}?`} action="Remove" onClose={close} onConfirm={() => lobby.kick(playerId)}>
          {name} won’t be able to come back into this lobby.
        </Confirm>
      )}
      {open === 'report' && <ReportDialog lobby={lobby} member={member} onClose={close} />}
    </span>
  );
}

interface ReportDialogProps {
  readonly lobby: OwnLobby;
  readonly member: LobbyMemberView;
  readonly onClose: () => void;
}

function ReportDialog({ lobby, member, onClose }: ReportDialogProps): VNode {
  const { toasts } = useApp();
  const [reason, setReason] = useState('');
  const [isBusy, run] = useTask();
  const report = async (): Promise<void> => {
    await lobby.report(member.playerId, reason);
    toasts.show('done', 'Thank you. The operator will have a look.');
    onClose();
  };
  return (
    <Dialog title={`Report ${member.displayName}`} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(report);
        }}
      >
        <TextField
          label="What happened?"
          value={reason}
          onChange={setReason}
          maxLength={300}
          hint="The last messages of the chat go along."
          required
          autoFocus
        />
        <div class="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" submit busy={isBusy}>
            Report
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
