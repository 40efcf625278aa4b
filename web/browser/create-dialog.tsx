import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { PageGame, Settings, StartOption } from '../games/page-game.ts';
import { pageGameOf } from '../games/page-games.ts';
import type { PlayedName } from '../games/played.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Choice, SelectField, Switch, TextField } from '../ui/fields.tsx';

export interface CreateDialogProps {
  readonly games: readonly PlayedName[];
  /** What is chosen at first. */
  readonly game: PlayedName;
  readonly onClose: () => void;
}

export function CreateDialog({ games, game, onClose }: CreateDialogProps): VNode {
  const { gyre } = useApp();
  const [chosen, setChosen] = useState(game);
  // What belongs to no game in particular stays when another one is chosen.
  const [door, setDoor] = useState<Door>({
    name: `${gyre.player?.displayName ?? 'My'}’s game`,
    isPrivate: false,
    password: '',
  });
  return (
    <Dialog title="Create a lobby" onClose={onClose}>
      {games.length > 1 && (
        <Choice
          label="Game"
          value={chosen}
          options={games.map((name) => [name, pageGameOf(name).title] as const)}
          onChange={setChosen}
        />
      )}
      <CreateForm key={chosen} game={pageGameOf(chosen)} door={door} onDoor={setDoor} onClose={onClose} />
    </Dialog>
  );
}

interface Door {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly password: string;
}

interface CreateFormProps<Name extends PlayedName> {
  readonly game: PageGame<Name>;
  readonly door: Door;
  readonly onDoor: (door: Door) => void;
  readonly onClose: () => void;
}

function CreateForm<Name extends PlayedName>({ game, door, onDoor, onClose }: CreateFormProps<Name>): VNode {
  const { gyre } = useApp();
  const [settings, setSettings] = useState<Settings<Name>>(game.defaultSettings);
  const [startMode, setStartMode] = useState<StartOption[0]>(game.startOptions[0][0]);
  const [isBusy, run] = useTask();
  const create = async (): Promise<void> => {
    await gyre.lobbies.create<PlayedName>({
      game: game.name,
      name: door.name.trim() || undefined,
      settings,
      startMode,
      private: door.isPrivate,
      password: door.password || undefined,
    });
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(create);
      }}
    >
      <TextField
        label="Name"
        value={door.name}
        onChange={(name) => onDoor({ ...door, name })}
        maxLength={40}
        autoFocus
      />
      <div class="form-grid">
        <game.SettingsFields settings={settings} onChange={(change) => setSettings({ ...settings, ...change })} />
        <SelectField label="It starts" value={startMode} options={game.startOptions} onChange={setStartMode} />
      </div>
      <Switch
        label="Private"
        hint="In no list: only those with the code or link come in."
        checked={door.isPrivate}
        onChange={(isPrivate) => onDoor({ ...door, isPrivate })}
      />
      <TextField
        label="Password"
        type="password"
        autocomplete="new-password"
        hint="Leave it empty for none."
        value={door.password}
        onChange={(password) => onDoor({ ...door, password })}
        maxLength={64}
      />
      <div class="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button kind="primary" submit busy={isBusy}>
          Create
        </Button>
      </div>
    </form>
  );
}
