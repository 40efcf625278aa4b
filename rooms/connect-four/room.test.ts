import { expect, test } from '@jest/globals';
import { testMatch } from '../kit/testing.ts';
import { ConnectFourRoom } from './room.ts';

async function start(seed = 7) {
  const match = await testMatch(ConnectFourRoom, { seats: 2, seed, settings: { turnMs: 10_000 } });
  const [first, second] = match.state.turn === 0 ? ([0, 1] as const) : ([1, 0] as const);
  return { match, first, second };
}

test('a match goes on after its process is killed in the middle of a turn', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  expect(await match.request(first, 'drop', { column: 3 })).toEqual({ ok: true });
  match.advance(4_000);
  await match.crash();
  expect(await match.request(first, 'drop', { column: 3 })).toEqual({ ok: false, refused: 'not-your-turn' });
  match.advance(5_999);
  expect(match.result).toBeNull();
  match.advance(1);
  expect(match.result?.placements.map((placement) => placement.seatIndex)).toEqual([first, second]);
});
