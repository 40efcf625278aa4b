import type { GameName, LobbyOptions, Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import type { Random } from '../random.ts';

/** One seat's play of one match. */
export interface SeatPlay {
  /** The match is over, or nobody waits for it any more. */
  stop(): void;
}

export interface PlayOptions {
  readonly random: Random;
}

/** How the swarm plays a game: by its pure rules, as a person's client would. */
export interface SwarmGame<Name extends GameName<Games> = GameName<Games>> {
  readonly name: Name;
  /** To a match. */
  readonly players: number;
  /** Steps of the room a second, if it has a grid. */
  readonly tickRateHz: number | null;
  /** The lobby that a group gathers in. */
  readonly lobby: LobbyOptions<Games[Name]>;
  /** A match that takes longer has broken a promise. */
  readonly matchLimitMs: number;
  play(match: Match<Games[Name]>, options: PlayOptions): SeatPlay;
  /** What does not fit between the plays of all seats of a match that has ended; null: it fits. */
  audit?(plays: readonly SeatPlay[]): string | null;
}
