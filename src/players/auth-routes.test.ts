import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { SignedIn } from '../../protocol/players.ts';
import { players } from '../store/schema.ts';
import { type HttpService, startHttpService } from '../../tests/support/http-service.ts';

let service: HttpService;
beforeAll(async () => {
  service = await startHttpService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const KEY = 'd'.repeat(43);

test('the first sign-in of a device key makes a player (201), the second finds it (200) and ignores the name', async () => {
  const first = await service.api.post<SignedIn>('/v1/auth/guest', { deviceKey: KEY, displayName: 'Ann' });
  const second = await service.api.post<SignedIn>('/v1/auth/guest', { deviceKey: KEY, displayName: 'Bob' });
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(first.body.player).toEqual({
    id: expect.stringMatching(/^p_[A-Za-z0-9_-]{6,34}$/),
    displayName: 'Ann',
    kind: 'guest',
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    lobbyId: null,
    matchId: null,
  });
  expect(second.body.player).toEqual(first.body.player);
  expect(first.body.session).toMatchObject({ expiresInMs: 900_000, refreshExpiresInMs: 2_592_000_000 });
});

test('a body may be left out: the guest is new each time and called Guest- and four digits', async () => {
  const [one, two] = [
    await service.api.post<SignedIn>('/v1/auth/guest'),
    await service.api.post<SignedIn>('/v1/auth/guest'),
  ];
  expect(one.body.player.displayName).toMatch(/^Guest-\d{4}$/);
  expect(one.body.player.id).not.toBe(two.body.player.id);
});

test('[PL-1] twenty sign-ins at once with one device key give one player', async () => {
  const deviceKey = 'race'.repeat(10);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => service.api.post<SignedIn>('/v1/auth/guest', { deviceKey })),
  );
  expect(new Set(answers.map(({ body }) => body.player.id)).size).toBe(1);
  expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
});

test.each([
  [{ deviceKey: 'short' }, '#/deviceKey', 'too-small'],
  [{ deviceKey: 'x'.repeat(129) }, '#/deviceKey', 'too-large'],
  [{ deviceKey: 7 }, '#/deviceKey', 'wrong-type'],
  [{ displayName: '' }, '#/displayName', 'too-small'],
  [{ displayName: '🙂'.repeat(25) }, '#/displayName', 'too-large'],
  [{ displayName: 'a\u0007b' }, '#/displayName', 'invalid-text'],
  [{ displayname: 'Ann' }, '#/displayname', 'unknown-field'],
  [[], '#', 'wrong-type'],
  [null, '#', 'wrong-type'],
])('a guest of %j is refused at %s as %s', async (body, pointer, code) => {
  const answer = await service.api.post('/v1/auth/guest', body);
  expect(answer).toMatchObject({ status: 400, code: 'invalid-request', body: { errors: [{ pointer, code }] } });
});

test('24 code points are 24, whatever their size', async () => {
  expect((await service.api.post('/v1/auth/guest', { displayName: '🙂'.repeat(24) })).status).toBe(201);
});

test('a refresh gives the same player and new tokens, both of which work', async () => {
  const ann = await service.api.signIn('Ann');
  const { status, body } = await refresh(ann.session.refreshToken);
  expect(status).toBe(200);
  expect(body.player).toEqual(ann.player);
  expect(body.session.refreshToken).not.toBe(ann.session.refreshToken);
  expect((await service.api.as(body).get('/v1/players/me')).status).toBe(200);
  expect((await service.api.as(ann).get('/v1/players/me')).status).toBe(200);
});

test('[PL-2] a refresh token presented again within 30 s gets another successor, and both live on', async () => {
  const ann = await service.api.signIn();
  const answers = await Promise.all([1, 2, 3].map(() => refresh(ann.session.refreshToken)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const successors = answers.map(({ body }) => body.session.refreshToken);
  expect(new Set(successors).size).toBe(3);
  for (const successor of successors) expect((await refresh(successor)).status).toBe(200);
});

test('[PL-3] a refresh token presented again later is token-reused, and the session ends with all of its tokens', async () => {
  const moved = await startHttpService();
  const ann = await moved.api.signIn();
  const fresh = await moved.api.post<SignedIn>('/v1/auth/refresh', { refreshToken: ann.session.refreshToken });
  moved.clock.advance(30_001);
  const reused = await moved.api.post('/v1/auth/refresh', { refreshToken: ann.session.refreshToken });
  expect(reused).toMatchObject({ status: 401, code: 'token-reused' });
  expect(reused.headers.get('WWW-Authenticate')).toBe('Bearer');
  expect(await moved.api.as(fresh.body).get('/v1/players/me')).toMatchObject({ status: 401, code: 'token-invalid' });
  const successor = await moved.api.post('/v1/auth/refresh', { refreshToken: fresh.body.session.refreshToken });
  expect(successor).toMatchObject({ status: 401, code: 'token-invalid' });
  await moved[Symbol.asyncDispose]();
});

test('tokens expire: the access token after 15 minutes, the refresh token after 30 days', async () => {
  const moved = await startHttpService();
  const ann = await moved.api.signIn();
  moved.clock.advance(900_000);
  expect(await moved.api.as(ann).get('/v1/players/me')).toMatchObject({ status: 401, code: 'token-expired' });
  moved.clock.advance(2_592_000_000);
  const late = await moved.api.post('/v1/auth/refresh', { refreshToken: ann.session.refreshToken });
  expect(late).toMatchObject({ status: 401, code: 'token-expired' });
  await moved[Symbol.asyncDispose]();
});

test('[PL-4] signing out ends access and refresh tokens from the next request on, tells the bus, and survives a restart', async () => {
  const ann = await service.api.signIn();
  const told = new Promise((resolve) => service.bus.subscribe('session', resolve));
  const out = await service.api.as(ann).delete('/v1/auth/sessions/current');
  expect(out).toMatchObject({ status: 204, body: null });
  expect(await told).toMatchObject({ playerId: ann.player.id });
  expect(await service.api.as(ann).get('/v1/players/me')).toMatchObject({ status: 401, code: 'token-invalid' });
  expect(await refresh(ann.session.refreshToken)).toMatchObject({ status: 401, code: 'token-invalid' });
  await using restarted = await startHttpService({ databaseUrl: service.databaseUrl });
  expect(await restarted.api.as(ann).get('/v1/players/me')).toMatchObject({ status: 401, code: 'token-invalid' });
});

test('signing out ends that session alone', async () => {
  const ann = await service.api.signIn();
  const again = await service.api.post<SignedIn>('/v1/auth/guest', { deviceKey: ann.deviceKey });
  await service.api.as(ann).delete('/v1/auth/sessions/current');
  expect((await service.api.as(again.body).get('/v1/players/me')).status).toBe(200);
});

test.each([
  ['no header', 'unauthenticated', {}],
  ['another scheme', 'unauthenticated', { Authorization: 'Basic YTpi' }],
  ['an empty token', 'unauthenticated', { Authorization: 'Bearer ' }],
  ['garbage', 'token-invalid', { Authorization: 'Bearer garbage' }],
  ['dots', 'token-invalid', { Authorization: 'Bearer ..' }],
  ['a very long token', 'token-invalid', { Authorization: `Bearer ${'x'.repeat(5_000)}` }],
])('%s gives 401 %s', async (_, code, headers: Record<string, string>) => {
  const answer = await service.api.get('/v1/players/me', headers);
  expect(answer).toMatchObject({ status: 401, code });
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
});

test('a forged token is invalid: no character of it can be changed', async () => {
  const ann = await service.api.signIn();
  const token = ann.session.accessToken;
  for (const at of [0, 10, token.indexOf('.') - 1, token.indexOf('.') + 1, token.length - 1]) {
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    const answer = await service.api.get('/v1/players/me', { Authorization: `Bearer ${forged}` });
    expect(answer).toMatchObject({ status: 401, code: 'token-invalid' });
  }
});

test('the scheme is taken in any case', async () => {
  const ann = await service.api.signIn();
  const answer = await service.api.get('/v1/players/me', { authorization: `bearer ${ann.session.accessToken}` });
  expect(answer.status).toBe(200);
});

test('a banned player is refused everywhere (403), after a restart too', async () => {
  const ann = await service.api.signIn();
  await service.db.update(players).set({ bannedAt: new Date() }).where(eq(players.id, ann.player.id));
  expect(await refresh(ann.session.refreshToken)).toMatchObject({ status: 403, code: 'banned' });
  const again = await service.api.post('/v1/auth/guest', { deviceKey: ann.deviceKey });
  expect(again).toMatchObject({ status: 403, code: 'banned' });
  await using restarted = await startHttpService({ databaseUrl: service.databaseUrl });
  expect(await restarted.api.as(ann).get('/v1/players/me')).toMatchObject({ status: 403, code: 'banned' });
});

test('every authenticated call is a sign of life, a refused one is not', async () => {
  const signs: string[] = [];
  await using own = await startHttpService({ onAuthenticated: (playerId) => signs.push(playerId) });
  const ann = await own.api.signIn();
  await own.api.as(ann).get('/v1/players/me');
  await own.api.as(ann).get('/v1/players/p_0000000000');
  await own.api.get('/v1/players/me');
  expect(signs).toEqual([ann.player.id, ann.player.id]);
});

function refresh(refreshToken: string) {
  return service.api.post<SignedIn>('/v1/auth/refresh', { refreshToken });
}
