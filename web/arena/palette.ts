/** What tells fighters apart: a colour and a mark each, as colours alone don't for everybody. */
export type Mark = 'sun' | 'moon' | 'star' | 'ring' | 'cross' | 'wedge' | 'gem' | 'bars';

export interface Livery {
  readonly face: string;
  readonly edge: string;
  readonly mark: Mark;
}

/**
 * After the palette of Okabe and Ito (Color Universal Design, 2008), lightened for a dark ground: also those who don't see
 * red or green tell them apart.
 */
const LIVERIES: readonly [Livery, ...Livery[]] = [
  { face: '#ffb52e', edge: '#b87400', mark: 'sun' },
  { face: '#62bdf2', edge: '#1f6c9c', mark: 'moon' },
  { face: '#2fd6a3', edge: '#0b7d5c', mark: 'star' },
  { face: '#ff7f57', edge: '#a83c18', mark: 'wedge' },
  { face: '#f29bd0', edge: '#a24a80', mark: 'gem' },
  { face: '#f5ee7a', edge: '#9c9323', mark: 'ring' },
  { face: '#94a0ff', edge: '#4550c4', mark: 'bars' },
  { face: '#f4eee0', edge: '#8f8a7d', mark: 'cross' },
];
const TEAM_LIVERIES: Readonly<Record<string, Livery>> = {
  red: { face: '#ff8a4c', edge: '#a8420f', mark: 'sun' },
  blue: { face: '#5cb0ff', edge: '#1c5a9e', mark: 'moon' },
};
const BOT_LIVERY: Livery = { face: '#a3abd0', edge: '#565e8a', mark: 'cross' };

/** The teams by the names that the page gives them. */
export const TEAM_WORDS: Readonly<Record<string, string>> = { red: 'Suns', blue: 'Moons' };

const BOT_NAMES = ['Halley', 'Vega', 'Juno', 'Rigel', 'Ceres', 'Lyra', 'Pallas', 'Mira'];

/** How a fighter looks: as its team; else a bot as a bot, and a person by the seat. */
export function liveryOf(key: string, team: string): Livery {
  const ofTeam = TEAM_LIVERIES[team];
  if (ofTeam) return ofTeam;
  const seatIndex = Number(key);
  return Number.isNaN(seatIndex) ? BOT_LIVERY : (LIVERIES[seatIndex % LIVERIES.length] ?? LIVERIES[0]);
}

/** `b0` → `Bot Halley`. */
export function botName(key: string): string {
  const number = Number(key.slice(1));
  return `Bot ${BOT_NAMES[number] ?? number + 1}`;
}
