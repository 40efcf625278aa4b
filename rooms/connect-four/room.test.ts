import { describe, expect, test } from '@jest/globals';
import { testMatch } from '../kit/testing.ts';
import { ConnectFourRoom } from './room.ts';

async function start(seed = 7) {
  const match = await testMatch(ConnectFourRoom, { seats: 2, seed, settings: { turnMs: 10_000 } });
  const [first, second] = match.state.turn === 0 ? ([0, 1] as const) : ([1, 0] as const);
  return { match, first, second };
}

/** A full board without four in a row: columns in pairs, filled so that colours come in twos and threes. */
const DRAWN_GAME = [
  [0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1],
  [2, 3, 2, 3, 3, 2, 3, 2, 2, 3, 2, 3],
  [4, 5, 4, 5, 5, 4, 5, 4, 4, 5, 4, 5],
  [6, 6, 6, 6, 6, 6],
].flat();

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

test('[C4-1] four in a row wins', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  for (let row = 0; row < 3; row += 1) {
    await match.request(first, 'drop', { column: 0 });
    await match.request(second, 'drop', { column: 1 });
  }
  expect(match.result).toBeNull();
  expect(await match.request(first, 'drop', { column: 0 })).toEqual({ ok: true });
  expect(match.result?.placements).toMatchObject([
    { seatIndex: first, place: 1 },
    { seatIndex: second, place: 2 },
  ]);
});

describe('refusals change nothing', () => {
  test('not one’s turn', async () => {
    const { match, second } = await start();
    await using _ = match;
    const before = match.state.toJSON();
    expect(await match.request(second, 'drop', { column: 3 })).toEqual({ ok: false, refused: 'not-your-turn' });
    expect(match.state.toJSON()).toEqual(before);
  });

  test('a full column', async () => {
    const { match, first, second } = await start();
    await using _ = match;
    for (let disc = 0; disc < 6; disc += 1) await match.request(disc % 2 === 0 ? first : second, 'drop', { column: 2 });
    const before = match.state.toJSON();
    expect(await match.request(first, 'drop', { column: 2 })).toEqual({ ok: false, refused: 'column-full' });
    expect(match.state.toJSON()).toEqual(before);
  });
});

test('[C4-1] a full board is a draw', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  for (const [disc, column] of DRAWN_GAME.entries()) {
    const { result } = match;
    if (result !== null) break;
    expect(await match.request(disc % 2 === 0 ? first : second, 'drop', { column })).toEqual({ ok: true });
  }
  expect(match.result?.placements.map(({ place }) => place)).toEqual([1, 1]);
});

test('[C4-1] resigning loses, also out of turn', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  await match.request(second, 'resign');
  expect(match.result?.placements.map(({ seatIndex }) => seatIndex)).toEqual([first, second]);
});

test('[C4-1] leaving loses; being away shortly does not', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  match.drop(first);
  match.advance(3_000);
  match.return(first);
  expect(match.result).toBeNull();
  match.leave(first);
  expect(match.result?.placements.map(({ seatIndex }) => seatIndex)).toEqual([second, first]);
});

test('[C4-1] each turn has its own clock', async () => {
  const { match, first, second } = await start();
  await using _ = match;
  match.advance(9_999);
  await match.request(first, 'drop', { column: 0 });
  expect(match.state.turnEndsAtMs).toBe(19_999);
  match.advance(10_000);
  expect(match.result?.placements.map(({ seatIndex }) => seatIndex)).toEqual([first, second]);
});

test('[C4-2] both seats begin equally often', async () => {
  let seatZeroBegan = 0;
  for (let seed = 0; seed < 1_000; seed += 1) {
    await using match = await testMatch(ConnectFourRoom, { seed: seed * 2_654_435_761 });
    if (match.state.turn === 0) seatZeroBegan += 1;
  }
  expect(seatZeroBegan).toBeGreaterThan(430);
  expect(seatZeroBegan).toBeLessThan(570);
});
