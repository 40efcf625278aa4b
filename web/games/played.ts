import type { GameName } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';

/** The games that this page can play, as it offers them. A service may run others too, for clients of their own. */
export const PLAYED = ['connect-four'] as const satisfies readonly GameName<Games>[];
export type PlayedName = (typeof PLAYED)[number];

export function isPlayed(game: string): game is PlayedName {
  return PLAYED.some((name) => name === game);
}

/** Of the games that the player is in, the first one that this page can't play; null if there is none. */
export function foreignGame(games: readonly (string | undefined)[]): string | null {
  return games.find((game) => game !== undefined && !isPlayed(game)) ?? null;
}
