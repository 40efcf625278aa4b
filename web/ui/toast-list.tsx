import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { IconButton } from './button.tsx';

export function ToastList(): VNode {
  const { toasts } = useApp();
  const shown = useLive(toasts);
  return (
    <div class="toasts" role="region" aria-label="Notices">
      <div role="alert" class="toast-stack">
        {shown.map(({ id, kind, text }) => (
          <div key={id} class={`toast toast-${kind}`}>
            <span>{text}</span>
            <IconButton icon="close" label="Dismiss" onPress={() => toasts.dismiss(id)} />
          </div>
        ))}
      </div>
    </div>
  );
}
