/** "Conventions" of the wire contract. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectOk } from './support/client.ts';
import { expectLobby, id, TIME } from './support/shapes.ts';
import { join, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

describe('bodies', () => {
  test('may be left out where all fields are optional', async () => {
    expectOk(await wire.anyone.post('/v1/auth/guest'), 201);
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    expectOk(await ann.patch('/v1/players/me'), 200);
    const { id: lobbyId } = await wire.gather([ann]);
    expectOk(await join(bob, lobbyId), 201);
    expectOk(await ann.patch(`/v1/lobbies/${lobbyId}`), 200);
    expectOk(await bob.patch(`/v1/lobbies/${lobbyId}/members/me`), 200);
    await ready(bob, lobbyId);
    expectOk(await ann.post(`/v1/lobbies/${lobbyId}/start`), 202);
    expectOk(await ann.post('/v1/hub'), 200);
  });

  test('are missed where a field is needed', async () => {
    const ann = await wire.guest();
    for (const path of ['/v1/lobbies', '/v1/lobbies/join-by-code', '/v1/lobbies/quick-join']) {
      const { code, body } = await ann.post(path);
      expect([path, code]).toEqual([path, 'invalid-request']);
      expect(body.errors).not.toEqual([]);
    }
    expect((await wire.anyone.post('/v1/auth/refresh')).status).toBe(400);
  });

  test('[RQ-3] with an unknown field are refused, and the field is named', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    for (const [method, path, body] of [
      ['POST', '/v1/auth/guest', {}],
      ['POST', '/v1/auth/refresh', { refreshToken: 'x' }],
      ['PATCH', '/v1/players/me', {}],
      ['POST', '/v1/lobbies', { game: 'team-race' }],
      ['PATCH', lobby, {}],
      ['PUT', `${lobby}/members/me`, {}],
      ['PATCH', `${lobby}/members/me`, {}],
      ['PUT', `${lobby}/host`, { playerId: bob.id }],
      ['POST', `${lobby}/messages`, { text: 'hello' }],
      ['POST', `${lobby}/reports`, { playerId: bob.id, reason: 'why not' }],
      ['POST', `${lobby}/start`, {}],
      ['POST', '/v1/lobbies/join-by-code', { code: 'ABCDEF' }],
      ['POST', '/v1/lobbies/quick-join', { game: 'team-race' }],
      ['POST', '/v1/hub', {}],
      ['POST', '/v1/matches/m_AAAAAAAAAA/seat', {}],
    ] as const) {
      const answer = await ann.send(method, path, { body: { ...body, surprise: 1 } });
      expect([method, path, answer.status, answer.code]).toEqual([method, path, 400, 'invalid-request']);
      expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '#/surprise' })]);
    }
    expect((await see(ann, lobbyId)).version).toBe(1);
  });

  test('that are no JSON, no object, or too many at once are refused', async () => {
    const ann = await wire.guest();
    for (const raw of ['{', '[]', 'null', '"text"', '3', '{"game":"team-race"} {}', '']) {
      expect([raw, (await ann.send('POST', '/v1/lobbies', { raw })).code]).toEqual([raw, 'invalid-request']);
    }
  });

  test('of another type than JSON are 415, with a charset they are taken', async () => {
    const ann = await wire.guest();
    const raw = JSON.stringify({ displayName: 'Zoe' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data']) {
      const { code } = await ann.send('PATCH', '/v1/players/me', { raw, headers: { 'Content-Type': type } });
      expect([type, code]).toEqual([type, 'unsupported-media-type']);
    }
    for (const type of ['application/json; charset=utf-8', 'application/merge-patch+json', 'APPLICATION/JSON']) {
      const { status } = await ann.send('PATCH', '/v1/players/me', { raw, headers: { 'Content-Type': type } });
      expect([type, status]).toEqual([type, 200]);
    }
  });

  test('[RQ-4] over 64 KB are 413', async () => {
    const ann = await wire.guest();
    const fill = (bytes: number) =>
      JSON.stringify({ displayName: 'Ann', fill: '' }).replace('""', `"${'x'.repeat(bytes)}"`);
    expect((await ann.send('PATCH', '/v1/players/me', { raw: fill(64 * 1024) })).code).toBe('body-too-large');
    expect((await ann.send('PATCH', '/v1/players/me', { raw: fill(60 * 1024) })).code).toBe('invalid-request');
  });
});

describe('[LO-7] a merge-patch', () => {
  const full = {
    password: 'sesame',
    settings: { laps: 5, track: { name: 'figure', night: true }, items: ['shell', 'star'] },
    data: { public: { map: 'dunes', nested: { a: 1, b: 2 } }, members: { note: 'hush' } },
  };

  test('with null resets the password, one setting, all settings', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann], full);
    const patch = async (body: object) =>
      expectOk(await ann.patch<{ [key: string]: unknown }>(`/v1/lobbies/${lobbyId}`, body), 200);
    expect(await patch({ password: null })).toMatchObject({ hasPassword: false });
    expect(await patch({ settings: { laps: null } })).toMatchObject({ settings: { ...full.settings, laps: 3 } });
    expect(await patch({ settings: { track: { name: 'ring' } } })).toMatchObject({
      settings: { track: { name: 'ring', night: true } },
    });
    expect(await patch({ settings: { items: ['one'] } })).toMatchObject({ settings: { items: ['one'] } });
    const defaults = { laps: 3, track: { name: 'oval', night: false }, items: ['banana'] };
    expect((await patch({ settings: null })).settings).toEqual(defaults);
  });

  test('with null removes a key of data, empties a scope and all data', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann], full);
    for (const path of [`/v1/lobbies/${lobbyId}`, `/v1/lobbies/${lobbyId}/members/me`]) {
      const patch = async (data: unknown) => {
        const body = expectOk(await ann.patch<{ data: unknown; members: { data: unknown }[] }>(path, { data }), 200);
        expect((await ann.get(`/v1/lobbies/${lobbyId}`)).body).toEqual(body);
        return path.endsWith('/me') ? body.members[0]?.data : body.data;
      };
      await patch(null);
      expect(await patch(full.data)).toEqual(full.data);
      expect(await patch({ public: { map: null, nested: { a: null } } })).toEqual({
        public: { nested: { b: 2 } },
        members: { note: 'hush' },
      });
      expect(await patch({ public: { list: [1, 2, 3] }, members: null })).toEqual({
        public: { nested: { b: 2 }, list: [1, 2, 3] },
        members: {},
      });
      expect(await patch({ public: { list: [4], nested: 'flat' } })).toEqual({
        public: { nested: 'flat', list: [4] },
        members: {},
      });
      expect(await patch(null)).toEqual({ public: {}, members: {} });
    }
  });

  test('with null puts a member into no team', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    const patch = async (body: object) =>
      expectOk(await ann.patch<{ members: { team: string | null }[] }>(`/v1/lobbies/${lobbyId}/members/me`, body), 200)
        .members[0]?.team;
    expect(await patch({ team: 'red' })).toBe('red');
    expect(await patch({ team: null })).toBeNull();
  });

  test('with null elsewhere is 400', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    for (const field of ['name', 'private', 'maxPlayers', 'locked', 'startMode']) {
      const { code, body } = await ann.patch(`/v1/lobbies/${lobbyId}`, { [field]: null });
      expect([field, code]).toEqual([field, 'invalid-request']);
      expect(body.errors).toEqual([expect.objectContaining({ pointer: `#/${field}` })]);
    }
    expect((await ann.patch(`/v1/lobbies/${lobbyId}/members/me`, { ready: null })).code).toBe('invalid-request');
    expect((await ann.patch('/v1/players/me', { displayName: null })).code).toBe('invalid-request');
  });

  test('in POST means left out', async () => {
    const ann = await wire.guest('Ann');
    const nothing = {
      name: null,
      private: null,
      password: null,
      maxPlayers: null,
      startMode: null,
      settings: null,
      data: null,
    };
    const lobby = expectOk(await ann.post('/v1/lobbies', { game: 'team-race', ...nothing }), 201);
    expect(lobby).toMatchObject({
      name: "Ann's game",
      private: false,
      hasPassword: false,
      maxPlayers: 8,
      startMode: 'host',
    });
    expect(lobby.data).toEqual({ public: {}, members: {} });
    expectOk(await wire.anyone.post('/v1/auth/guest', { deviceKey: null, displayName: null }), 201);
    expect((await ann.post(`/v1/lobbies/${String(lobby.id)}/start`, { countdownMs: null })).code).toBe(
      'too-few-players',
    );
    const bob = await wire.guest();
    expect((await bob.post('/v1/lobbies', { game: null })).code).toBe('invalid-request');
    const settings = { laps: null, track: { name: null }, items: null };
    const made = expectOk(
      await bob.post('/v1/lobbies', {
        game: 'team-race',
        settings,
        data: { public: { a: null, b: { c: null }, d: [null] }, members: null },
      }),
      201,
    );
    expect(made.data).toEqual({ public: { b: {}, d: [null] }, members: {} });
    expect(made.settings).toEqual({ laps: 3, track: { name: 'oval', night: false }, items: ['banana'] });
  });
});

describe('ids, times and views', () => {
  test('are of their formats, in the order of time', async () => {
    const made = [await wire.guest(), await wire.guest(), await wire.guest()];
    const ids = made.map((guest) => guest.id);
    for (const each of ids) expect(each).toMatch(id('p'));
    for (const each of ids) expect(each).toMatch(/^[A-Za-z0-9_-]{8,36}$/);
    const lobbies = [];
    for (const guest of made) lobbies.push(await wire.gather([guest]));
    for (const lobby of lobbies) {
      expect(lobby.id).toMatch(/^[A-Za-z0-9_-]{8,36}$/);
      expect(lobby.createdAt).toMatch(TIME);
    }
    // Within one millisecond the order is anyone's.
    expect(lobbies.map(({ id: each }) => each.slice(0, 8)).toSorted()).toEqual(
      lobbies.map(({ id: each }) => each.slice(0, 8)),
    );
  });

  test('[LO-4] hold what their viewer may see, and nothing else', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann], { data: { public: { a: 1 }, members: { b: 2 } } });
    expectLobby((await ann.get(`/v1/lobbies/${lobbyId}`)).body, 'member');
    expectLobby((await bob.get(`/v1/lobbies/${lobbyId}`)).body, 'outsider');
    for (const guest of [ann, bob]) {
      const { items } = (await guest.get<{ items: { id: string }[] }>('/v1/lobbies?sort=-createdAt')).body;
      const listed = items.find((lobby) => lobby.id === lobbyId);
      expect(listed).toBeDefined();
      expect(listed).not.toHaveProperty('members');
      expect(listed).toMatchObject({ data: { public: { a: 1 } } });
      if (guest === bob) expectLobby(listed, 'list');
    }
  });

  test('me stands for the caller in every path and query', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    expect((await ann.get('/v1/players/me')).body.id).toBe(ann.id);
    expect((await ann.get(`/v1/players/${ann.id}`)).status).toBe(200);
    expectOk(await ann.patch(`/v1/lobbies/${lobbyId}/members/${ann.id}`, { team: 'red' }), 200);
    expect((await ann.get('/v1/matches?player=me')).body).toEqual({ items: [], nextCursor: null });
    expect((await ann.get(`/v1/matches?player=${ann.id}`)).body).toEqual({ items: [], nextCursor: null });
    expect((await ann.delete(`/v1/lobbies/${lobbyId}/bans/me`)).status).toBe(204);
    expect((await bob.delete(`/v1/lobbies/${lobbyId}/members/${bob.id}`)).status).toBe(204);
    expectOk(await join(bob, lobbyId), 201);
  });
});

describe('tokens', () => {
  test('are not needed for what everyone may see', async () => {
    for (const path of ['/v1/games', '/v1/openapi.json', '/docs', '/problems/lobby-full', '/livez', '/readyz']) {
      expect([path, (await wire.anyone.get(path, { Authorization: 'Bearer nonsense' })).status]).toEqual([path, 200]);
      expect([path, (await wire.anyone.get(path)).status]).toEqual([path, 200]);
    }
    expect((await wire.anyone.post('/v1/auth/guest', {}, { Authorization: 'Bearer nonsense' })).status).toBe(201);
    expect((await wire.anyone.post('/v1/auth/refresh', { refreshToken: 'none' })).code).toBe('token-invalid');
  });

  test('are needed for every other route under /v1', async () => {
    for (const [method, path] of [
      ['DELETE', '/v1/auth/sessions/current'],
      ['GET', '/v1/players/me'],
      ['PATCH', '/v1/players/me'],
      ['GET', '/v1/players/p_AAAAAAAAAA'],
      ['GET', '/v1/lobbies'],
      ['POST', '/v1/lobbies'],
      ['GET', '/v1/lobbies/l_AAAAAAAAAA'],
      ['PATCH', '/v1/lobbies/l_AAAAAAAAAA'],
      ['DELETE', '/v1/lobbies/l_AAAAAAAAAA'],
      ['POST', '/v1/lobbies/join-by-code'],
      ['POST', '/v1/lobbies/quick-join'],
      ['PUT', '/v1/lobbies/l_AAAAAAAAAA/members/me'],
      ['PATCH', '/v1/lobbies/l_AAAAAAAAAA/members/me'],
      ['DELETE', '/v1/lobbies/l_AAAAAAAAAA/members/me'],
      ['DELETE', '/v1/lobbies/l_AAAAAAAAAA/bans/p_AAAAAAAAAA'],
      ['PUT', '/v1/lobbies/l_AAAAAAAAAA/host'],
      ['POST', '/v1/lobbies/l_AAAAAAAAAA/messages'],
      ['GET', '/v1/lobbies/l_AAAAAAAAAA/messages'],
      ['POST', '/v1/lobbies/l_AAAAAAAAAA/reports'],
      ['POST', '/v1/lobbies/l_AAAAAAAAAA/start'],
      ['DELETE', '/v1/lobbies/l_AAAAAAAAAA/start'],
      ['GET', '/v1/matches'],
      ['GET', '/v1/matches/m_AAAAAAAAAA'],
      ['POST', '/v1/matches/m_AAAAAAAAAA/seat'],
      ['POST', '/v1/hub'],
    ] as const) {
      const nobody = await wire.anyone.send(method, path);
      expect([method, path, nobody.status, nobody.code]).toEqual([method, path, 401, 'unauthenticated']);
      const forger = await wire.anyone.send(method, path, { headers: { Authorization: 'Bearer nonsense' } });
      expect([method, path, forger.code]).toEqual([method, path, 'token-invalid']);
    }
  });
});

describe('lobby answers', () => {
  test('[RQ-6] are the whole lobby with ETag and Vary, on every call that changes it', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const created = await ann.post('/v1/lobbies', { game: 'team-race', maxPlayers: 2 });
    expect(created.headers.get('Location')).toBe(`/v1/lobbies/${String(created.body.id)}`);
    const lobby = `/v1/lobbies/${String(created.body.id)}`;
    const answers = [
      created,
      await join(bob, String(created.body.id)),
      await join(bob, String(created.body.id)),
      await bob.post('/v1/lobbies/join-by-code', { code: created.body.code }),
      await ann.patch(lobby, { name: 'New' }),
      await bob.patch(`${lobby}/members/me`, { ready: true }),
      await ann.put(`${lobby}/host`, { playerId: ann.id }),
      await ann.post(`${lobby}/start`),
      await ann.delete(`${lobby}/start`),
      await ann.get(lobby),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200, 200, 200, 202, 200, 200]);
    for (const { headers, body } of answers) {
      expectLobby(body, 'member');
      expect(headers.get('Content-Type')).toMatch(/^application\/json/);
      expect(headers.get('ETag')).toBe(`"${String((body as { version: number }).version)}"`);
      expect(headers.get('Vary')?.toLowerCase().split(/, */)).toContain('authorization');
    }
  });

  test('of leaving, kicking, lifting a bar and closing are 204 without a body', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId } = await wire.gather([ann, bob, cid]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    const answers = [
      await cid.delete(`${lobby}/members/me`),
      await ann.delete(`${lobby}/members/${bob.id}`),
      await ann.delete(`${lobby}/bans/${bob.id}`),
      await ann.delete(`${lobby}/bans/${bob.id}`),
      await ann.delete(`${lobby}/bans/${cid.id}`),
      await ann.delete(lobby),
    ];
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array.from({ length: 6 }, () => [204, '']));
  });

  test('[RQ-6] to a GET with the present ETag are 304, with a stale one 200', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann]);
    const first = await ann.get(`/v1/lobbies/${lobbyId}`);
    expect(first.headers.get('ETag')).toBe('"1"');
    for (const tag of ['"1"', 'W/"1"', '*', '"0", "1"']) {
      const again = await ann.get(`/v1/lobbies/${lobbyId}`, { 'If-None-Match': tag });
      expect([tag, again.status, again.text, again.headers.get('ETag')]).toEqual([tag, 304, '', '"1"']);
      expect(again.headers.get('Vary')?.toLowerCase()).toContain('authorization');
    }
    expectOk(await join(bob, lobbyId), 201);
    expect((await ann.get(`/v1/lobbies/${lobbyId}`, { 'If-None-Match': '"1"' })).status).toBe(200);
  });

  test('[RQ-6] to a stale If-Match are 412 and nothing changes; without one, or with the right one, it goes on', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId, version } = await wire.gather([ann, bob]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    const stale = { 'If-Match': `"${version - 1}"` };
    for (const [guest, method, path, body] of [
      [ann, 'PATCH', lobby, { name: 'New' }],
      [bob, 'PATCH', `${lobby}/members/me`, { ready: true }],
      [ann, 'PUT', `${lobby}/host`, { playerId: bob.id }],
      [ann, 'POST', `${lobby}/start`, {}],
      [ann, 'DELETE', `${lobby}/start`, undefined],
      [ann, 'DELETE', `${lobby}/members/${bob.id}`, undefined],
      [ann, 'DELETE', `${lobby}/bans/${bob.id}`, undefined],
      [bob, 'DELETE', `${lobby}/members/me`, undefined],
      [ann, 'DELETE', lobby, undefined],
    ] as const) {
      const answer = await guest.send(method, path, { body, headers: stale });
      expect([method, path, answer.status, answer.body?.version]).toEqual([method, path, 412, version]);
    }
    expect((await see(ann, lobbyId)).version).toBe(version);
    expectOk(await ann.patch(lobby, { name: 'New' }, { 'If-Match': `"${version}"` }), 200);
    expectOk(await ann.patch(lobby, { name: 'Newer' }, { 'If-Match': '*' }), 200);
    expectOk(await ann.patch(lobby, { name: 'Last' }), 200);
  });
});

describe('the version', () => {
  test('[LO-3] rises by one with a change that any caller can see, and with nothing else', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    const after = async (action: Promise<{ status: number }>) => {
      expect((await action).status).toBeLessThan(300);
      return (await see(ann, lobbyId)).version;
    };
    expect(await after(ann.patch(lobby, { name: 'New' }))).toBe(3);
    expect(await after(ann.patch(lobby, { name: 'New' }))).toBe(3);
    expect(await after(ann.patch(lobby, {}))).toBe(3);
    expect(await after(ann.patch(lobby, { name: 'Newer', locked: true, settings: { laps: 9 } }))).toBe(4);
    expect(await after(ann.patch(lobby, { data: { members: { a: 1 } } }))).toBe(5);
    expect(await after(bob.patch(`${lobby}/members/me`, { data: { members: { b: 1 } } }))).toBe(6);
    expect(await after(bob.patch(`${lobby}/members/me`, { ready: true }))).toBe(7);
    expect(await after(bob.patch(`${lobby}/members/me`, { ready: true }))).toBe(7);
    expect(await after(bob.post(`${lobby}/messages`, { text: 'hello' }))).toBe(7);
    expect(await after(bob.post(`${lobby}/reports`, { playerId: ann.id, reason: 'why not' }))).toBe(7);
    expect(await after(ann.put(`${lobby}/host`, { playerId: bob.id }))).toBe(8);
    expect(await after(bob.delete(`${lobby}/members/me`))).toBe(9);
    expect(await after(ann.delete(`${lobby}/bans/${bob.id}`))).toBe(9);
  });
});

describe('lists', () => {
  test('take a limit from 1 to 100', async () => {
    const ann = await wire.guest();
    for (const list of ['/v1/lobbies', '/v1/matches']) {
      for (const limit of ['0', '101', '-1', '1.5', 'many', '', ' 5']) {
        const { code, body } = await ann.get(`${list}?limit=${encodeURIComponent(limit)}`);
        expect([list, limit, code]).toEqual([list, limit, 'invalid-request']);
        expect(body.errors).toEqual([expect.objectContaining({ parameter: 'limit' })]);
      }
      for (const limit of ['1', '100']) expect((await ann.get(`${list}?limit=${limit}`)).status).toBe(200);
      expect((await ann.get(`${list}?cursor=nonsense`)).code).toBe('invalid-cursor');
    }
    expect(Object.keys((await ann.get('/v1/games')).body).toSorted()).toEqual(['items', 'nextCursor']);
  });
});

describe('the protocol version', () => {
  test('may be sent, and is refused if it is too old', async () => {
    for (const path of ['/v1/games', '/v1/players/me', '/v1/no-such-route']) {
      expect((await wire.anyone.get(path, { 'X-Gyre-Protocol': '0' })).code).toBe('client-too-old');
    }
    expect((await wire.anyone.get('/v1/games', { 'X-Gyre-Protocol': '1' })).status).toBe(200);
  });
});
