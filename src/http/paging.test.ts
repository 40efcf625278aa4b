import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { decodeCursor, encodeCursor, PageLimit } from './paging.ts';
import { ProblemError } from './problem.ts';

const Position = z.tuple([z.string(), z.int()]);
const query = { filter: { game: 'x', state: 'open' }, sort: '-createdAt' };

test('a cursor stands for its position, however its query is written', () => {
  const cursor = encodeCursor(['l_1', 7], query);
  expect(decodeCursor(cursor, { sort: '-createdAt', filter: { state: 'open', game: 'x' } }, Position)).toEqual([
    'l_1',
    7,
  ]);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
});

test.each([
  ['of another query', encodeCursor(['l_1', 7], { ...query, sort: 'createdAt' })],
  ['of another shape', encodeCursor({ position: 1 }, query)],
  ['empty', ''],
  ['garbage', '%%%'],
  ['no JSON', Buffer.from('nonsense').toString('base64url')],
  ['with NUL in it', Buffer.from('["x",["\\u0000",1]]').toString('base64url')],
])('a cursor %s is invalid-cursor', (_, cursor) => {
  expect(problemOf(() => decodeCursor(cursor, query, Position))).toMatchObject({
    code: 'invalid-cursor',
    errors: [{ parameter: 'cursor' }],
  });
});

test('limit is 1–100, 20 by default', () => {
  expect([undefined, '1', '100'].map((limit) => PageLimit.parse(limit))).toEqual([20, 1, 100]);
  for (const limit of ['0', '101', '-1', '1.5', 'x', '']) expect(PageLimit.safeParse(limit).success).toBe(false);
});

function problemOf(work: () => unknown): ProblemError {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error;
  }
  throw new Error('there was no problem');
}
