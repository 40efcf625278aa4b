/** "Lobbies" of the wire contract: making, seeing, changing, chat and reports. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { expectOk } from './support/client.ts';
import { expectLobby, id, TIME } from './support/shapes.ts';
import { type Guest, join, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const create = (guest: Guest, body: object = {}) => guest.post<Lobby>('/v1/lobbies', { game: 'team-race', ...body });
const patch = (guest: Guest, lobbyId: string, body: object) => guest.patch<Lobby>(`/v1/lobbies/${lobbyId}`, body);
const pointers = (body: unknown) => (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);

describe('making a lobby', () => {
  test('answers the example of the contract', async () => {
    const ann = await wire.guest('Ann');
    const body = {
      game: 'connect-four',
      name: "Ann's game",
      private: false,
      password: null,
      maxPlayers: 2,
      startMode: 'host',
      settings: { turnMs: 20_000 },
      data: { public: { map: 'dunes' } },
    };
    const { status, headers, body: lobby } = await ann.post<Lobby>('/v1/lobbies', body);
    expect([status, headers.get('Location'), headers.get('ETag')]).toEqual([201, `/v1/lobbies/${lobby.id}`, '"1"']);
    expect(lobby).toEqual({
      id: expect.stringMatching(id('l')),
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
          joinedAt: expect.stringMatching(TIME),
          data: { public: {}, members: {} },
        },
      ],
      countdownEndsAt: null,
      matchId: null,
      lastMatchId: null,
      createdAt: expect.stringMatching(TIME),
      updatedAt: expect.stringMatching(TIME),
    });
  });

  test('needs the game only', async () => {
    const ann = await wire.guest('Ann');
    expect(expectOk(await ann.post<Lobby>('/v1/lobbies', { game: 'team-race' }), 201)).toMatchObject({
      name: "Ann's game",
      private: false,
      hasPassword: false,
      startMode: 'host',
      minPlayers: 2,
      maxPlayers: 8,
      openSlots: 7,
      teams: [
        { name: 'red', maxPlayers: 4 },
        { name: 'blue', maxPlayers: 4 },
      ],
      settings: { laps: 3, track: { name: 'oval', night: false }, items: ['banana'] },
      data: { public: {}, members: {} },
    });
  });

  test.each<[string, object]>([
    ['#/game', { game: 'chess' }],
    ['#/game', { game: 7 }],
    ['#/name', { name: '' }],
    ['#/name', { name: '😀'.repeat(41) }],
    ['#/private', { private: 'yes' }],
    ['#/password', { password: '' }],
    ['#/password', { password: 'x'.repeat(65) }],
    ['#/maxPlayers', { maxPlayers: 1 }],
    ['#/maxPlayers', { maxPlayers: 9 }],
    ['#/maxPlayers', { maxPlayers: 2.5 }],
    ['#/maxPlayers', { maxPlayers: '4' }],
    ['#/startMode', { startMode: 'whenever' }],
    ['#/startMode', { startMode: 'instant' }],
    ['#/settings/laps', { settings: { laps: 0 } }],
    ['#/settings/laps', { settings: { laps: '3' } }],
    ['#/settings/speed', { settings: { speed: 3 } }],
    ['#/settings/track/name', { settings: { track: { name: 5 } } }],
    ['#/settings/items/1', { settings: { items: ['a', 1] } }],
    ['#/data/public', { data: { public: { fill: 'x'.repeat(4_096) } } }],
    ['#/data/members', { data: { members: { fill: 'x'.repeat(4_096) } } }],
    ['#/data/secret', { data: { secret: {} } }],
    ['#/data/public', { data: { public: [] } }],
    ['#/members', { members: [] }],
  ])('refuses what is wrong at %s (%j)', async (pointer, body) => {
    const ann = await wire.guest();
    const answer = await create(ann, body);
    expect(answer.code).toBe('invalid-request');
    expect(pointers(answer.body)).toEqual([pointer]);
    expect((await ann.get('/v1/players/me')).body.lobbyId).toBeNull();
  });

  test('says that a setting is too small, and what it must be', async () => {
    const ann = await wire.guest();
    const { body } = await ann.post('/v1/lobbies', { game: 'connect-four', settings: { turnMs: 4_999 } });
    expect(body.errors).toEqual([
      { pointer: '#/settings/turnMs', code: 'too-small', detail: expect.stringContaining('5000') },
    ]);
  });

  test('takes the longest of everything', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const fill = { fill: 'x'.repeat(4_096 - '{"fill":""}'.length) };
    const name = '😀'.repeat(40);
    const lobby = expectOk(
      await create(ann, { name, password: 'p'.repeat(64), data: { public: fill, members: fill } }),
      201,
    );
    expect([lobby.name, lobby.hasPassword, lobby.data]).toEqual([name, true, { public: fill, members: fill }]);
    expectOk(await join(bob, lobby.id, { password: 'p'.repeat(64) }), 201);
    // 4 KB hold after the merge.
    const more = await patch(ann, lobby.id, { data: { public: { a: 1 } } });
    expect([more.code, pointers(more.body)]).toEqual(['invalid-request', ['#/data/public']]);
    expect((await patch(ann, lobby.id, { data: { public: { fill: null, a: 1 } } })).status).toBe(200);
  });

  test('[LO-1] is refused to who is in one, who hears in which', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    const { code, body } = await ann.post('/v1/lobbies', { game: 'team-race' });
    expect([code, body.lobbyId]).toEqual(['already-in-lobby', lobbyId]);
  });

  test('[LO-1] twenty times at once makes one lobby', async () => {
    const ann = await wire.guest();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(ann)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'already-in-lobby')).toHaveLength(19);
  });
});

describe('seeing a lobby', () => {
  test('[LO-4] members see code, rev and members’ data; outsiders the rest', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const data = { public: { a: 1 }, members: { b: 2 } };
    const { id: lobbyId } = await wire.gather([ann, bob], { password: 'sesame', data });
    expectOk(await bob.patch(`/v1/lobbies/${lobbyId}/members/me`, { data }), 200);
    const [inside, outside] = [await see(ann, lobbyId), await see(eve, lobbyId)];
    expectLobby(inside, 'member');
    expectLobby(outside, 'outsider');
    expect([inside.data, inside.members?.[1]?.data]).toEqual([data, data]);
    expect([outside.data, outside.members?.[1]?.data]).toEqual([{ public: { a: 1 } }, { public: { a: 1 } }]);
    const { rev: _, code: __, data: ___, members: ____, ...shared } = inside;
    expect(outside).toMatchObject(shared);
    for (const text of ['sesame', inside.code ?? '']) expect(JSON.stringify(outside)).not.toContain(text);
  });

  test('[LO-5] private and not a member: 404 on every route', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId } = await wire.gather([ann, bob], { private: true });
    const lobby = `/v1/lobbies/${lobbyId}`;
    for (const [method, path, body] of [
      ['GET', lobby, undefined],
      ['PATCH', lobby, { name: 'x' }],
      ['DELETE', lobby, undefined],
      ['PUT', `${lobby}/members/me`, {}],
      ['PATCH', `${lobby}/members/me`, { ready: true }],
      ['DELETE', `${lobby}/members/me`, undefined],
      ['DELETE', `${lobby}/members/${bob.id}`, undefined],
      ['DELETE', `${lobby}/bans/${bob.id}`, undefined],
      ['PUT', `${lobby}/host`, { playerId: bob.id }],
      ['POST', `${lobby}/messages`, { text: 'hi' }],
      ['GET', `${lobby}/messages`, undefined],
      ['POST', `${lobby}/reports`, { playerId: bob.id, reason: 'why not' }],
      ['POST', `${lobby}/start`, {}],
      ['DELETE', `${lobby}/start`, undefined],
    ] as const) {
      const answer = await eve.send(method, path, { body, headers: { 'If-Match': '"999"' } });
      expect([method, path, answer.code]).toEqual([method, path, 'not-found']);
    }
    expect((await bob.get(lobby)).status).toBe(200);
    expectOk(await patch(ann, lobbyId, { private: false }), 200);
    expect((await eve.get(lobby)).status).toBe(200);
  });

  test('public and not a member: not-member or not-host, what only they may do', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    for (const [method, path, body, byOutsider, byMember] of [
      ['PATCH', lobby, { name: 'x' }, 'not-member', 'not-host'],
      ['DELETE', lobby, undefined, 'not-member', 'not-host'],
      ['PATCH', `${lobby}/members/me`, {}, 'not-member', null],
      ['DELETE', `${lobby}/members/${ann.id}`, undefined, 'not-member', 'not-host'],
      ['DELETE', `${lobby}/bans/${ann.id}`, undefined, 'not-member', 'not-host'],
      ['PUT', `${lobby}/host`, { playerId: bob.id }, 'not-member', 'not-host'],
      ['POST', `${lobby}/messages`, { text: 'hi' }, 'not-member', null],
      ['GET', `${lobby}/messages`, undefined, 'not-member', null],
      ['POST', `${lobby}/reports`, { playerId: ann.id, reason: 'why not' }, 'not-member', null],
      ['POST', `${lobby}/start`, {}, 'not-member', 'not-host'],
      ['DELETE', `${lobby}/start`, undefined, 'not-member', 'not-host'],
    ] as const) {
      const [outsider, member] = [await eve.send(method, path, { body }), await bob.send(method, path, { body })];
      expect([method, path, outsider.code, member.code]).toEqual([method, path, byOutsider, byMember]);
    }
  });
});

describe('changing a lobby', () => {
  test('changes what is sent, and leaves the rest', async () => {
    const ann = await wire.guest();
    const before = await wire.gather([ann], { settings: { laps: 5 }, data: { public: { a: 1 } } });
    const change = { name: 'New', private: true, password: 'x', maxPlayers: 4, locked: true, startMode: 'all-ready' };
    const after = expectOk(await patch(ann, before.id, change), 200);
    const { password: _, ...seen } = change;
    expect(after).toEqual({
      ...before,
      ...seen,
      hasPassword: true,
      openSlots: 3,
      version: 2,
      updatedAt: expect.stringMatching(TIME),
    });
    expect(Date.parse(after.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
  });

  test('below the number of members is 400 at maxPlayers', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId } = await wire.gather([ann, bob, cid]);
    const answer = await patch(ann, lobbyId, { maxPlayers: 2 });
    expect([answer.code, pointers(answer.body)]).toEqual(['invalid-request', ['#/maxPlayers']]);
    expect(expectOk(await patch(ann, lobbyId, { maxPlayers: 3 }), 200).openSlots).toBe(0);
  });

  test.each<[string, object]>([
    ['#/game', { game: 'connect-four' }],
    ['#/hostId', { hostId: 'p_AAAAAAAAAAAA' }],
    ['#/name', { name: 'x'.repeat(41) }],
    ['#/maxPlayers', { maxPlayers: 9 }],
    ['#/startMode', { startMode: 'instant' }],
    ['#/settings/laps', { settings: { laps: 100 } }],
    ['#/settings/speed', { settings: { speed: 1 } }],
    ['#/data/public', { data: { public: { fill: 'x'.repeat(4_096) } } }],
  ])('refuses what is wrong at %s (%j), wholly', async (pointer, body) => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    const answer = await patch(ann, lobbyId, { locked: true, ...body });
    expect([answer.code, pointers(answer.body)]).toEqual(['invalid-request', [pointer]]);
    expect(await see(ann, lobbyId)).toMatchObject({ version: 1, locked: false });
  });

  test('of settings, maxPlayers or startMode clears all marks, of the rest none', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const marks = async (body: object) => {
      await ready(bob, lobbyId);
      return expectOk(await patch(ann, lobbyId, body), 200).members?.map((member) => member.ready);
    };
    for (const body of [{ settings: { laps: 7 } }, { maxPlayers: 5 }, { startMode: 'all-ready' }, { settings: null }]) {
      expect([body, await marks(body)]).toEqual([body, [false, false]]);
      expectOk(await patch(ann, lobbyId, { startMode: 'host' }), 200);
    }
    const rest = { name: 'New', private: true, password: 'x', locked: true, data: { public: { a: 1 } } };
    expect(await marks(rest)).toEqual([false, true]);
  });

  test('of one’s team clears one’s mark, of one’s data does not', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const own = async (body: object) => {
      const { members } = expectOk(await bob.patch<Lobby>(`/v1/lobbies/${lobbyId}/members/me`, body), 200);
      return [members?.[1]?.ready, members?.[1]?.team];
    };
    expect(await own({ ready: true })).toEqual([true, null]);
    expect(await own({ data: { public: { colour: 'blue' } } })).toEqual([true, null]);
    expect(await own({ team: 'red' })).toEqual([false, 'red']);
    expect(await own({ ready: true })).toEqual([true, 'red']);
    expect(await own({ team: 'blue' })).toEqual([false, 'blue']);
    const { code, body } = await bob.patch(`/v1/lobbies/${lobbyId}/members/me`, { team: 'green' });
    expect([code, pointers(body)]).toEqual(['invalid-request', ['#/team']]);
  });

  test('of a team that is full is 409; a game without teams knows none', async () => {
    const [ann, ...others] = (await wire.crowd(6)) as [Guest, ...Guest[]];
    const { id: lobbyId } = await wire.gather([ann, ...others]);
    const choose = (guest: Guest) => guest.patch(`/v1/lobbies/${lobbyId}/members/me`, { team: 'red' });
    for (const guest of others.slice(0, 4)) expectOk(await choose(guest), 200);
    expect((await choose(ann)).code).toBe('team-full');
    expectOk(await choose(others[0]!), 200);
    const bob = await wire.guest();
    const duel = await wire.gather([bob], { game: 'connect-four' });
    expect((await bob.patch(`/v1/lobbies/${duel.id}/members/me`, { team: 'red' })).code).toBe('invalid-request');
  });

  test('by two hosts who saw the same version happens once', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    const names = Array.from({ length: 10 }, (_, index) => `Name ${index}`);
    const answers = await Promise.all(
      names.map((name) => ann.patch(`/v1/lobbies/${lobbyId}`, { name }, { 'If-Match': '"1"' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
    expect((await see(ann, lobbyId)).version).toBe(2);
  });
});

describe('hosts', () => {
  test('hand over to a member, and to nobody else', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const path = `/v1/lobbies/${lobbyId}/host`;
    expect((await ann.put(path, { playerId: eve.id })).code).toBe('not-found');
    expect(expectOk(await ann.put<Lobby>(path, { playerId: bob.id }), 200).hostId).toBe(bob.id);
    expect((await ann.put(path, { playerId: ann.id })).code).toBe('not-host');
    expect((await ann.patch(`/v1/lobbies/${lobbyId}`, { name: 'x' })).code).toBe('not-host');
    expectOk(await bob.patch(`/v1/lobbies/${lobbyId}`, { name: 'x' }), 200);
  });

  test('[LO-8] who leave are followed by the longest-present; the last to leave closes the lobby', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId } = await wire.gather([ann, bob, cid]);
    const leave = async (guest: Guest) => (await guest.delete(`/v1/lobbies/${lobbyId}/members/me`)).status;
    expect(await leave(ann)).toBe(204);
    expect((await see(cid, lobbyId)).hostId).toBe(bob.id);
    expectOk(await join(ann, lobbyId), 201);
    expect(await leave(bob)).toBe(204);
    const { hostId, members, memberCount } = await see(cid, lobbyId);
    expect([hostId, members?.map(({ playerId }) => playerId), memberCount]).toEqual([cid.id, [cid.id, ann.id], 2]);
    expect([await leave(cid), await leave(ann)]).toEqual([204, 204]);
    expect((await ann.get(`/v1/lobbies/${lobbyId}`)).code).toBe('not-found');
    expect((await ann.get('/v1/players/me')).body.lobbyId).toBeNull();
  });

  test('[LO-9] kick, which bars until it is lifted', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId, code } = await wire.gather([ann, bob]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    expect((await ann.delete(`${lobby}/members/${eve.id}`)).code).toBe('not-found');
    expect((await ann.delete(`${lobby}/members/${bob.id}`)).status).toBe(204);
    expect((await bob.get('/v1/players/me')).body.lobbyId).toBeNull();
    expect((await ann.delete(`${lobby}/members/${bob.id}`)).code).toBe('not-found');
    expect((await join(bob, lobbyId)).code).toBe('kicked');
    expect((await bob.post('/v1/lobbies/join-by-code', { code })).code).toBe('kicked');
    expect((await ann.delete(`${lobby}/bans/${bob.id}`)).status).toBe(204);
    expectOk(await join(bob, lobbyId), 201);
    expect((await bob.delete(`${lobby}/members/me`)).status).toBe(204);
    expect((await bob.delete(`${lobby}/members/me`)).code).toBe('not-found');
    expectOk(await join(bob, lobbyId), 201);
  });

  test('close, and a closed lobby is 404 on every route', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId, code } = await wire.gather([ann, bob]);
    const lobby = `/v1/lobbies/${lobbyId}`;
    expect((await ann.delete(lobby)).status).toBe(204);
    for (const [method, path, body] of [
      ['GET', lobby, undefined],
      ['PATCH', lobby, { name: 'x' }],
      ['DELETE', lobby, undefined],
      ['PUT', `${lobby}/members/me`, {}],
      ['PATCH', `${lobby}/members/me`, { ready: true }],
      ['DELETE', `${lobby}/members/me`, undefined],
      ['DELETE', `${lobby}/members/${bob.id}`, undefined],
      ['DELETE', `${lobby}/bans/${bob.id}`, undefined],
      ['PUT', `${lobby}/host`, { playerId: bob.id }],
      ['POST', `${lobby}/messages`, { text: 'hi' }],
      ['GET', `${lobby}/messages`, undefined],
      ['POST', `${lobby}/reports`, { playerId: bob.id, reason: 'why not' }],
      ['POST', `${lobby}/start`, {}],
      ['DELETE', `${lobby}/start`, undefined],
      ['POST', '/v1/lobbies/join-by-code', { code }],
    ] as const) {
      for (const guest of [ann, bob]) {
        const answer = await guest.send(method, path, { body });
        expect([method, path, answer.code]).toEqual([method, path, 'not-found']);
      }
    }
    expect((await bob.get('/v1/players/me')).body.lobbyId).toBeNull();
  });
});

describe('chat and reports', () => {
  interface Chat {
    readonly items: readonly { readonly id: string; readonly text: string }[];
    readonly nextCursor: string | null;
  }

  test('[LO-15] messages come back newest first, page by page', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const path = `/v1/lobbies/${lobbyId}/messages`;
    const sent = [];
    for (const text of ['1', '2', '3', '4', '😀'.repeat(500)]) sent.push(expectOk(await bob.post(path, { text }), 201));
    expect(sent[0]).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]{8,36}$/),
      playerId: bob.id,
      displayName: 'Bob',
      text: '1',
      sentAt: expect.stringMatching(TIME),
    });
    expect(expectOk(await ann.get<Chat>(path), 200)).toEqual({ items: sent.toReversed(), nextCursor: null });
    const first = expectOk(await ann.get<Chat>(`${path}?limit=3`), 200);
    expect(first.items).toEqual(sent.slice(2).toReversed());
    const rest = expectOk(await ann.get<Chat>(`${path}?limit=3&cursor=${first.nextCursor}`), 200);
    expect(rest).toEqual({ items: sent.slice(0, 2).toReversed(), nextCursor: null });
  });

  test('messages have 1 to 500 code points', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    for (const text of ['', 'x'.repeat(501), '😀'.repeat(501), 5, null]) {
      const { code, body } = await ann.post(`/v1/lobbies/${lobbyId}/messages`, { text });
      expect([code, pointers(body)]).toEqual(['invalid-request', ['#/text']]);
    }
  });

  test('[LO-15] reports are 202 with nothing in them', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const said = expectOk(await bob.post(`/v1/lobbies/${lobbyId}/messages`, { text: 'rude' }), 201);
    const report = (body: object) => ann.post(`/v1/lobbies/${lobbyId}/reports`, body);
    expect(expectOk(await report({ playerId: bob.id, reason: 'rude', messageId: said.id }), 202)).toEqual({});
    expect(expectOk(await report({ playerId: bob.id, reason: 'rude' }), 202)).toEqual({});
    for (const body of [{}, { playerId: bob.id }, { reason: 'rude' }, { playerId: bob.id, reason: '' }]) {
      expect((await report(body)).code).toBe('invalid-request');
    }
  });
});
