import { expect, test } from '@jest/globals';
import { foreignGame } from './played.ts';

test.each([
  ['nowhere', undefined, undefined, null],
  ['in a lobby of a game of the page’s', undefined, 'connect-four', null],
  ['in a match of it', 'connect-four', 'connect-four', null],
  ['in a match of it whose lobby they left', 'connect-four', undefined, null],
  ['in a lobby of another game', undefined, 'team-race', 'team-race'],
  ['in a match of another game', 'team-race', 'team-race', 'team-race'],
  ['in a match of another game whose lobby they left', 'team-race', undefined, 'team-race'],
  ['before an old board, in a lobby of another game', 'connect-four', 'team-race', 'team-race'],
])('a player %s', (_where, match, lobby, foreign) => {
  expect(foreignGame([match, lobby])).toBe(foreign);
});
