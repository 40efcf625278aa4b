import { describe, expect, test } from '@jest/globals';
import type { MatchResult } from '../../client-sdk/index.ts';
import { check } from '../../loadtest/swarm/checker.ts';
import { PROMISES, type PlayerFacts, type RecordedMatch, type SeatFacts } from '../../loadtest/swarm/facts.ts';
import { Meters } from '../../loadtest/swarm/meters.ts';
import { SeatWire } from '../../loadtest/swarm/seat-wire.ts';

const RESULT: MatchResult = {
  placements: [
    { seatIndex: 0, playerId: 'p_0', place: 1, score: null },
    { seatIndex: 1, playerId: 'p_1', place: 2, score: null },
  ],
  data: {},
};
const RECORD: RecordedMatch = { id: 'm_1', state: 'finished', reason: null, result: RESULT };

function seat(index: number, change: Partial<SeatFacts> = {}): SeatFacts {
  const wire = new SeatWire({ tickRateHz: null, meters: new Meters() }).facts;
  const at = { matchId: 'm_1', playerId: `p_${index}`, group: 0, round: 0, seatIndex: index };
  return { ...at, end: 'finished', result: RESULT, wire, prediction: { compared: 0, corrections: 0 }, ...change };
}

function player(index: number, history: readonly RecordedMatch[] | null = [RECORD]): PlayerFacts {
  return { name: `Bot ${index}`, playerId: `p_${index}`, history };
}

/** The promises that these facts break. */
function broken(
  seats: readonly SeatFacts[],
  players: readonly PlayerFacts[],
  failures: Parameters<typeof check>[0][0]['failures'] = [],
): string[] {
  return check([{ seats, players, watched: [], failures }])
    .filter((verdict) => verdict.broken.length > 0)
    .map(({ promise }) => promise);
}

test('[LT-7] a match that all played to its end breaks no promise, with lost connections and with the result seen or not', () => {
  expect(check([]).map(({ promise }) => promise)).toEqual(Object.keys(PROMISES));
  expect(broken([seat(0), seat(1)], [player(0), player(1)])).toEqual([]);
  const shaken = { ...seat(0).wire, losses: 3, sockets: 4, resent: 5 };
  expect(broken([seat(0, { wire: shaken }), seat(1, { result: null })], [player(0), player(1)])).toEqual([]);
  const shuffled = { ...RESULT, placements: RESULT.placements.toReversed() };
  expect(broken([seat(0, { result: shuffled }), seat(1)], [player(0), player(1)])).toEqual([]);
});

describe('[LT-7] what breaks a promise is told as that promise:', () => {
  const played = [seat(0), seat(1)];
  const other: MatchResult = { ...RESULT, placements: RESULT.placements.map((it) => ({ ...it, place: 1 })) };
  test.each<readonly [what: string, promise: string, seats: readonly SeatFacts[], players: readonly PlayerFacts[]]>([
    ['a match that is in no history', 'results', played, [player(0), player(1, [])]],
    ['a history that could not be had', 'results', played, [player(0), player(1, null)]],
    ['a match that is there twice', 'results', played, [player(0), player(1, [RECORD, RECORD])]],
    [
      'a match without a result',
      'results',
      played,
      [player(0), player(1, [{ ...RECORD, state: 'playing', result: null }])],
    ],
    ['another result than was told', 'results', [seat(0), seat(1, { result: other })], [player(0), player(1)]],
    [
      'a result that leaves one out',
      'results',
      played,
      [player(0), player(1, [{ ...RECORD, result: { ...RESULT, placements: RESULT.placements.slice(0, 1) } }])],
    ],
    ['a match that nobody played', 'ghosts', played, [player(0), player(1, [RECORD, { ...RECORD, id: 'm_2' }])]],
    [
      'a breach on the wire',
      'inputs',
      [seat(0), seat(1, { wire: { ...seat(1).wire, breaches: ['a gap'] } })],
      [player(0), player(1)],
    ],
    [
      'a seat that was given up',
      'kept',
      [seat(0), seat(1, { end: 'seat-given-up', result: null })],
      [player(0), player(1)],
    ],
    ['a match that never ended', 'kept', [seat(0), seat(1, { end: null, result: null })], [player(0), player(1)]],
  ])('%s', (_what, promise, seats, players) => {
    expect(broken(seats, players)).toContain(promise);
  });

  test('what a generator itself has found', () => {
    const failures = [
      { promise: 'rules', what: 'a disc too many' },
      { promise: 'seated', what: 'no seat' },
    ] as const;
    expect(broken(played, [player(0), player(1)], failures)).toEqual(['seated', 'rules']);
  });
});
