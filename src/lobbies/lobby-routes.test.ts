import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { LobbyBed } from '../../tests/support/lobby-bed.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

describe('a new lobby', () => {
  test('is answered as the contract shows it, with its ETag and Location', async () => {
    const ann = await bed.guest('Ann');
    const { status, headers, body } = await ann.post<Lobby>('/v1/lobbies', {
      game: 'connect-four',
      settings: { turnMs: 20_000 },
      data: { public: { map: 'dunes' } },
    });
    expect(status).toBe(201);
    expect(headers.get('ETag')).toBe('"1"');
    expect(headers.get('Vary')).toContain('Authorization');
    expect(headers.get('Location')).toBe(`/v1/lobbies/${body.id}`);
    const { createdAt } = body;
    expect(body).toEqual({
      id: expect.stringMatching(/^l_[A-Za-z0-9_-]{6,34}$/),
      version: 1,
      rev: 1,
      game: 'connect-four',
      name: "Ann's game",
      state: 'open',
      reason: null,
      locked: false,
      private: false,
      hasPassword: false,
      code: expect.stringMatching(/^[A-HJ-NP-Z]{6}$/),
      hostId: ann.id,
      startMode: 'host',
      minPlayers: 2,
      maxPlayers: 2,
      memberCount: 1,
      openSlots: 1,
      teams: [],
      settings: { turnMs: 20_000 },
      data: { public: { map: 'dunes' }, members: {} },
      members: [
        {
          playerId: ann.id,
          displayName: 'Ann',
          ready: false,
          team: null,
          connected: true,
          joinedAt: createdAt,
          data: { public: {}, members: {} },
        },
      ],
      countdownEndsAt: null,
      matchId: null,
      lastMatchId: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: createdAt,
    });
  });

  test('takes null for what is left out, at any depth of its data and settings', async () => {
    const ann = await bed.guest();
    const lobby = await bed.gather([ann], {
      name: null,
      private: null,
      password: null,
      maxPlayers: null,
      startMode: null,
      settings: { laps: null, track: { name: 'ring', night: null } },
      data: { public: { map: null, list: [null, 1], deep: { gone: null, kept: 0 } }, members: null },
    });
    expect(lobby.maxPlayers).toBe(8);
    expect(lobby.settings).toEqual({ laps: 3, track: { name: 'ring', night: false }, items: ['banana'] });
    expect(lobby.data).toEqual({ public: { list: [null, 1], deep: { kept: 0 } }, members: {} });
  });

  test.each<[object, string]>([
    [{}, '#/game'],
    [{ game: 'chess' }, '#/game'],
    [{ game: 'team-race', name: '' }, '#/name'],
    [{ game: 'team-race', name: 'x'.repeat(41) }, '#/name'],
    [{ game: 'team-race', password: '' }, '#/password'],
    [{ game: 'team-race', password: 'x'.repeat(65) }, '#/password'],
    [{ game: 'team-race', maxPlayers: 1 }, '#/maxPlayers'],
    [{ game: 'team-race', maxPlayers: 9 }, '#/maxPlayers'],
    [{ game: 'team-race', startMode: 'instant' }, '#/startMode'],
    [{ game: 'team-race', startMode: 'soon' }, '#/startMode'],
    [{ game: 'team-race', settings: { laps: 0 } }, '#/settings/laps'],
    [{ game: 'team-race', settings: { wheels: 4 } }, '#/settings/wheels'],
    [{ game: 'team-race', data: { secret: {} } }, '#/data/secret'],
    [{ game: 'team-race', data: { public: { x: 'x'.repeat(4_090) } } }, '#/data/public'],
    [{ game: 'team-race', data: { members: { x: 'é'.repeat(2_050) } } }, '#/data/members'],
    [{ game: 'team-race', locked: true }, '#/locked'],
  ])('is refused at its fault (%#)', async (body, pointer) => {
    const ann = await bed.guest();
    const answer = await ann.post<{ errors: { pointer: string }[] }>('/v1/lobbies', body);
    expect([answer.status, answer.code]).toEqual([400, 'invalid-request']);
    expect(answer.body.errors.map((error) => error.pointer)).toContain(pointer);
  });

  test('may have exactly 4 KB of data in each scope', async () => {
    const ann = await bed.guest();
    const full = { x: 'x'.repeat(4_096 - '{"x":""}'.length) };
    const lobby = await bed.gather([ann], { data: { public: full, members: full } });
    expect(lobby.data).toEqual({ public: full, members: full });
  });

  test('is refused to who is in a lobby, which is named', async () => {
    const ann = await bed.guest();
    const lobby = await bed.gather([ann]);
    const again = await ann.post<{ lobbyId: string }>('/v1/lobbies', { game: 'team-race' });
    expect([again.status, again.code, again.body.lobbyId]).toEqual([409, 'already-in-lobby', lobby.id]);
  });

  test('is made once for an Idempotency-Key', async () => {
    const ann = await bed.guest();
    const key = { 'Idempotency-Key': 'one' };
    const first = await ann.post<Lobby>('/v1/lobbies', { game: 'team-race' }, key);
    const again = await ann.post<Lobby>('/v1/lobbies', { game: 'team-race' }, key);
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    expect([again.status, again.body]).toEqual([201, first.body]);
  });
});

describe('a lobby is seen', () => {
  test('by members with their rev, the code and what is for members; by outsiders without', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const lobby = await bed.gather([ann, bob], { data: { members: { plan: 'left' } } });
    await bob.patch(`/v1/lobbies/${lobby.id}/members/me`, { data: { public: { car: 1 }, members: { tactic: 2 } } });
    const forBob = (await bob.get<Lobby>(`/v1/lobbies/${lobby.id}`)).body;
    expect(forBob).toMatchObject({ rev: 1, code: lobby.code, data: { public: {}, members: { plan: 'left' } } });
    expect(forBob.members?.[1]?.data).toEqual({ public: { car: 1 }, members: { tactic: 2 } });
    const forEve = (await eve.get<Lobby>(`/v1/lobbies/${lobby.id}`)).body;
    expect(Object.keys(forEve)).not.toContain('rev');
    expect(Object.keys(forEve)).not.toContain('code');
    expect(forEve.data).toEqual({ public: {} });
    expect(forEve.members?.map((member) => member.data)).toEqual([{ public: {} }, { public: { car: 1 } }]);
    const { rev: _rev, code: _code, ...shared } = forBob;
    expect({ ...forEve, data: null, members: null }).toEqual({ ...shared, data: null, members: null });
  });

  test('with 304 while its version is the one that the caller has', async () => {
    const [ann, eve] = await bed.guests('Ann', 'Eve');
    const lobby = await bed.gather([ann]);
    const path = `/v1/lobbies/${lobby.id}`;
    expect((await eve.get(path, { 'If-None-Match': '"1"' })).status).toBe(304);
    await ann.patch(path, { name: 'Another' });
    const fresh = await eve.get<Lobby>(path, { 'If-None-Match': '"1"' });
    expect([fresh.status, fresh.headers.get('ETag'), fresh.body.name]).toEqual([200, '"2"', 'Another']);
  });

  test('by nobody if it is private, or closed: 404 on every route', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const { id: secret } = await bed.gather([ann, bob], { private: true });
    const codesFor = async (who: typeof eve) => [
      (await who.get(`/v1/lobbies/${secret}`)).code,
      (await who.patch(`/v1/lobbies/${secret}`, { name: 'x' })).code,
      (await who.delete(`/v1/lobbies/${secret}`)).code,
      (await who.put(`/v1/lobbies/${secret}/members/me`)).code,
      (await who.patch(`/v1/lobbies/${secret}/members/me`, { ready: true })).code,
      (await who.delete(`/v1/lobbies/${secret}/members/me`)).code,
      (await who.delete(`/v1/lobbies/${secret}/members/${ann.id}`)).code,
      (await who.delete(`/v1/lobbies/${secret}/bans/${ann.id}`)).code,
      (await who.put(`/v1/lobbies/${secret}/host`, { playerId: eve.id })).code,
      (await who.post(`/v1/lobbies/${secret}/start`)).code,
      (await who.delete(`/v1/lobbies/${secret}/start`)).code,
      (await who.get(`/v1/lobbies/${secret}/messages`)).code,
      (await who.post(`/v1/lobbies/${secret}/messages`, { text: 'x' })).code,
      (await who.post(`/v1/lobbies/${secret}/reports`, { playerId: ann.id, reason: 'x' })).code,
    ];
    const nowhere = Array.from({ length: 14 }, () => 'not-found');
    expect(await codesFor(eve)).toEqual(nowhere);
    expect((await ann.delete(`/v1/lobbies/${secret}`)).status).toBe(204);
    expect(await codesFor(ann)).toEqual(nowhere);
  });
});

describe('a host changes the lobby', () => {
  test('with a merge-patch: null for a key is its default or nothing, arrays are replaced whole', async () => {
    const ann = await bed.guest();
    const { id } = await bed.gather([ann], {
      password: 'x',
      settings: { laps: 9, track: { name: 'ring', night: true }, items: ['a', 'b'] },
      data: { public: { a: 1, b: { c: 1, d: 2 }, list: [1, 2] }, members: { m: 1 } },
    });
    const patched = async (body: object) => (await ann.patch<Lobby>(`/v1/lobbies/${id}`, body)).body;
    const first = await patched({
      settings: { laps: null, track: { night: null }, items: ['c'] },
      data: { public: { a: null, b: { c: null, e: 3 }, list: [3] } },
    });
    expect(first.settings).toEqual({ laps: 3, track: { name: 'ring', night: false }, items: ['c'] });
    expect(first.data).toEqual({ public: { b: { d: 2, e: 3 }, list: [3] }, members: { m: 1 } });
    expect(first.version).toBe(2);
    const second = await patched({ password: null, settings: null, data: { public: null } });
    expect(second).toMatchObject({ hasPassword: false, data: { public: {}, members: { m: 1 } }, version: 3 });
    expect(second.settings).toEqual({ laps: 3, track: { name: 'oval', night: false }, items: ['banana'] });
    expect((await patched({ data: null })).data).toEqual({ public: {}, members: {} });
  });

  test.each([
    [{ name: null }, '#/name'],
    [{ private: null }, '#/private'],
    [{ maxPlayers: null }, '#/maxPlayers'],
    [{ locked: null }, '#/locked'],
    [{ startMode: null }, '#/startMode'],
    [{ startMode: 'instant' }, '#/startMode'],
    [{ maxPlayers: 1 }, '#/maxPlayers'],
    [{ game: 'connect-four' }, '#/game'],
    [{ settings: { laps: 100 } }, '#/settings/laps'],
    [{ data: { public: { y: 'y'.repeat(3_000) } } }, '#/data/public'],
  ])('and is refused at its fault, with nothing changed (%#)', async (body, pointer) => {
    const ann = await bed.guest();
    const { id } = await bed.gather([ann], { data: { public: { x: 'x'.repeat(2_000) } } });
    const answer = await ann.patch<{ errors: { pointer: string }[] }>(`/v1/lobbies/${id}`, body);
    expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, pointer]);
    expect((await ann.get<Lobby>(`/v1/lobbies/${id}`)).body.version).toBe(1);
  });

  test('but not to fewer places than members', async () => {
    const [ann, bob, cid] = await bed.guests('Ann', 'Bob', 'Cid');
    const { id } = await bed.gather([ann, bob, cid]);
    const answer = await ann.patch<{ errors: { pointer: string }[] }>(`/v1/lobbies/${id}`, { maxPlayers: 2 });
    expect([answer.status, answer.body.errors[0]?.pointer]).toEqual([400, '#/maxPlayers']);
    expect((await ann.patch<Lobby>(`/v1/lobbies/${id}`, { maxPlayers: 3 })).body.openSlots).toBe(0);
  });

  test('with no version for what nobody can see, and one for what somebody can', async () => {
    const ann = await bed.guest();
    const { id, updatedAt } = await bed.gather([ann], { password: 'one', settings: { laps: 3 } });
    const version = async (body: object) => (await ann.patch<Lobby>(`/v1/lobbies/${id}`, body)).body.version;
    expect(await version({})).toBe(1);
    expect(await version({ password: 'two' })).toBe(1);
    expect(await version({ name: `${ann.name}'s game`, locked: false, settings: { laps: 3 } })).toBe(1);
    expect((await ann.get<Lobby>(`/v1/lobbies/${id}`)).body.updatedAt).toBe(updatedAt);
    expect(await version({ password: null })).toBe(2);
    expect(await version({ locked: true, name: 'x', private: true })).toBe(3);
  });

  test('clearing all ready marks with settings, maxPlayers and startMode, but only if they change', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    const marksAfter = async (body: object) => {
      await bed.ready(bob, id);
      await bed.ready(ann, id);
      const { members } = (await ann.patch<Lobby>(`/v1/lobbies/${id}`, body)).body;
      return members?.map((member) => member.ready);
    };
    expect(await marksAfter({ name: 'x', locked: true, private: true, data: { public: { a: 1 } } })).toEqual([
      true,
      true,
    ]);
    expect(await marksAfter({ settings: { laps: 3 }, maxPlayers: 8, startMode: 'host' })).toEqual([true, true]);
    expect(await marksAfter({ settings: { laps: 4 } })).toEqual([false, false]);
    expect(await marksAfter({ maxPlayers: 7 })).toEqual([false, false]);
    expect(await marksAfter({ startMode: 'all-ready' })).toEqual([false, false]);
  });

  test('only as its host, and only at the version of If-Match', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const { id } = await bed.gather([ann, bob]);
    const path = `/v1/lobbies/${id}`;
    const stale = { 'If-Match': '"1"' };
    expect((await eve.patch(path, { name: 'x' }, stale)).code).toBe('not-member');
    expect((await bob.patch(path, { name: 'x' }, stale)).code).toBe('not-host');
    const late = await ann.patch<{ version: number }>(path, { name: 'x' }, stale);
    expect([late.status, late.code, late.body.version]).toEqual([412, 'version-mismatch', 2]);
    expect((await ann.patch(path, { name: 'x' }, { 'If-Match': '"2"' })).status).toBe(200);
    expect((await ann.post(`${path}/start`, {}, stale)).code).toBe('version-mismatch');
    expect((await bob.delete(`${path}/members/me`, stale)).code).toBe('version-mismatch');
  });

  test('by handing it over to a member', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const { id } = await bed.gather([ann, bob]);
    const path = `/v1/lobbies/${id}/host`;
    expect((await eve.put(path, { playerId: bob.id })).code).toBe('not-member');
    expect((await bob.put(path, { playerId: bob.id })).code).toBe('not-host');
    expect((await ann.put(path, { playerId: eve.id })).code).toBe('not-found');
    const handed = await ann.put<Lobby>(path, { playerId: bob.id });
    expect([handed.status, handed.body.hostId, handed.body.version]).toEqual([200, bob.id, 3]);
    expect((await bob.put<Lobby>(path, { playerId: bob.id })).body.version).toBe(3);
  });
});
