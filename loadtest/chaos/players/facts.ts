import type { LatencyData } from '../../latencies.ts';
import type { SeatReport } from './field-player.ts';
import type { ScribeFacts } from './scribe.ts';

/** What a campaign is run against. */
export type Subject = 'gyre' | 'colyseus';

export interface PlayersOptions {
  readonly subject: Subject;
  /** The shared address. */
  readonly endpoint: string;
  readonly matches: number;
  readonly sdkPlayers: number;
  readonly plainPlayers: number;
  readonly scribes: number;
  readonly seed: number;
}

export interface PlayersStatus {
  readonly players: number;
  /** Names of those who have no connection, or see nothing new. */
  readonly waiting: readonly string[];
  /** Process ids of those who own the matches, as their states have it. */
  readonly ownerPids: readonly number[];
}

export interface PlayersFacts {
  readonly seats: readonly SeatReport[];
  readonly scribes: readonly ScribeFacts[];
  /** Results that are not on record as they were played, in words. */
  readonly wrongResults: readonly string[];
  /** What could not be looked up in the end. */
  readonly failures: readonly string[];
  /** How late the players' own loop was: what they measured is wrong by as much. */
  readonly lag: LatencyData;
}
