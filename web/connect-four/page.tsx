import { SelectField } from '../ui/fields.tsx';
import { withPresent } from '../games/options.ts';
import type { PageGame, SettingsFieldsProps } from '../games/page-game.ts';
import { durationWords } from '../words/time.ts';
import { ConnectFourScreen } from './game-screen.tsx';
import { BEGINNING_WORDS } from './move-words.ts';

const TURN_TIMES_MS = [10_000, 20_000, 30_000, 60_000, 120_000];

/** Connect four, as the page offers it. It knows no joining of a running game, hence no `instant`. */
export const connectFourPage: PageGame<'connect-four'> = {
  name: 'connect-four',
  title: 'Connect four',
  quick: {
    title: 'Quick game',
    words: 'Connect four with whoever is waiting',
    async play(gyre) {
      const create = { startMode: 'all-ready' } as const;
      const where = { openSlots: { ge: 1 }, hasPassword: false, locked: false };
      const lobby = await gyre.lobbies.quickJoin({ game: 'connect-four', where, create });
      await lobby.setReady();
    },
  },
  startOptions: [
    ['all-ready', 'when everyone is ready'],
    ['host', 'when the host says so'],
  ],
  defaultSettings: { turnMs: 30_000 },
  Screen: ConnectFourScreen,
  SettingsFields,
  settingsWords: ({ turnMs }) => `${durationWords(turnMs)} a turn`,
  settingsFacts: ({ turnMs }) => [['Time for a turn', durationWords(turnMs)]],
  beginningWords: BEGINNING_WORDS,
};

function SettingsFields({ settings, disabled = false, onChange }: SettingsFieldsProps<'connect-four'>) {
  return (
    <SelectField
      label="Time for a turn"
      value={String(settings.turnMs)}
      options={withPresent(TURN_TIMES_MS, settings.turnMs, durationWords)}
      disabled={disabled}
      onChange={(chosen) => onChange({ turnMs: Number(chosen) })}
    />
  );
}
