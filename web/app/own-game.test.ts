import { expect, test } from '@jest/globals';
import { foreignGame, GAME } from './own-game.ts';

test.each([
  ['nowhere', undefined, undefined, null],
  ['in a lobby of the page’s game', undefined, GAME, null],
  ['in a match of it', GAME, GAME, null],
  ['in a match of it whose lobby they left', GAME, undefined, null],
  ['in a lobby of another game', undefined, 'team-race', 'team-race'],
  ['in a match of another game', 'team-race', 'team-race', 'team-race'],
  ['in a match of another game whose lobby they left', 'team-race', undefined, 'team-race'],
  ['before an old board, in a lobby of another game', GAME, 'team-race', 'team-race'],
])('a player %s', (_where, match, lobby, foreign) => {
  expect(foreignGame([match, lobby])).toBe(foreign);
});
