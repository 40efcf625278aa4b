import { expect, test } from '@jest/globals';
import { fits, initialFilter, isJoinable } from './filter.ts';

const open = { name: 'Ann’s game', game: 'connect-four', state: 'open', openSlots: 1, locked: false } as const;
const arena = { ...open, game: 'arena' } as const;
const joinsLate = (game: string): boolean => game === 'arena';

test.each([
  ['an open one', open, true],
  ['a full one', { ...open, openSlots: 0 }, false],
  ['a locked one', { ...open, locked: true }, false],
  ['a running one', { ...open, state: 'in-match' }, false],
  ['a running one of a game that takes late-comers', { ...arena, state: 'in-match' }, true],
  ['a full running one of such a game', { ...arena, state: 'in-match', openSlots: 0 }, false],
  ['one that is starting', { ...arena, state: 'starting' }, false],
] as const)('whether one can sit down in %s', (_what, lobby, joinable) => {
  expect(isJoinable(lobby, joinsLate)).toBe(joinable);
});

test.each([
  ['by part of its name, in any case', { name: ' ann' }, open, true],
  ['not by another name', { name: 'Ben' }, open, false],
  ['not while it is played', {}, { ...open, state: 'in-match' }, false],
  ['while it is played, if all are asked for', { withOpenSeats: false }, { ...open, state: 'in-match' }, true],
] as const)('a lobby is shown: %s', (_how, change, lobby, shown) => {
  expect(fits({ ...initialFilter, ...change }, lobby, joinsLate)).toBe(shown);
});
