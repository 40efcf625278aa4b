import type { TargetedInputEvent, VNode } from 'preact';
import { useId } from 'preact/hooks';

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly maxLength: number;
  readonly type?: 'text' | 'password';
  readonly placeholder?: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly autoFocus?: boolean;
  readonly hideLabel?: boolean;
  readonly autocomplete?: string;
  readonly upperCase?: boolean;
}

export function TextField(props: TextFieldProps): VNode {
  const id = useId();
  const hintId = `${id}-hint`;
  const input = {
    id,
    class: props.upperCase ? 'input input-code' : 'input',
    value: props.value,
    maxLength: props.maxLength,
    placeholder: props.placeholder ?? '',
    required: props.required ?? false,
    autofocus: props.autoFocus ?? false,
    autocomplete: props.autocomplete ?? 'off',
    autocapitalize: props.upperCase ? 'characters' : 'none',
    spellcheck: false,
    'aria-describedby': props.hint ? hintId : undefined,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => props.onChange(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label for={id} class={props.hideLabel ? 'sr-only' : 'field-label'}>
        {props.label}
      </label>
      {props.type === 'password' ? <input type="password" {...input} /> : <input type="text" {...input} />}
      {props.hint && (
        <p id={hintId} class="field-hint">
          {props.hint}
        </p>
      )}
    </div>
  );
}

export interface SelectFieldProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

export function SelectField<Value extends string>(props: SelectFieldProps<Value>): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class="field-label">
        {props.label}
      </label>
      <select
        id={id}
        class="input select"
        disabled={props.disabled ?? false}
        value={props.value}
        onChange={(event) => {
          const chosen = props.options.find(([value]) => value === event.currentTarget.value);
          if (chosen) props.onChange(chosen[0]);
        }}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly onChange: (value: Value) => void;
}

/** A few things to choose one of, all in sight. The arrow keys go from one to the next. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>): VNode {
  const name = useId();
  return (
    <div class="choice" role="radiogroup" aria-label={label}>
      {options.map(([option, words]) => (
        <label key={option} class="choice-option">
          <input type="radio" name={name} value={option} checked={option === value} onChange={() => onChange(option)} />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}

export interface SwitchProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Switch({ label, hint, checked, onChange, disabled = false }: SwitchProps): VNode {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="switch-track" aria-hidden="true" />
      <span class="switch-text">
        {label}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}
