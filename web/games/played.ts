import type { GameName, Lobby, LobbySummary, Match, MatchView } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';

/** The games that this page can play, as it offers them. A service may run others too, for clients of their own. */
export const PLAYED = ['arena', 'connect-four'] as const satisfies readonly GameName<Games>[];
export type PlayedName = (typeof PLAYED)[number];
type Played = Games[PlayedName];
export type PlayedSummary = LobbySummary<Played>;
export type PlayedMatchView = MatchView<Played>;

export function isPlayed(game: string): game is PlayedName {
  return PLAYED.some((name) => name === game);
}

/** Whether this is of a game that the page can play: its settings, its state. */
export function isOfPlayed(lobby: Lobby): lobby is Lobby<Played>;
export function isOfPlayed(match: Match): match is Match<Played>;
export function isOfPlayed(summary: LobbySummary): summary is PlayedSummary;
export function isOfPlayed(match: MatchView): match is PlayedMatchView;
export function isOfPlayed({ game }: { readonly game: string }): boolean {
  return isPlayed(game);
}

/** Of the games that the player is in, the first one that this page can't play; null if there is none. */
export function foreignGame(games: readonly (string | undefined)[]): string | null {
  return games.find((game) => game !== undefined && !isPlayed(game)) ?? null;
}
