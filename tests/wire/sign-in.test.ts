/** "Sign in" of the wire contract. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SignedIn } from '../../protocol/players.ts';
import { expectOk, type WireClient } from './support/client.ts';
import { id, TIME } from './support/shapes.ts';
import { see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const signIn = (body?: object) => wire.anyone.post<SignedIn>('/v1/auth/guest', body);
const refresh = (refreshToken: string) => wire.anyone.post<SignedIn>('/v1/auth/refresh', { refreshToken });
const bearer = (accessToken: string): WireClient => wire.anyone.with({ Authorization: `Bearer ${accessToken}` });

function expectSignedIn(value: unknown, displayName: unknown): void {
  expect(value).toEqual({
    player: {
      id: expect.stringMatching(id('p')),
      displayName,
      kind: 'guest',
      createdAt: expect.stringMatching(TIME),
      lobbyId: null,
      matchId: null,
    },
    session: {
      accessToken: expect.any(String),
      expiresInMs: 900_000,
      refreshToken: expect.any(String),
      refreshExpiresInMs: 2_592_000_000,
    },
  });
}

test('[PL-1] makes a guest of everyone, and knows a device key again', async () => {
  const deviceKey = randomBytes(32).toString('base64url');
  const first = await signIn({ deviceKey, displayName: 'Ann' });
  expectSignedIn(expectOk(first, 201), 'Ann');
  const again = await signIn({ deviceKey, displayName: 'Other' });
  expectSignedIn(expectOk(again, 200), 'Ann');
  expect(again.body.player.id).toBe(first.body.player.id);
  expectSignedIn(expectOk(await signIn(), 201), expect.stringMatching(/^Guest-\d{4}$/));
  expectSignedIn(expectOk(await signIn({}), 201), expect.stringMatching(/^Guest-\d{4}$/));
  expectSignedIn(expectOk(await signIn({ displayName: 'Bob' }), 201), 'Bob');
});

test('[PL-1] makes one player of many sign-ins with one new key at the same time', async () => {
  const deviceKey = randomBytes(32).toString('base64url');
  const answers = await Promise.all(Array.from({ length: 20 }, () => signIn({ deviceKey })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
  expect(new Set(answers.map(({ body }) => body.player.id)).size).toBe(1);
});

test('takes device keys of 32 to 128 characters and names of 1 to 24 code points', async () => {
  for (const length of [32, 128]) expect((await signIn({ deviceKey: 'k'.repeat(length) })).status).toBe(201);
  for (const length of [0, 31, 129]) {
    const { code, body } = await signIn({ deviceKey: 'k'.repeat(length) });
    expect([length, code]).toEqual([length, 'invalid-request']);
    expect(body).toMatchObject({ errors: [{ pointer: '#/deviceKey' }] });
  }
  for (const name of ['A', 'x'.repeat(24), '😀'.repeat(24)]) {
    expect(expectOk(await signIn({ displayName: name }), 201).player.displayName).toBe(name);
  }
  for (const name of ['', 'x'.repeat(25), '😀'.repeat(25), 7]) {
    const { code, body } = await signIn({ displayName: name });
    expect([name, code]).toEqual([name, 'invalid-request']);
    expect(body).toMatchObject({ errors: [{ pointer: '#/displayName' }] });
  }
});

test('[PL-2] a refresh gives the same shape and new tokens; the old ones work on for a while', async () => {
  const { player, session } = expectOk(await signIn({ displayName: 'Ann' }), 201);
  const second = expectOk(await refresh(session.refreshToken), 200);
  expectSignedIn(second, 'Ann');
  expect(second.player.id).toBe(player.id);
  expect(second.session.refreshToken).not.toBe(session.refreshToken);
  // Two tabs, or a lost reply: presented again within 30 s.
  const twin = expectOk(await refresh(session.refreshToken), 200);
  expect(twin.session.refreshToken).not.toBe(second.session.refreshToken);
  for (const { session: each } of [second, twin]) {
    expect((await bearer(each.accessToken).get('/v1/players/me')).status).toBe(200);
    expectOk(await refresh(each.refreshToken), 200);
  }
  expect((await bearer(session.accessToken).get('/v1/players/me')).status).toBe(200);
});

test('[PL-2] refreshes of one token at the same time all succeed', async () => {
  const { session } = expectOk(await signIn(), 201);
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(session.refreshToken)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(new Set(answers.map(({ body }) => body.session.refreshToken)).size).toBe(10);
});

test('[PL-4] an ended session’s tokens are invalid from the next request on, others of the player are not', async () => {
  const deviceKey = randomBytes(32).toString('base64url');
  const { session } = expectOk(await signIn({ deviceKey }), 201);
  const other = expectOk(await signIn({ deviceKey }), 200);
  const rotated = expectOk(await refresh(session.refreshToken), 200);
  const ended = await bearer(rotated.session.accessToken).delete('/v1/auth/sessions/current');
  expect([ended.status, ended.text]).toEqual([204, '']);
  for (const { accessToken, refreshToken } of [session, rotated.session]) {
    expect((await bearer(accessToken).get('/v1/players/me')).code).toBe('token-invalid');
    expect((await bearer(accessToken).delete('/v1/auth/sessions/current')).code).toBe('token-invalid');
    expect((await refresh(refreshToken)).code).toBe('token-invalid');
  }
  expect((await bearer(other.session.accessToken).get('/v1/players/me')).status).toBe(200);
  expectOk(await refresh(other.session.refreshToken), 200);
});

test('tokens that are malformed or forged are token-invalid, none is unauthenticated', async () => {
  const { session } = expectOk(await signIn(), 201);
  const real = session.accessToken;
  for (const forged of ['x', 'a.b.c', `${real}x`, real.slice(1), real.slice(0, -6), session.refreshToken, 'Bearer']) {
    expect([forged, (await bearer(forged).get('/v1/players/me')).code]).toEqual([forged, 'token-invalid']);
  }
  expect((await wire.anyone.get('/v1/players/me')).code).toBe('unauthenticated');
  expect((await wire.anyone.get('/v1/players/me', { Authorization: 'Basic YTpi' })).code).toBe('unauthenticated');
  for (const refreshToken of ['x', real, `${session.refreshToken}x`])
    expect((await refresh(refreshToken)).code).toBe('token-invalid');
  expect((await wire.anyone.post('/v1/auth/refresh', {})).code).toBe('invalid-request');
});

test('[PL-5] a player’s profile is the whole player for themselves, id and name for others', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const profile = await ann.get('/v1/players/me');
  expect(profile.body).toEqual(ann.signedIn.player);
  const renamed = expectOk(await ann.patch('/v1/players/me', { displayName: 'Anna' }), 200);
  expect(renamed).toEqual({ ...ann.signedIn.player, displayName: 'Anna' });
  expect(expectOk(await bob.get(`/v1/players/${ann.id}`), 200)).toEqual({ id: ann.id, displayName: 'Anna' });
  expect((await bob.get('/v1/players/p_AAAAAAAAAAAA')).code).toBe('not-found');
  for (const displayName of ['', 'x'.repeat(25), 5]) {
    expect((await ann.patch('/v1/players/me', { displayName })).code).toBe('invalid-request');
  }
  expect((await bob.patch(`/v1/players/${ann.id}`, { displayName: 'Mallory' })).status).toBeGreaterThanOrEqual(400);
  expect((await ann.get('/v1/players/me')).body.displayName).toBe('Anna');
});

test('[PL-5] shows the player’s lobby while there is one, and the new name in it', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const lobby = await wire.gather([ann, bob]);
  expect((await bob.get('/v1/players/me')).body).toMatchObject({ lobbyId: lobby.id, matchId: null });
  await bob.patch('/v1/players/me', { displayName: 'Robert' });
  const after = await see(ann, lobby.id);
  expect([after.members?.[1]?.displayName, after.version]).toEqual(['Robert', lobby.version + 1]);
  await bob.delete(`/v1/lobbies/${lobby.id}/members/me`);
  expect((await bob.get('/v1/players/me')).body.lobbyId).toBeNull();
});
