import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Player } from '../../protocol/players.ts';
import { type HttpService, startHttpService } from '../../tests/support/http-service.ts';
import { lobbies, lobbyMembers, matches, matchSeats } from '../store/schema.ts';

let service: HttpService;
beforeAll(async () => {
  service = await startHttpService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

test('a player sees itself under me, and others see id and name', async () => {
  const [ann, bob] = [await service.api.signIn('Ann'), await service.api.signIn('Bob')];
  expect(await service.api.as(ann).get('/v1/players/me')).toMatchObject({ status: 200, body: ann.player });
  const { body } = await service.api.as(bob).get(`/v1/players/${ann.player.id}`);
  expect(body).toEqual({ id: ann.player.id, displayName: 'Ann' });
});

test.each([
  '/v1/players/p_0000000000',
  '/v1/players/x',
  '/v1/players/%zz',
  '/v1/players/a%2Fb',
  '/v1/players/%00aaaaaaaa',
])('%s is not found', async (path) => {
  const ann = await service.api.signIn();
  expect(await service.api.as(ann).get(path)).toMatchObject({ status: 404, code: 'not-found' });
});

test.each(['application/json', 'application/merge-patch+json', 'application/merge-patch+json; charset=UTF-8'])(
  'a name is changed by a PATCH of %s, and stays',
  async (type) => {
    const ann = await service.api.signIn('Ann');
    const patched = await service.api
      .as(ann)
      .patch('/v1/players/me', { displayName: 'Anna' }, { 'Content-Type': type });
    expect(patched).toMatchObject({ status: 200, body: { ...ann.player, displayName: 'Anna' } });
    expect((await service.api.as(ann).get('/v1/players/me')).body).toEqual(patched.body);
  },
);

test('null is no name (400), and an empty patch changes nothing', async () => {
  const ann = await service.api.signIn('Ann');
  const refused = await service.api.as(ann).patch('/v1/players/me', { displayName: null });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/displayName', code: 'wrong-type' }] } });
  expect(await service.api.as(ann).patch('/v1/players/me')).toMatchObject({ status: 200, body: ann.player });
});

test('[PL-5] a new name gives the lobby that shows it a new version and a nudge; the same name does not', async () => {
  const ann = await service.api.signIn('Ann');
  await insertLobby('l_00000001', ann.player.id);
  const nudges: unknown[] = [];
  const unsubscribe = service.bus.subscribe('lobby', (nudge) => nudges.push(nudge));
  await service.api.as(ann).patch('/v1/players/me', { displayName: 'Anna' });
  await service.api.as(ann).patch('/v1/players/me', { displayName: 'Anna' });
  unsubscribe();
  const [lobby] = await service.db.select().from(lobbies);
  expect(lobby?.version).toBe(2);
  expect(nudges).toEqual([{ lobbyId: 'l_00000001', game: 'connect-four' }]);
});

test('a player has a lobbyId while it is a member, and a matchId while its match plays and it has its seat', async () => {
  const ann = await service.api.signIn('Ann');
  await insertLobby('l_00000002', ann.player.id);
  await insertMatch('m_00000001', 'reserved', ann.player.id);
  expect(await me()).toMatchObject({ lobbyId: 'l_00000002', matchId: null });
  await insertMatch('m_00000002', 'playing', ann.player.id);
  expect(await me()).toMatchObject({ lobbyId: 'l_00000002', matchId: 'm_00000002' });
  await service.db.update(matchSeats).set({ givenUpAt: new Date() });
  expect(await me()).toMatchObject({ matchId: null });

  async function me(): Promise<Player> {
    return (await service.api.as(ann).get<Player>('/v1/players/me')).body;
  }
});

async function insertLobby(id: string, hostId: string): Promise<void> {
  const empty = { settings: {}, dataPublic: {}, dataMembers: {} };
  const players = { minPlayers: 2, maxPlayers: 2, memberCount: 1 };
  await service.db.insert(lobbies).values({
    id,
    game: 'connect-four',
    name: 'x',
    code: id.slice(-6),
    hostId,
    startMode: 'host',
    ...players,
    ...empty,
  });
  await service.db.insert(lobbyMembers).values({ lobbyId: id, playerId: hostId });
}

async function insertMatch(id: string, state: 'reserved' | 'playing', playerId: string): Promise<void> {
  await service.db.insert(matches).values({ id, game: 'connect-four', state, settings: {}, seed: 1, compat: 'x' });
  await service.db.insert(matchSeats).values({ matchId: id, index: 0, playerId, displayName: 'Ann' });
}
