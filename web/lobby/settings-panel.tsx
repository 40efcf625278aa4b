import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { OwnLobby } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { SelectField, Switch } from '../ui/fields.tsx';
import { durationWords } from '../words/time.ts';
import { NameAndPasswordDialog } from './name-and-password-dialog.tsx';
import { START_MODE_OPTIONS, TURN_TIME_OPTIONS } from './options.ts';

export interface SettingsPanelProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly isHost: boolean;
}

/** How the next game is played and who may come in: to be changed by the host, to be read by the others. */
export function SettingsPanel(props: SettingsPanelProps): VNode {
  return (
    <section class="card settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      {props.isHost ? <HostSettings {...props} /> : <GuestSettings view={props.view} />}
    </section>
  );
}

function HostSettings({ lobby, view }: SettingsPanelProps): VNode {
  const [isEditing, setEditing] = useState(false);
  const [isBusy, run] = useTask();
  const turnMs = String(view.settings.turnMs);
  const isShut = isBusy || view.state !== 'open';
  return (
    <div class="settings-grid">
      <SelectField
        label="Time for a turn"
        value={turnMs}
        options={withPresent(TURN_TIME_OPTIONS, turnMs)}
        disabled={isShut}
        onChange={(chosen) => run(() => lobby.update({ settings: { turnMs: Number(chosen) } }))}
      />
      <SelectField
        label="It starts"
        value={view.startMode === 'host' ? 'host' : 'all-ready'}
        options={START_MODE_OPTIONS}
        disabled={isShut}
        onChange={(startMode) => run(() => lobby.update({ startMode }))}
      />
      <Switch
        label="Private"
        hint="In no list; by code or link only"
        checked={view.private}
        disabled={isShut}
        onChange={(isPrivate) => run(() => lobby.update({ private: isPrivate }))}
      />
      <Switch
        label="Locked"
        hint="Nobody else comes in"
        checked={view.locked}
        disabled={isShut}
        onChange={(locked) => run(() => lobby.update({ locked }))}
      />
      <Button icon="pencil" onPress={() => setEditing(true)}>
        Name and password
      </Button>
      {isEditing && <NameAndPasswordDialog lobby={lobby} onClose={() => setEditing(false)} />}
    </div>
  );
}

function GuestSettings({ view }: { readonly view: OwnLobby['view'] }): VNode {
  const start = START_MODE_OPTIONS.find(([mode]) => mode === view.startMode)?.[1] ?? 'at once';
  return (
    <dl class="facts">
      <div>
        <dt>Time for a turn</dt>
        <dd>{durationWords(view.settings.turnMs)}</dd>
      </div>
      <div>
        <dt>It starts</dt>
        <dd>{start}</dd>
      </div>
      <div>
        <dt>Password</dt>
        <dd>{view.hasPassword ? 'Yes' : 'None'}</dd>
      </div>
    </dl>
  );
}

type Options = readonly (readonly [value: string, label: string])[];

/** A lobby that was made elsewhere may have a time that isn't among ours. */
function withPresent(options: Options, turnMs: string): Options {
  if (options.some(([value]) => value === turnMs)) return options;
  return [...options, [turnMs, durationWords(Number(turnMs))]];
}
