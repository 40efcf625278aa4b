import type { VNode } from 'preact';
import { withPresent } from '../games/options.ts';
import type { PageGame, SettingsFieldsProps } from '../games/page-game.ts';
import { SelectField } from '../ui/fields.tsx';
import { durationWords } from '../words/time.ts';
import { ArenaScreen } from './arena-screen.tsx';
import { TEAM_WORDS } from './palette.ts';
import { BEGINNING_WORDS } from './words.ts';

const MODES = [
  ['ffa', 'Everyone for themselves'],
  ['teams', 'Suns against Moons'],
] as const;
const MAPS = [
  ['courtyard', 'Courtyard'],
  ['lanes', 'Lanes'],
] as const;
const ROUNDS_MS = [60_000, 180_000, 300_000];
const BOT_FILLS = [0, 2, 4, 6, 8];

/** The arena, as the page offers it: one drops in, while it runs too. */
export const arenaPage: PageGame<'arena'> = {
  name: 'arena',
  title: 'Arena',
  quick: {
    title: 'Play arena now',
    words: 'Drop in, look around, shoot first',
    // The table takes the seat, as in every lobby that one is in.
    async play(gyre) {
      const where = { openSlots: { ge: 1 }, hasPassword: false, locked: false };
      await gyre.lobbies.quickJoin({ game: 'arena', where, create: { startMode: 'instant' } });
    },
  },
  startOptions: [
    ['instant', 'at once'],
    ['all-ready', 'when everyone is ready'],
    ['host', 'when the host says so'],
  ],
  defaultSettings: { mode: 'ffa', map: 'courtyard', roundMs: 180_000, botFill: 4, botAfterMs: 5_000 },
  Screen: ArenaScreen,
  SettingsFields,
  settingsWords: ({ mode, roundMs }) =>
    `${mode === 'ffa' ? 'free for all' : 'Suns against Moons'}, ${durationWords(roundMs)}`,
  settingsFacts: ({ mode, map, roundMs, botFill }) => [
    ['Who fights whom', wordsOf(MODES, mode)],
    ['Map', wordsOf(MAPS, map)],
    ['A round', durationWords(roundMs)],
    ['Bots', botWords(botFill)],
  ],
  teamsWith: ({ mode }) => (mode === 'teams' ? Object.entries(TEAM_WORDS) : []),
  beginningWords: BEGINNING_WORDS,
};

function SettingsFields({ settings, disabled = false, onChange }: SettingsFieldsProps<'arena'>): VNode {
  const { mode, map, roundMs, botFill } = settings;
  return (
    <>
      <SelectField
        label="Who fights whom"
        value={mode}
        options={MODES}
        disabled={disabled}
        onChange={(chosen) => onChange({ mode: chosen })}
      />
      <SelectField
        label="Map"
        value={map}
        options={MAPS}
        disabled={disabled}
        onChange={(chosen) => onChange({ map: chosen })}
      />
      <SelectField
        label="A round"
        value={String(roundMs)}
        options={withPresent(ROUNDS_MS, roundMs, durationWords)}
        disabled={disabled}
        onChange={(chosen) => onChange({ roundMs: Number(chosen) })}
      />
      <SelectField
        label="Bots"
        value={String(botFill)}
        options={withPresent(BOT_FILLS, botFill, botWords)}
        disabled={disabled}
        onChange={(chosen) => onChange({ botFill: Number(chosen) })}
      />
    </>
  );
}

function botWords(botFill: number): string {
  return botFill === 0 ? 'None' : `Fill up to ${botFill} fighters`;
}

function wordsOf<Value>(options: readonly (readonly [Value, string])[], value: Value): string {
  return options.find(([option]) => option === value)?.[1] ?? String(value);
}
