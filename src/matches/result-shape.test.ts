import { describe, expect, test } from '@jest/globals';
import { checkedResult } from './result-shape.ts';

const SEATS = ['p_ann_1234', 'p_bob_1234', null].map((playerId, index) => ({
  index,
  playerId,
  displayName: '',
  team: null,
  isBot: playerId === null,
  late: false,
  givenUp: false,
}));
const placed = (...places: readonly (readonly [seatIndex: number, place: number])[]) => ({
  placements: places.map(([seatIndex, place]) => ({ seatIndex, playerId: null, place, score: null })),
  data: {},
});

describe("a room's result", () => {
  test('gets the players of its seats, and keeps scores and data', () => {
    const result = {
      placements: [{ ...placed([2, 1]).placements[0], score: 7.5 }, ...placed([1, 2], [0, 3]).placements],
      data: { by: 'time' },
    };
    expect(checkedResult(result as never, SEATS)).toEqual({
      placements: [
        { seatIndex: 2, playerId: null, place: 1, score: 7.5 },
        { seatIndex: 1, playerId: 'p_bob_1234', place: 2, score: null },
        { seatIndex: 0, playerId: 'p_ann_1234', place: 3, score: null },
      ],
      data: { by: 'time' },
    });
  });

  test.each([[placed([0, 1], [1, 1], [2, 3])], [placed([0, 1], [1, 2], [2, 2])], [placed([0, 1], [1, 1], [2, 1])]])(
    'shares places in a draw: %j',
    (result) => {
      expect(checkedResult(result, SEATS).placements.map(({ place }) => place)).toEqual(
        result.placements.map(({ place }) => place),
      );
    },
  );

  test('has no place for a player who came as the match ended, whose room had no part in that [MA-7]', () => {
    const late = { ...SEATS[1]!, index: 3, playerId: 'p_dan_1234', late: true };
    const { placements } = checkedResult(placed([0, 1], [1, 2], [2, 3]), [...SEATS, late]);
    expect(placements.map(({ seatIndex }) => seatIndex)).toEqual([0, 1, 2]);
    const withPlace = checkedResult(placed([3, 1], [0, 2], [1, 3], [2, 4]), [...SEATS, late]);
    expect(withPlace.placements[0]).toMatchObject({ seatIndex: 3, playerId: 'p_dan_1234' });
    expect(() => checkedResult(placed([3, 1], [0, 2], [2, 3]), [...SEATS, late])).toThrow(/no place for seats 1/);
  });

  test.each([
    ['a seat without a place', placed([0, 1], [1, 2])],
    ['a seat twice', placed([0, 1], [0, 1], [1, 3], [2, 4])],
    ['an unknown seat', placed([0, 1], [1, 2], [2, 3], [3, 4])],
    ['a gap', placed([0, 1], [1, 3], [2, 3])],
    ['no gap after a draw', placed([0, 1], [1, 1], [2, 2])],
    ['no winner', placed([0, 2], [1, 2], [2, 2])],
    [
      'a score that is no number',
      { placements: placed([0, 1], [1, 2], [2, 3]).placements.map((each) => ({ ...each, score: NaN })), data: {} },
    ],
  ])('is refused with %s', (_what, result) => {
    expect(() => checkedResult(result, SEATS)).toThrow(/result|score/);
  });
});
