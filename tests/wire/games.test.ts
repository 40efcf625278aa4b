/** "Games" of the wire contract, and what a client finds without a token besides. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectOk } from './support/client.ts';
import { Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

interface GameList {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: unknown;
}

test('the games are listed with everything that a lobby of them may be', async () => {
  const { items, nextCursor } = expectOk(await wire.anyone.get<GameList>('/v1/games'), 200);
  expect(nextCursor).toBeNull();
  const byName = new Map(items.map((game) => [game.name, game]));
  expect(byName.get('connect-four')).toEqual({
    name: 'connect-four',
    title: 'Connect Four',
    minPlayers: 2,
    maxPlayers: 2,
    teams: [],
    startMode: 'host',
    lateJoin: false,
    spectators: false,
    lobbyKeys: [],
    settingsSchema: expect.objectContaining({
      type: 'object',
      properties: { turnMs: expect.objectContaining({ type: 'integer', minimum: 5_000, maximum: 120_000 }) },
    }),
    defaultSettings: { turnMs: 30_000 },
  });
  expect(byName.get('team-race')).toMatchObject({
    minPlayers: 2,
    maxPlayers: 8,
    teams: [
      { name: 'red', maxPlayers: 4 },
      { name: 'blue', maxPlayers: 4 },
    ],
    lobbyKeys: ['map', 'level'],
    defaultSettings: { laps: 3, track: { name: 'oval', night: false }, items: ['banana'] },
  });
});

test('the settings’ JSON Schema asks for nothing that has a default', async () => {
  const { items } = expectOk(await wire.anyone.get<GameList>('/v1/games'), 200);
  for (const { settingsSchema } of items)
    expect((settingsSchema as { required?: unknown[] }).required ?? []).toEqual([]);
});

test('[RQ-11] the OpenAPI document names every route of the contract', async () => {
  const document = expectOk(
    await wire.anyone.get<{ openapi: string; paths: Record<string, Record<string, unknown>> }>('/v1/openapi.json'),
    200,
  );
  expect(document.openapi).toMatch(/^3\.1\./);
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => /^(get|put|post|patch|delete)$/.test(method))
      .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
  );
  expect(routes).toEqual(
    expect.arrayContaining([
      'POST /v1/auth/guest',
      'POST /v1/auth/refresh',
      'DELETE /v1/auth/sessions/current',
      'GET /v1/players/{}',
      'PATCH /v1/players/me',
      'GET /v1/games',
      'GET /v1/lobbies',
      'POST /v1/lobbies',
      'GET /v1/lobbies/{}',
      'PATCH /v1/lobbies/{}',
      'DELETE /v1/lobbies/{}',
      'POST /v1/lobbies/join-by-code',
      'POST /v1/lobbies/quick-join',
      'PUT /v1/lobbies/{}/members/{}',
      'PATCH /v1/lobbies/{}/members/{}',
      'DELETE /v1/lobbies/{}/members/{}',
      'DELETE /v1/lobbies/{}/bans/{}',
      'PUT /v1/lobbies/{}/host',
      'POST /v1/lobbies/{}/messages',
      'GET /v1/lobbies/{}/messages',
      'POST /v1/lobbies/{}/reports',
      'POST /v1/lobbies/{}/start',
      'DELETE /v1/lobbies/{}/start',
      'GET /v1/matches',
      'GET /v1/matches/{}',
      'POST /v1/matches/{}/seat',
      'POST /v1/hub',
    ]),
  );
});

test('the documentation can be read', async () => {
  const { status, headers, text } = await wire.anyone.get('/docs');
  expect([status, headers.get('Content-Type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
  expect(text).toContain('/v1/lobbies');
});
