import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { OwnLobby } from '../app/parts.ts';
import type { LobbyOf, PageGame } from '../games/page-game.ts';
import type { PlayedName } from '../games/played.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { SelectField, Switch } from '../ui/fields.tsx';
import { NameAndPasswordDialog } from './name-and-password-dialog.tsx';

export interface SettingsPanelProps<Name extends PlayedName> {
  readonly game: PageGame<Name>;
  readonly lobby: LobbyOf<Name>;
  readonly view: LobbyOf<Name>['view'];
  readonly isHost: boolean;
}

/** How the next game is played and who may come in: to be changed by the host, to be read by the others. */
export function SettingsPanel<Name extends PlayedName>(props: SettingsPanelProps<Name>): VNode {
  return (
    <section class="card settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      {props.isHost ? <HostSettings {...props} /> : <GuestSettings {...props} />}
    </section>
  );
}

function HostSettings<Name extends PlayedName>({ game, lobby, view }: SettingsPanelProps<Name>): VNode {
  const [isBusy, run] = useTask();
  const { SettingsFields, startOptions } = game;
  const isShut = isBusy || view.state !== 'open';
  const startMode = startOptions.find(([mode]) => mode === view.startMode)?.[0] ?? startOptions[0][0];
  return (
    <div class="settings-grid">
      <SettingsFields
        settings={view.settings}
        disabled={isShut}
        onChange={(settings) => run(() => lobby.update({ settings }))}
      />
      <SelectField
        label="It starts"
        value={startMode}
        options={startOptions}
        disabled={isShut}
        onChange={(mode) => run(() => lobby.update({ startMode: mode }))}
      />
      <DoorSettings lobby={lobby} view={view} isShut={isShut} run={run} />
    </div>
  );
}

interface DoorSettingsProps {
  readonly lobby: Pick<OwnLobby, 'view' | 'update'>;
  readonly view: OwnLobby['view'];
  readonly isShut: boolean;
  readonly run: ReturnType<typeof useTask>[1];
}

/** Who may come in. */
function DoorSettings({ lobby, view, isShut, run }: DoorSettingsProps): VNode {
  const [isEditing, setEditing] = useState(false);
  return (
    <>
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
    </>
  );
}

function GuestSettings<Name extends PlayedName>({ game, view }: SettingsPanelProps<Name>): VNode {
  const start = game.startOptions.find(([mode]) => mode === view.startMode)?.[1] ?? 'at once';
  const facts = [
    ...game.settingsFacts(view.settings),
    ['It starts', start],
    ['Password', view.hasPassword ? 'Yes' : 'None'],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
