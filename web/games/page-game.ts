import type { FunctionComponent } from 'preact';
import type { Lobby, Match, SettingsOf } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import type { Client } from '../app/parts.ts';
import type { PlayedName } from './played.ts';

export type LobbyOf<Name extends PlayedName> = Lobby<Games[Name]>;
export type MatchOf<Name extends PlayedName> = Match<Games[Name]>;
export type Settings<Name extends PlayedName> = Readonly<SettingsOf<Games[Name]>>;

export interface GameScreenProps<Name extends PlayedName> {
  readonly match: MatchOf<Name>;
  /** null: its player has left it, or was never in it. */
  readonly lobby: LobbyOf<Name> | null;
}

export interface SettingsFieldsProps<Name extends PlayedName> {
  readonly settings: Settings<Name>;
  readonly disabled?: boolean;
  readonly onChange: (change: Partial<Settings<Name>>) => void;
}

/** A start that the page offers, as a value and the words of a select. */
export type StartOption = readonly [mode: 'host' | 'all-ready' | 'instant', words: string];

/** A team of a game, and what the page calls it. */
export type TeamOption = readonly [team: string, words: string];

/** Everything that the page knows of a game: its screen, its settings, its words. */
export interface PageGame<Name extends PlayedName> {
  readonly name: Name;
  readonly title: string;
  /** The button that leads into a game at once. */
  readonly quick: {
    readonly title: string;
    readonly words: string;
    readonly play: (gyre: Client) => Promise<unknown>;
  };
  /** The first one is chosen unless the player says otherwise. */
  readonly startOptions: readonly [StartOption, ...StartOption[]];
  readonly defaultSettings: Settings<Name>;
  readonly Screen: FunctionComponent<GameScreenProps<Name>>;
  readonly SettingsFields: FunctionComponent<SettingsFieldsProps<Name>>;
  /** Settings in a few words, for a list. */
  readonly settingsWords: (settings: Settings<Name>) => string;
  /** Settings as names and values, for those who can't change them. */
  readonly settingsFacts: (settings: Settings<Name>) => readonly (readonly [name: string, value: string])[];
  /** The teams that one may choose among, played with these settings. Left out: none. */
  readonly teamsWith?: (settings: Settings<Name>) => readonly TeamOption[];
  /** While the seats of a new match are taken. */
  readonly beginningWords: string;
}
