import type { GameName, GyreOptions, LobbyOptions, Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import type { Random } from '../random.ts';

/** How a run differs from another of the same game and seed. Plain data. */
export interface Style {
  /** How long a round lasts, where the game lets one choose; null: as short as makes sense. */
  readonly roundMs: number | null;
  /** Whether clients run ahead of the room, where the game is played like that. */
  readonly predict: boolean;
  /** The network that the SDK simulates; null: none. Its seed is each player's own. */
  readonly network: Omit<NonNullable<GyreOptions['simulate']>, 'seed'> | null;
  /** How long players think at most, where they take turns; left out: as short as makes sense. */
  readonly maxThinkMs?: number;
}

/** One seat's play of one match. */
export interface SeatPlay {
  /** What running ahead came to; left out or null: it didn't. */
  readonly prediction?: PredictionFacts | null;
  /** The match is over, or nobody waits for it any more. */
  stop(): void;
}

export interface PredictionFacts {
  /** How often what was foreseen was compared with what the room made of it, and how often it was not the same. */
  readonly compared: number;
  readonly corrections: number;
}

export interface PlayOptions {
  readonly random: Random;
  readonly predict: boolean;
  readonly maxThinkMs?: number | undefined;
}

/** How the swarm plays a game: by its pure rules, as a person's client would. */
export interface SwarmGame<Name extends GameName<Games> = GameName<Games>> {
  readonly name: Name;
  /** To a match. */
  readonly players: number;
  /** Steps of the room a second, if it has a grid. */
  readonly tickRateHz: number | null;
  /** The lobby that a group gathers in. */
  lobby(style: Style): LobbyOptions<Games[Name]>;
  /** A match that takes longer has broken a promise. */
  matchLimitMs(style: Style): number;
  play(match: Match<Games[Name]>, options: PlayOptions): SeatPlay;
  /** What does not fit between the plays of all seats of a match that has ended; null: it fits. */
  audit?(plays: readonly SeatPlay[]): string | null;
}
