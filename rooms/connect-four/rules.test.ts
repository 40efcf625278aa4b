import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COLUMNS, isFull, isWin, landingCell, ROWS, winningLine } from './rules.ts';

const CELLS = COLUMNS * ROWS;

/** A board from rows of `.`, `1` and `2`, the bottom row last; rows above are empty. */
function board(...rows: string[]): number[] {
  const drawn = rows.join('').replaceAll('.', '0');
  return [...'0'.repeat(CELLS - drawn.length), ...drawn].map(Number);
}

describe('winningLine', () => {
  test.each([
    ['a row', board('1111...'), 38, [35, 36, 37, 38]],
    ['a column', board('2......', '2......', '2......', '2......'), 14, [14, 21, 28, 35]],
    ['a rising diagonal', board('...1...', '..1....', '.1.....', '1......'), 17, [35, 29, 23, 17]],
    ['a falling diagonal', board('1......', '.1.....', '..1....', '...1...'), 38, [14, 22, 30, 38]],
    ['five in a row, filled in the middle', board('11111..'), 37, [35, 36, 37, 38, 39]],
  ])('%s', (_name, cells, cell, line) => {
    expect([...winningLine(cells, cell)].toSorted((a, b) => a - b)).toEqual(line.toSorted((a, b) => a - b));
    expect(isWin(cells, cell)).toBe(true);
  });

  test.each([
    ['three are not enough', board('111....'), 37],
    ['a row does not go on around the edge', board('....111', '1......'), 34],
    ['another colour breaks it', board('1121111'.slice(0, 5)), 38],
  ])('%s', (_name, cells, cell) => {
    expect(isWin(cells, cell)).toBe(false);
  });
});

test('discs pile up from the bottom, and a full column takes none', () => {
  const cells = board();
  const landed = Array.from({ length: ROWS + 1 }, () => {
    const cell = landingCell(cells, 4);
    if (cell !== null) cells[cell] = 1;
    return cell;
  });
  expect(landed).toEqual([39, 32, 25, 18, 11, 4, null]);
});

test('any game ends: after at most 42 discs the board is full, and each disc lay on the one below', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: COLUMNS - 1 }), { minLength: 42, maxLength: 400 }), (columns) => {
      const cells = board();
      let discs = 0;
      for (const column of columns) {
        const cell = landingCell(cells, column);
        if (cell === null) continue;
        expect(cell + COLUMNS >= CELLS || cells[cell + COLUMNS] !== 0).toBe(true);
        cells[cell] = 1 + (discs % 2);
        discs += 1;
      }
      expect(isFull(cells)).toBe(discs === CELLS);
    }),
    { seed: 4 },
  );
});
