import { expect, test } from '@jest/globals';
import { connectFour } from '../../rooms/connect-four/game.ts';
import type { GameInfo } from '../../protocol/games.ts';
import type { Page } from '../../protocol/shapes.ts';
import { startHttpService } from '../../tests/support/http-service.ts';

const NAMES = ['one', 'two', 'three'];
const games = Object.fromEntries(NAMES.map((name) => [name, { ...connectFour, name }]));

test('games come in the order of their registration, a page at a time', async () => {
  await using service = await startHttpService({ games });
  const all = await service.api.get<Page<GameInfo>>('/v1/games');
  expect(all.body.items.map(({ name }) => name)).toEqual(NAMES);
  expect(all.body.nextCursor).toBeNull();
  const first = await service.api.get<Page<GameInfo>>('/v1/games?limit=2');
  const second = await service.api.get<Page<GameInfo>>(`/v1/games?limit=2&cursor=${first.body.nextCursor}`);
  expect([...first.body.items, ...second.body.items].map(({ name }) => name)).toEqual(NAMES);
  expect(second.body.nextCursor).toBeNull();
});

test.each([
  ['limit=0', 'invalid-request'],
  ['limit=101', 'invalid-request'],
  ['limit=1&limit=2', 'invalid-request'],
  ['cursor=nonsense', 'invalid-cursor'],
  ['colour=red', 'invalid-request'],
])('?%s is %s, and names the parameter', async (query, code) => {
  await using service = await startHttpService({ games });
  const parameter = query.split('=')[0];
  expect(await service.api.get(`/v1/games?${query}`)).toMatchObject({
    status: 400,
    code,
    body: { errors: [{ parameter }] },
  });
});
