// What generators report, as plain data: the checker judges it, and nothing else.
import type { MatchCloseReason, MatchResult } from '../../client-sdk/index.ts';
import type { LatencyData } from '../latencies.ts';
import type { PredictionFacts } from './game.ts';
import type { WireFacts } from './seat-wire.ts';

/** One player in one match. */
export interface SeatFacts {
  readonly matchId: string;
  readonly playerId: string;
  /** Which group, and its how-many-eth match. */
  readonly group: number;
  readonly round: number;
  readonly seatIndex: number | null;
  /** null: it had not ended when the swarm could wait no longer. */
  readonly end: MatchCloseReason | null;
  readonly result: MatchResult | null;
  readonly wire: WireFacts;
  readonly prediction: PredictionFacts;
}

/** A match that somebody watched. */
export interface WatchFacts {
  readonly matchId: string;
  readonly end: MatchCloseReason;
  readonly result: MatchResult | null;
  readonly wire: WireFacts;
}

/** A match as REST tells of it after the run. */
export interface RecordedMatch {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly result: MatchResult | null;
}

export interface PlayerFacts {
  readonly name: string;
  /** null: never signed in. */
  readonly playerId: string | null;
  /** Its matches over REST; null: they could not be had. */
  readonly history: readonly RecordedMatch[] | null;
}

/** Something that did not go as it must, where it happened. */
export interface Failure {
  readonly promise: PromiseName;
  readonly what: string;
}

/** What a service that keeps its contract holds, whatever happens to its processes. */
export const PROMISES = {
  seated: 'Everyone signed in and was seated in every match of their group',
  inputs: 'Every input was consumed once and in order, and nothing that was told was taken back',
  rules: 'Every match shows exactly what was played in it',
  results: 'Every match has one result, the same for all of its players, live and over REST',
  ghosts: 'No match is on record that nobody played',
  kept: 'Nobody was lost: every connection that broke came back, and every match was played to its end',
} as const;
export type PromiseName = keyof typeof PROMISES;

export interface GeneratorFacts {
  readonly players: readonly PlayerFacts[];
  readonly seats: readonly SeatFacts[];
  readonly watched: readonly WatchFacts[];
  readonly failures: readonly Failure[];
  readonly patchIntervals: LatencyData;
  readonly patchLateness: LatencyData;
  readonly inputToAck: LatencyData;
  readonly away: LatencyData;
  /** From wanting a match to its seat. */
  readonly seating: LatencyData;
  /** How late the generator's own loop was: what it measured is wrong by as much. */
  readonly lag: LatencyData;
}

/** What a generator counts while it runs. */
export interface Progress {
  readonly signedIn: number;
  /** In a match now; watchers are not counted. */
  readonly playing: number;
  readonly matchesBegun: number;
  readonly matchesEnded: number;
  readonly inputs: number;
  readonly patches: number;
  readonly losses: number;
  readonly failures: number;
  /** CPU that the generator itself has used so far, in ms. */
  readonly cpuMs: number;
  /** Everything is over; the facts can be had. */
  readonly done: boolean;
}
