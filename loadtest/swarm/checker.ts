import type { MatchResult } from '../../client-sdk/index.ts';
import {
  type GeneratorFacts,
  type PlayerFacts,
  PROMISES,
  type PromiseName,
  type RecordedMatch,
  type SeatFacts,
  type WatchFacts,
} from './facts.ts';

/** A promise and what was seen against it; kept if that is nothing. */
export interface Verdict {
  readonly promise: PromiseName;
  readonly text: string;
  readonly broken: readonly string[];
}

type Facts = Pick<GeneratorFacts, 'players' | 'seats' | 'watched' | 'failures'>;

/**
 * Holds what all generators report against what the service promises. Lost connections, moved rooms and processes that
 * died are no breach, as long as what must outlive them did.
 */
export function check(generators: readonly Facts[]): readonly Verdict[] {
  const players = generators.flatMap(({ players }) => players);
  const seats = generators.flatMap(({ seats }) => seats);
  const watched = generators.flatMap(({ watched }) => watched);
  const failures = generators.flatMap(({ failures }) => failures);
  const broken: Readonly<Record<PromiseName, readonly string[]>> = {
    seated: [],
    inputs: [
      ...seats.flatMap((seat) => seat.wire.breaches.map((breach) => `${nameOf(seat)}: ${breach}`)),
      ...watched.flatMap(({ matchId, wire }) => wire.breaches.map((breach) => `match ${matchId}, watched: ${breach}`)),
    ],
    rules: [],
    results: [...resultBreaches(seats, players), ...watched.flatMap((one) => watchBreach(one, players))],
    ghosts: ghosts(seats, players),
    kept: [...seats.flatMap(lossOf), ...watched.flatMap(watcherLoss)],
  };
  return Object.entries(PROMISES).map(([name, text]) => {
    const promise = name as PromiseName;
    const failed = failures.filter((failure) => failure.promise === promise).map(({ what }) => what);
    return { promise, text, broken: [...failed, ...broken[promise]] };
  });
}

function nameOf({ matchId, seatIndex, group, round }: SeatFacts): string {
  return `match ${matchId} (group ${group + 1}, round ${round + 1}), seat ${seatIndex}`;
}

function lossOf(seat: SeatFacts): string[] {
  if (seat.end === 'finished') return [];
  return [`${nameOf(seat)}: ${seat.end === null ? 'the match did not end in time' : `ended as ${seat.end}`}`];
}

/** Every match that was played: once in the history of each of its players, finished, and with the result that they saw. */
function resultBreaches(seats: readonly SeatFacts[], players: readonly PlayerFacts[]): string[] {
  const histories = new Map(players.map((player) => [player.playerId, player.history ?? []] as const));
  return seats.flatMap((seat) => {
    const records = (histories.get(seat.playerId) ?? []).filter(({ id }) => id === seat.matchId);
    const [record] = records;
    if (!record || records.length > 1) return [`${nameOf(seat)}: ${records.length} times in its player's history`];
    return recordBreach(seat, record).map((what) => `${nameOf(seat)}: ${what}`);
  });
}

function recordBreach(seat: SeatFacts, record: RecordedMatch): string[] {
  const { result } = record;
  if (record.state !== 'finished' || result === null)
    return [`on record as ${record.state}, ${record.reason ?? 'no reason'}`];
  if (seat.result !== null && !sameResult(seat.result, result)) return ['another result on record than was told'];
  const placed = result.placements.filter(({ playerId }) => playerId === seat.playerId).length;
  return placed === 1 ? [] : [`its player has ${placed} places in the result`];
}

/** What a watcher was told must be what the players have on record. */
function watchBreach({ matchId, result }: WatchFacts, players: readonly PlayerFacts[]): string[] {
  if (result === null) return [];
  const records = players.flatMap(({ history }) => (history ?? []).filter(({ id }) => id === matchId));
  const differs = records.some((record) => record.result === null || !sameResult(record.result, result));
  return differs ? [`match ${matchId}, watched: another result than on record`] : [];
}

function watcherLoss({ matchId, end }: WatchFacts): string[] {
  return end === 'finished' || end === 'left' ? [] : [`match ${matchId}, watched: ended as ${end}`];
}

function sameResult(a: MatchResult, b: MatchResult): boolean {
  const inOrder = ({ placements }: MatchResult): string =>
    JSON.stringify(
      placements
        .toSorted((one, other) => one.seatIndex - other.seatIndex)
        .map(({ seatIndex, playerId, place, score }) => [seatIndex, playerId, place, score]),
    );
  return inOrder(a) === inOrder(b);
}

function ghosts(seats: readonly SeatFacts[], players: readonly PlayerFacts[]): string[] {
  const played = new Set(seats.map(({ playerId, matchId }) => `${playerId} ${matchId}`));
  return players.flatMap(({ name, playerId, history }) =>
    (history ?? [])
      .filter(({ id }) => !played.has(`${playerId} ${id}`))
      .map(({ id, state }) => `match ${id}, ${state}, is in ${name}'s history`),
  );
}
