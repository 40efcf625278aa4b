import type { ComponentChildren, VNode } from 'preact';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

export interface ButtonProps {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** Working on it: still there and focusable, but not to be pressed again. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly submit?: boolean;
  readonly big?: boolean;
  readonly autoFocus?: boolean;
  readonly onPress?: () => void;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps): VNode {
  const { kind = 'plain', icon, busy = false, disabled = false, submit = false, big = false } = props;
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={`button button-${kind}${big ? ' button-big' : ''}`}
      disabled={disabled}
      aria-busy={busy}
      autofocus={props.autoFocus ?? false}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onPress?.();
      }}
    >
      {busy ? <Icon name="spinner" /> : icon && <Icon name={icon} />}
      <span>{props.children}</span>
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  /** What it does: its name for readers, and its tip. */
  readonly label: string;
  readonly busy?: boolean;
  readonly onPress: () => void;
}

export function IconButton({ icon, label, busy = false, onPress }: IconButtonProps): VNode {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-busy={busy}
      onClick={() => {
        if (!busy) onPress();
      }}
    >
      <Icon name={busy ? 'spinner' : icon} />
    </button>
  );
}
