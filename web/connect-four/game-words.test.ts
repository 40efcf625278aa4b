import { describe, expect, test } from '@jest/globals';
import type { MatchResult } from '../../client-sdk/index.ts';
import { endWords } from './end-words.ts';
import { columnWords, moveWords, turnWords } from './move-words.ts';
import { outcomeOf } from '../match/outcome.ts';
import { positionOf } from './position.ts';
import { winningCells } from './winning-cells.ts';

const nameOf = (side: number) => (side === 0 ? 'You' : 'Ben');
const EMPTY = Array.from({ length: 42 }, () => 0);

function board(discs: Readonly<Record<number, number>>): number[] {
  return EMPTY.map((_, cell) => discs[cell] ?? 0);
}

function state(cells: number[], turn: number) {
  return { cells, turn, turnEndsAtMs: 30_000 };
}

function result(...placements: readonly (readonly [seatIndex: number, place: number])[]): MatchResult {
  return {
    placements: placements.map(([seatIndex, place]) => ({ seatIndex, place, playerId: null, score: null })),
    data: {},
  };
}

describe('a move in words', () => {
  test('says whose disc went where, and whose turn it is now', () => {
    const before = positionOf(state(EMPTY, 0), null);
    const after = positionOf(state(board({ 37: 1 }), 1), before);
    expect(moveWords(before, after, nameOf)).toBe('You: column 3, row 1. Ben’s turn.');
  });

  test('the newest disc is unknown after a gap, and stays known while nothing happens', () => {
    const before = positionOf(state(board({ 37: 1 }), 1), positionOf(state(EMPTY, 0), null));
    expect(before.lastCell).toBe(37);
    expect(positionOf(state(board({ 37: 1 }), 1), before).lastCell).toBe(37);
    expect(positionOf(state(board({ 37: 1, 38: 2, 39: 1 }), 1), before).lastCell).toBeNull();
  });

  test('one’s own turn', () => {
    expect(turnWords(0, nameOf)).toBe('Your turn.');
  });

  test.each([
    ['an empty column', {}, 'Column 3: empty'],
    ['a started one, from the bottom', { 37: 1, 30: 2 }, 'Column 3: from the bottom Sun, Moon'],
    [
      'a full one',
      { 37: 1, 30: 2, 23: 1, 16: 2, 9: 1, 2: 2 },
      'Column 3: from the bottom Sun, Moon, Sun, Moon, Sun, Moon, full',
    ],
  ])('%s', (_name, discs, words) => {
    expect(columnWords({ cells: board(discs) }, 2)).toBe(words);
  });
});

describe('the end in words', () => {
  const facts = { mySeat: 0, hasLine: false, ranOutOfTime: false, nameOf };

  test.each([
    ['won by a line', result([0, 1], [1, 2]), { hasLine: true }, 'You won!', 'Four in a row.'],
    ['lost by a line', result([1, 1], [0, 2]), { hasLine: true }, 'Ben won', 'Four in a row.'],
    ['won by a resignation', result([0, 1], [1, 2]), {}, 'You won!', 'Ben gave up.'],
    ['lost on time', result([1, 1], [0, 2]), { ranOutOfTime: true }, 'Ben won', 'You ran out of time.'],
    ['a draw', result([0, 1], [1, 1]), {}, 'A draw', 'Nobody has four in a row.'],
  ])('%s', (_name, ended, more, headline, reason) => {
    expect(endWords({ ...facts, ...more, result: ended })).toEqual({ headline, reason });
  });

  test.each([
    [result([0, 1], [1, 2]), 0, 'won'],
    [result([0, 1], [1, 2]), 1, 'lost'],
    [result([0, 1], [1, 1]), 1, 'draw'],
    [null, 0, 'none'],
  ] as const)('outcome %#', (ended, seat, outcome) => {
    expect(outcomeOf(ended, seat)).toBe(outcome);
  });
});

test('the winning line is found wherever it is', () => {
  expect(winningCells(board({ 35: 2, 29: 2, 23: 2, 17: 2, 38: 1 }))).toHaveLength(4);
  expect(winningCells(board({ 35: 2, 29: 2, 23: 2 }))).toEqual([]);
});
