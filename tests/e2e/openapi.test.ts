import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import type { OpenApiDocument } from '../../src/http/docs/openapi.ts';
import { type Documentation, documentation, DocumentedApi } from '../support/documented-api.ts';
import { startTestGyre, type TestGyre } from '../support/gyre.ts';
import { waitFor } from '../support/wait-for.ts';

/** The way of a match over REST, each answer held against the OpenAPI document that the service gives out. */
let gyre: TestGyre;
let seen: Documentation;
let api: DocumentedApi;
beforeAll(async () => {
  gyre = await startTestGyre({ env: { GYRE_OPERATOR_TOKEN: OPERATOR } });
  seen = documentation((await gyre.api.get<OpenApiDocument>('/v1/openapi.json')).body);
  api = new DocumentedApi(gyre.url, seen);
});
afterAll(async () => {
  await gyre[Symbol.asyncDispose]();
});

const CREATE = { game: 'connect-four' };
const OPERATOR = 'operator-token-of-tests';

test('every route answers what its OpenAPI document says, in success and in refusal', async () => {
  await players();
  const { lobbyId } = await gathering();
  await playing(lobbyId);
  await otherWaysIn();
  await refusals();
  await operating();
  expect(seen.faults).toEqual([]);
  expect(operationsWithout2xx()).toEqual([]);
});

async function guest(displayName: string) {
  const player = await api.signIn(displayName);
  return { id: player.player.id, api: api.as(player), player };
}

async function operating(): Promise<void> {
  const operator = { Authorization: `Bearer ${OPERATOR}` };
  const { body } = await api.get<{ processes: { incarnation: string }[] }>('/v1/admin/cluster?matches=true', operator);
  await api.get('/v1/admin/cluster');
  await api.post('/v1/admin/drain', { incarnation: 'i_nobody00' }, operator);
  await api.post('/v1/admin/drain', { incarnation: body.processes[0]?.incarnation }, operator);
}

async function players(): Promise<void> {
  const { id, api: ann, player } = await guest('Ann');
  await api.post('/v1/auth/guest', { deviceKey: player.deviceKey });
  await api.post('/v1/auth/refresh', { refreshToken: player.session.refreshToken });
  await api.get('/v1/games');
  await api.get('/v1/openapi.json');
  await ann.get('/v1/players/me');
  await ann.patch('/v1/players/me', { displayName: 'Anna' });
  await ann.get(`/v1/players/${id}`);
  await ann.delete('/v1/auth/sessions/current');
}

async function gathering(): Promise<{ lobbyId: string }> {
  const [ann, bob] = [await guest('Ann'), await guest('Bob')];
  const key = { 'Idempotency-Key': 'once' };
  const { body: lobby } = await ann.api.post<Lobby>('/v1/lobbies', CREATE, key);
  await ann.api.post('/v1/lobbies', CREATE, key);
  const path = `/v1/lobbies/${lobby.id}`;
  await bob.api.get(`/v1/lobbies?game=connect-four&limit=1`);
  await bob.api.get(path);
  await bob.api.get(path, { 'If-None-Match': '"1"' });
  await bob.api.put(`${path}/members/me`);
  await bob.api.put(`${path}/members/me`);
  await ann.api.put(`${path}/host`, { playerId: bob.id });
  await bob.api.put(`${path}/host`, { playerId: ann.id });
  await ann.api.patch(path, { name: 'Our game', data: { public: { map: 'dunes' } } });
  await bob.api.patch(`${path}/members/me`, { ready: true });
  const { body: message } = await bob.api.post<{ id: string }>(`${path}/messages`, { text: 'Hello' });
  await ann.api.get<Page<object>>(`${path}/messages`);
  await ann.api.post(`${path}/reports`, { playerId: bob.id, reason: 'Too polite', messageId: message.id });
  await ann.api.post(`${path}/start`, { countdownMs: 10_000 });
  await ann.api.delete(`${path}/start`);
  await ann.api.post(`${path}/start`, { countdownMs: 0 });
  const { matchId } = await waitFor(async () => {
    const { body } = await ann.api.get<Lobby>(path);
    return body.state === 'in-match' ? body : null;
  });
  await ann.api.get('/v1/matches?player=me');
  await ann.api.get(`/v1/matches/${matchId}`);
  await ann.api.post(`/v1/matches/${matchId}/seat`);
  await ann.api.post('/v1/hub');
  return { lobbyId: lobby.id };
}

async function playing(lobbyId: string): Promise<void> {
  const stranger = await guest('Eve');
  const path = `/v1/lobbies/${lobbyId}`;
  const { body } = await stranger.api.get<Lobby>(path);
  await stranger.api.get(`/v1/matches/${body.matchId}`);
  await stranger.api.post(`/v1/matches/${body.matchId}/seat`);
  await stranger.api.post(`/v1/matches/${body.matchId}/seat`, { spectate: true });
  await stranger.api.put(`${path}/members/me`);
}

async function otherWaysIn(): Promise<void> {
  const [ann, bob, cay] = [await guest('Ann'), await guest('Bob'), await guest('Cay')];
  const create = { private: true, password: 'secret' };
  const { body: lobby } = await ann.api.post<Lobby>('/v1/lobbies', { ...CREATE, ...create });
  const path = `/v1/lobbies/${lobby.id}`;
  await bob.api.get(path);
  await bob.api.post('/v1/lobbies/join-by-code', { code: lobby.code, password: 'wrong' });
  await bob.api.post('/v1/lobbies/join-by-code', { code: lobby.code, password: 'secret' });
  await cay.api.put(`${path}/members/me`, { code: lobby.code, password: 'secret' });
  await ann.api.post(`${path}/start`);
  await bob.api.delete(`${path}/members/${ann.id}`);
  await ann.api.delete(`${path}/members/${bob.id}`);
  await bob.api.put(`${path}/members/me`, { code: lobby.code, password: 'secret' });
  await ann.api.delete(`${path}/bans/${bob.id}`);
  await ann.api.delete(path);
  await ann.api.post('/v1/lobbies/quick-join', CREATE);
  await ann.api.post('/v1/lobbies/quick-join', { ...CREATE, create: {} });
  await bob.api.post('/v1/lobbies/quick-join', CREATE);
}

async function refusals(): Promise<void> {
  const ann = await guest('Ann');
  const { body: lobby } = await ann.api.post<Lobby>('/v1/lobbies', CREATE);
  await ann.api.post('/v1/lobbies', CREATE);
  await ann.api.patch(`/v1/lobbies/${lobby.id}`, {}, { 'If-Match': '"99"' });
  await ann.api.get('/v1/lobbies?colour=red');
  await ann.api.get('/v1/lobbies?cursor=nonsense');
  for (const [method, path] of operations()) {
    const concrete = path.replaceAll(/\{\w+\}/g, 'unknown-id');
    await api.send(method, concrete, { body: method === 'GET' ? undefined : {} });
    await ann.api.send(method, concrete, method === 'GET' ? {} : { raw: '[]' });
    await ann.api.send(method, concrete, { headers: { Accept: 'text/html' } });
    await ann.api.send(method, `${concrete}?unknown=1`);
  }
}

function operations(): readonly (readonly [method: string, path: string])[] {
  return Object.entries(seen.document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [method.toUpperCase(), path] as const),
  );
}

function operationsWithout2xx(): readonly string[] {
  const succeeded = new Set([...seen.seen].filter((line) => / 2\d\d$/.test(line)).map((line) => line.slice(0, -4)));
  return operations()
    .map(([method, path]) => `${method} ${path}`)
    .filter((operation) => !succeeded.has(operation));
}
