import type { ComponentChildren, VNode } from 'preact';
import { useTask } from '../live/use-task.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What is done, as on the button: "Resign". */
  readonly action: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks before something that can't be undone. */
export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps): VNode {
  const [isBusy, run] = useTask();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <div class="dialog-actions">
        <Button onPress={onClose} autoFocus>
          Cancel
        </Button>
        <Button kind="danger" busy={isBusy} onPress={() => run(() => onConfirm().finally(onClose))}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
