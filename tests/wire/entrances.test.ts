/** "Lobbies" of the wire contract: the ways in, and the list. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { expectOk } from './support/client.ts';
import { expectLobby } from './support/shapes.ts';
import { type Guest, join, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const byCode = (guest: Guest, body: object) => guest.post<Lobby>('/v1/lobbies/join-by-code', body);
const quickJoin = (guest: Guest, body: object) =>
  guest.post<Lobby>('/v1/lobbies/quick-join', { game: 'team-race', ...body });
/** A map of a test's own, by which its lobbies are told from others'. */
const newMap = () => {
  const map = randomUUID();
  return { map, made: { data: { public: { map } } }, where: { 'data.map': map } };
};

describe('joining', () => {
  test('is 201, and 200 if already in, when the body changes nothing', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann], { password: 'sesame' });
    const joined = await join(bob, lobbyId, { password: 'sesame', team: 'red' });
    expect([joined.status, joined.body.version, joined.body.rev]).toEqual([201, 2, 1]);
    expectLobby(joined.body, 'member');
    expect(joined.body.members?.map(({ playerId, team }) => [playerId, team])).toEqual([
      [ann.id, null],
      [bob.id, 'red'],
    ]);
    const again = await join(bob, lobbyId, { password: 'wrong', code: 'NONSNS', team: 'blue' });
    expect([again.status, again.body]).toEqual([200, joined.body]);
    expect((await bob.put(`/v1/lobbies/${lobbyId}/members/${bob.id}`, {})).status).toBe(200);
  });

  test('[LO-5] a private lobby takes its code, whatever its case; the password is asked for besides', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId, code = '' } = await wire.gather([ann], { private: true, password: 'sesame' });
    const wrong = code === 'AAAAAA' ? 'BBBBBB' : 'AAAAAA';
    for (const body of [
      {},
      { code: wrong },
      { code: '' },
      { password: 'sesame' },
      { code: wrong, password: 'sesame' },
    ]) {
      expect([body, (await join(bob, lobbyId, body)).code]).toEqual([body, 'not-found']);
    }
    for (const body of [{ code }, { code, password: 'simsim' }, { code, password: '' }]) {
      expect([body, (await join(bob, lobbyId, body)).code]).toEqual([body, 'wrong-password']);
    }
    expectOk(await join(bob, lobbyId, { code: code.toLowerCase(), password: 'sesame' }), 201);
  });

  test('a public lobby ignores the code', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId, code } = await wire.gather([ann], { password: 'sesame' });
    expect((await join(bob, lobbyId, { code })).code).toBe('wrong-password');
    expectOk(await join(bob, lobbyId, { code: 'NONSNS', password: 'sesame' }), 201);
    expectOk(await ann.patch(`/v1/lobbies/${lobbyId}`, { password: null }), 200);
    expectOk(await join(cid, lobbyId, { code: 'NONSNS', password: 'ignored' }), 201);
  });

  test('[RQ-2] is refused in the contract’s order', async () => {
    const [ann, bob, eve, zoe] = await wire.guests('Ann', 'Bob', 'Eve', 'Zoe');
    const lobby = await wire.gather([ann, bob, eve], { password: 'sesame', private: true, maxPlayers: 3 });
    const attempt = async (guest: Guest, body: object = {}) => (await join(guest, lobby.id, body)).code;
    const change = async (body: object) => expectOk(await ann.patch(`/v1/lobbies/${lobby.id}`, body), 200);
    const { code } = lobby;
    expect((await ann.delete(`/v1/lobbies/${lobby.id}/members/${eve.id}`)).status).toBe(204);
    await wire.gather([eve], {});
    await change({ locked: true, maxPlayers: 2 });
    await ready(bob, lobby.id);
    expectOk(await ann.post(`/v1/lobbies/${lobby.id}/start`, { countdownMs: 10_000 }), 202);

    expect(await attempt(bob)).toBeNull();
    expect(await attempt(eve)).toBe('not-found');
    expect(await attempt(eve, { code })).toBe('kicked');
    const other = await wire.gather([zoe]);
    const busy = await join(zoe, lobby.id, { code });
    expect([busy.code, (busy.body as unknown as { lobbyId: string }).lobbyId]).toEqual(['already-in-lobby', other.id]);
    expect((await zoe.delete(`/v1/lobbies/${other.id}/members/me`)).status).toBe(204);
    expect(await attempt(zoe, { code })).toBe('wrong-state');
    expectOk(await ann.delete(`/v1/lobbies/${lobby.id}/start`), 200);
    expect(await attempt(zoe, { code })).toBe('lobby-locked');
    await change({ locked: false });
    expect(await attempt(zoe, { code, password: 'wrong', team: 'red' })).toBe('wrong-password');
    expect(await attempt(zoe, { code, password: 'sesame', team: 'red' })).toBe('lobby-full');
    expect(await attempt(zoe, { code, password: 'sesame', team: 'green' })).toBe('invalid-request');
  });

  test('a full team of a lobby with room is team-full, after lobby-full', async () => {
    const [ann, ...others] = (await wire.crowd(7)) as [Guest, ...Guest[]];
    const { id: lobbyId } = await wire.gather([ann], { maxPlayers: 6 });
    for (const guest of others.slice(0, 4)) expectOk(await join(guest, lobbyId, { team: 'red' }), 201);
    expect((await join(others[4]!, lobbyId, { team: 'red' })).code).toBe('team-full');
    expectOk(await join(others[4]!, lobbyId, { team: 'blue' }), 201);
    expect((await join(others[5]!, lobbyId, { team: 'red' })).code).toBe('lobby-full');
  });

  test('is for oneself only', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann]);
    expect((await ann.put(`/v1/lobbies/${lobbyId}/members/${bob.id}`, {})).status).toBeGreaterThanOrEqual(400);
    expect((await see(ann, lobbyId)).memberCount).toBe(1);
  });
});

describe('joining by code', () => {
  test('is 200, whatever the case, for public and private lobbies, also if already in', async () => {
    for (const isPrivate of [false, true]) {
      const [ann, bob] = await wire.guests('Ann', 'Bob');
      const { id: lobbyId, code = '' } = await wire.gather([ann], { private: isPrivate });
      const joined = await byCode(bob, { code: code.toLowerCase() });
      expect([joined.status, joined.body.id, joined.body.memberCount]).toEqual([200, lobbyId, 2]);
      expect((await byCode(bob, { code })).status).toBe(200);
      expect((await see(ann, lobbyId)).version).toBe(2);
    }
  });

  test('is refused for an unknown code, a wrong password, and one more lobby', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { code } = await wire.gather([ann], { password: 'sesame' });
    expect((await byCode(bob, { code: 'ZZZZZZ' })).code).toBe('not-found');
    expect((await byCode(bob, { code: 'nonsense!' })).code).toBe('not-found');
    expect((await byCode(bob, { code })).code).toBe('wrong-password');
    expect((await byCode(bob, { code, password: 'simsim' })).code).toBe('wrong-password');
    expect((await byCode(bob, { password: 'sesame' })).code).toBe('invalid-request');
    await wire.gather([bob]);
    expect((await byCode(bob, { code, password: 'sesame' })).code).toBe('already-in-lobby');
  });
});

describe('quick-join', () => {
  test('joins what fits, else creates, else finds no lobby', async () => {
    const { map, made, where } = newMap();
    const [ann, bob, cid, dan] = await wire.guests('Ann', 'Bob', 'Cid', 'Dan');
    expect((await quickJoin(ann, { where })).code).toBe('no-lobby');
    const created = await quickJoin(ann, { where, create: { ...made, maxPlayers: 2 } });
    expect([created.status, created.headers.get('Location')]).toEqual([201, `/v1/lobbies/${created.body.id}`]);
    expect([created.headers.get('ETag'), created.body.data.public.map]).toEqual(['"1"', map]);
    const joined = await quickJoin(bob, { where: { ...where, 'openSlots.ge': 1 } });
    expect([joined.status, joined.body.id, joined.body.memberCount]).toEqual([200, created.body.id, 2]);
    expectLobby(joined.body, 'member');
    expect((await quickJoin(cid, { where })).code).toBe('no-lobby');
    expect((await quickJoin(cid, { where: { ...where, 'openSlots.ge': 2 }, create: made })).status).toBe(201);
    expect((await quickJoin(dan, { where, game: 'connect-four' })).code).toBe('invalid-filter');
    expect((await quickJoin(bob, { where })).code).toBe('already-in-lobby');
  });

  test('passes by what the player could not join', async () => {
    const { made, where } = newMap();
    const [ann, bob, cid, dan, eve, fay] = await wire.guests('Ann', 'Bob', 'Cid', 'Dan', 'Eve', 'Fay');
    const locked = await wire.gather([ann], made);
    expectOk(await ann.patch(`/v1/lobbies/${locked.id}`, { locked: true }), 200);
    await wire.gather([bob], { ...made, private: true });
    await wire.gather([cid], { ...made, password: 'sesame' });
    const barred = await wire.gather([dan, eve], made);
    expect((await dan.delete(`/v1/lobbies/${barred.id}/members/${eve.id}`)).status).toBe(204);
    expect((await quickJoin(eve, { where })).code).toBe('no-lobby');
    expect(expectOk(await quickJoin(fay, { where }), 200).id).toBe(barred.id);
  });

  test.each<[string, object]>([
    ['invalid-request', { game: 'chess' }],
    ['invalid-request', { game: undefined }],
    ['invalid-request', { create: { game: 'team-race' } }],
    ['invalid-request', { create: { maxPlayers: 99 } }],
    ['invalid-filter', { where: { colour: 'red' } }],
    ['invalid-filter', { where: { 'openSlots.like': 2 } }],
    ['invalid-filter', { where: { openSlots: 'many' } }],
    ['invalid-filter', { where: { 'data.secret': 'x' } }],
  ])('is %s for %j', async (code, body) => {
    const ann = await wire.guest();
    expect((await quickJoin(ann, body)).code).toBe(code);
  });
});

describe('the list', () => {
  interface Page {
    readonly items: readonly Lobby[];
    readonly nextCursor: string | null;
  }
  const { map, made } = newMap();
  let ann: Guest;
  const lobbies: Lobby[] = [];
  const list = (query: string) => ann.get<Page>(`/v1/lobbies?data.map=${map}${query}`);
  const found = async (query: string) => {
    const { items } = expectOk(await list(query), 200);
    return items.map(({ id }) => lobbies.findIndex((lobby) => lobby.id === id));
  };

  beforeAll(async () => {
    const guests = await wire.crowd(9);
    ann = await wire.guest('Ann');
    const [a, b, c, d, e, f, g] = guests as [Guest, Guest, Guest, Guest, Guest, Guest, Guest];
    const withLevel = (level: unknown) => ({ data: { public: { ...made.data.public, level } } });
    lobbies.push(await wire.gather([a], withLevel('1')));
    lobbies.push(await wire.gather([b, c], { ...withLevel('10'), maxPlayers: 2 }));
    lobbies.push(await wire.gather([d], { ...withLevel(3), password: 'x' }));
    lobbies.push(await wire.gather([e, f, g], { ...made, maxPlayers: 6 }));
    await wire.gather([guests[7]!], { ...made, private: true });
    expectOk(await e.patch(`/v1/lobbies/${lobbies[3]?.id}`, { locked: true }), 200);
  });

  test('[LO-6] shows open lobbies, newest first, as who is outside sees them, never private ones', async () => {
    const page = expectOk(await list('&game=team-race'), 200);
    expect(page.nextCursor).toBeNull();
    for (const lobby of page.items) expectLobby(lobby, 'list');
    expect(page.items.map(({ id }) => id)).toEqual(lobbies.map(({ id }) => id).toReversed());
  });

  test.each<[string, number[]]>([
    ['&game=team-race&sort=createdAt', [0, 1, 2, 3]],
    ['&sort=openSlots', [1, 3, 0, 2]],
    ['&memberCount.ne=1&sort=-memberCount', [3, 1]],
    ['&hasPassword=true', [2]],
    ['&hasPassword=false&locked=false', [1, 0]],
    ['&locked=true', [3]],
    ['&locked.ne=true', [2, 1, 0]],
    ['&memberCount=2', [1]],
    ['&memberCount.gt=1', [3, 1]],
    ['&memberCount.ge=2&memberCount.lt=3', [1]],
    ['&memberCount.in=1,3', [3, 2, 0]],
    ['&maxPlayers.le=6', [3, 1]],
    ['&openSlots.ge=1', [3, 2, 0]],
    ['&openSlots.gt=0&openSlots.lt=7', [3]],
    ['&openSlots.ne=7', [3, 1]],
    ['&data.level=10', [1]],
    ['&data.level=3', [2]],
    ['&data.level.in=1,10', [1, 0]],
    ['&state=open', [3, 2, 1, 0]],
    ['&state.ne=open', []],
    ['&state.in=open,countdown', [3, 2, 1, 0]],
    ['&state=in-match', []],
    ['&game.in=team-race', [3, 2, 1, 0]],
    ['&createdAt.gt=2020-01-01T00:00:00.000Z', [3, 2, 1, 0]],
    ['&createdAt.lt=2020-01-01T00:00:00.000Z', []],
  ])('[LO-6] filters by %s', async (query, expected) => {
    const game = query.includes('game') ? '' : '&game=team-race';
    expect(await found(game + query)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['invalid-filter', 'colour=red'],
    ['invalid-filter', 'name=x'],
    ['invalid-filter', 'private=true'],
    ['invalid-filter', 'openSlots.like=1'],
    ['invalid-filter', 'openSlots.eq=1'],
    ['invalid-filter', 'openSlots.ge=many'],
    ['invalid-filter', 'openSlots.ge='],
    ['invalid-filter', 'openSlots=1.5'],
    ['invalid-filter', 'locked=1'],
    ['invalid-filter', 'hasPassword=yes'],
    ['invalid-filter', 'state=asleep'],
    ['invalid-filter', 'state.in=open,asleep'],
    ['invalid-filter', 'createdAt.gt=yesterday'],
    ['invalid-filter', 'memberCount.in=1,x'],
    ['invalid-filter', `memberCount.in=${Array.from({ length: 21 }, () => '1').join(',')}`],
    ['invalid-filter', 'game=team-race&data.secret=x'],
    ['invalid-filter', 'game=connect-four&data.map=x'],
    ['invalid-request', 'sort=name'],
    ['invalid-request', 'sort=--createdAt'],
    ['invalid-request', 'sort='],
    ['invalid-request', 'limit=0'],
    ['invalid-request', 'limit=101'],
    ['invalid-cursor', 'cursor=nonsense'],
  ])('is %s for %s', async (code, query) => {
    expect([query, (await ann.get(`/v1/lobbies?${query}`)).code]).toEqual([query, code]);
  });

  test('takes up to twenty values with in', async () => {
    const values = Array.from({ length: 20 }, (_, index) => index + 1).join(',');
    expect(await found(`&game=team-race&memberCount.in=${values}`)).toHaveLength(4);
  });

  test('[LO-6] goes from page to page without gaps or doubles, for every sort', async () => {
    for (const sort of ['createdAt', '-createdAt', 'openSlots', '-openSlots', 'memberCount', '-memberCount']) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: Page = expectOk(await list(`&game=team-race&sort=${sort}&limit=1${more}`), 200);
        expect(page.items).toHaveLength(1);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      const whole = expectOk(await list(`&game=team-race&sort=${sort}`), 200).items.map(({ id }) => id);
      expect([sort, seen]).toEqual([sort, whole]);
      expect(seen).toHaveLength(4);
    }
  });

  test('[LO-6] has twenty lobbies on a page unless it is told otherwise', async () => {
    const twenty = newMap();
    const hosts = await wire.crowd(22);
    await Promise.all(hosts.map((host) => wire.gather([host], twenty.made)));
    const query = `/v1/lobbies?game=team-race&data.map=${twenty.map}`;
    const first = expectOk(await ann.get<Page>(query), 200);
    const rest = expectOk(await ann.get<Page>(`${query}&cursor=${encodeURIComponent(first.nextCursor ?? '')}`), 200);
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([20, 2, null]);
    expect(new Set([...first.items, ...rest.items].map(({ id }) => id)).size).toBe(22);
  });

  test('[LO-6] refuses the cursor of another query, takes it with another limit or order of parameters', async () => {
    const { nextCursor } = expectOk(await list('&game=team-race&limit=2'), 200);
    const cursor = `&cursor=${encodeURIComponent(nextCursor ?? '')}`;
    expect(expectOk(await list(`&game=team-race&limit=1${cursor}`), 200).items).toHaveLength(1);
    const turned = await ann.get<Page>(`/v1/lobbies?limit=1${cursor}&game=team-race&data.map=${map}`);
    expect(expectOk(turned, 200).items).toHaveLength(1);
    for (const other of [
      '&game=team-race&locked=false',
      '&game=team-race&sort=createdAt',
      '&game=team-race&state=open&openSlots.ge=1',
    ]) {
      expect([other, (await list(`${other}${cursor}`)).code]).toEqual([other, 'invalid-cursor']);
    }
    expect((await list(`&game=team-race${cursor}x`)).code).toBe('invalid-cursor');
    expect((await ann.get(`/v1/matches?limit=2${cursor}`)).code).toBe('invalid-cursor');
  });
});

describe('at the same time', () => {
  test('[LO-2] 200 players who race for 8 seats give exactly 8 members', async () => {
    const [host, ...others] = (await wire.crowd(200)) as [Guest, ...Guest[]];
    const { id: lobbyId } = await wire.gather([host]);
    const answers = await Promise.all(others.map((guest) => join(guest, lobbyId)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 'lobby-full')).toHaveLength(192);
    const { members, memberCount, openSlots, version } = await see(host, lobbyId);
    expect([members?.length, memberCount, openSlots, version]).toEqual([8, 8, 0, 8]);
    expect(new Set(members?.map(({ playerId }) => playerId)).size).toBe(8);
  }, 60_000);

  test('[LO-2] 200 quick joins of lobbies for two leave none with three', async () => {
    const crowd = await wire.crowd(200);
    const answers = await Promise.all(crowd.map((guest) => quickJoin(guest, { game: 'connect-four', create: {} })));
    const refused = answers.filter(({ status }) => status !== 200 && status !== 201).map(({ text }) => text);
    expect(refused).toEqual([]);
    const ids = [...new Set(answers.map(({ body }) => body.id))];
    const counts = await Promise.all(ids.map(async (lobbyId) => (await see(crowd[0]!, lobbyId)).memberCount));
    expect(counts.filter((count) => count > 2)).toEqual([]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  }, 60_000);

  test('[LO-1] one player who joins ten lobbies is in one', async () => {
    const [eve, ...hosts] = (await wire.crowd(11)) as [Guest, ...Guest[]];
    const made = await Promise.all(hosts.map((host) => wire.gather([host])));
    const answers = await Promise.all(made.map(({ id }) => join(eve, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'already-in-lobby')).toHaveLength(9);
    const counts = await Promise.all(made.map(async ({ id }) => (await see(eve, id)).memberCount));
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });
});
