/** The one game that this page has a board for. A service may run others too, for clients of their own. */
export const GAME = 'connect-four';

/** Of the games that the player is in, the first one that this page can't play; null if there is none. */
export function foreignGame(games: readonly (string | undefined)[]): string | null {
  return games.find((game) => game !== undefined && game !== GAME) ?? null;
}
