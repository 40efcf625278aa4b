import { expect, test } from '@jest/globals';
import { flattenWhere, lobbyQueryString } from './lobby-filter.ts';

test('a filter becomes the list’s own names', () => {
  expect(
    flattenWhere({
      game: 'chess',
      state: { in: ['open', 'countdown'] },
      locked: false,
      openSlots: { ge: 1, lt: 5, ne: undefined },
      data: { map: 'dunes', mode: { ne: 'duel' } },
    }),
  ).toEqual({
    game: 'chess',
    'state.in': 'open,countdown',
    locked: false,
    'openSlots.ge': 1,
    'openSlots.lt': 5,
    'data.map': 'dunes',
    'data.mode.ne': 'duel',
  });
});

test('a query is escaped, and nothing is no query', () => {
  expect(lobbyQueryString({})).toBe('');
  expect(lobbyQueryString({ data: { map: 'a&b=c d' }, sort: '-createdAt', limit: 5 }, 'x+y')).toBe(
    '?data.map=a%26b%3Dc+d&sort=-createdAt&limit=5&cursor=x%2By',
  );
});
