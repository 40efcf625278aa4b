import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { and, count, eq, sql } from 'drizzle-orm';
import type { Lobby } from '../../protocol/lobbies.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { RateLimits } from '../http/rate-limits.ts';
import { lobbies, lobbyMembers } from '../store/schema.ts';
import { inTransaction } from '../store/transaction.ts';
import { Door, StaleAdmission } from './door.ts';
import { LobbyEntrances } from './lobby-entrances.ts';
import { Passwords } from './passwords.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

const quickJoin = (guest: Guest, body: object = {}) =>
  guest.post<Lobby>('/v1/lobbies/quick-join', { game: 'team-race', ...body });
const byCode = (guest: Guest, body: object) => guest.post<Lobby>('/v1/lobbies/join-by-code', body);

async function crowd(size: number): Promise<Guest[]> {
  return await Promise.all(Array.from({ length: size }, (_, index) => bed.guest(`Guest ${index}`)));
}

describe('joining', () => {
  test('answers 201 and then 200, when the body changes nothing', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann]);
    const joined = await bed.join(bob, id, { team: 'red' });
    expect([joined.status, joined.headers.get('ETag'), joined.body.version]).toEqual([201, '"2"', 2]);
    expect(joined.body.members?.map(({ playerId, team }) => [playerId, team])).toEqual([
      [ann.id, null],
      [bob.id, 'red'],
    ]);
    const again = await bed.join(bob, id, { team: 'blue', password: 'whatever' });
    expect([again.status, again.body]).toEqual([200, joined.body]);
  });

  test('is only for oneself', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann]);
    expect((await bob.put(`/v1/lobbies/${id}/members/${ann.id}`)).code).toBe('not-found');
    expect((await bob.put(`/v1/lobbies/${id}/members/${bob.id}`)).status).toBe(201);
  });

  test('a private lobby takes its code, and looks like none with a wrong one or without', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id, code } = await bed.gather([ann], { private: true });
    const wrong = code === 'AAAAAA' ? 'BBBBBB' : 'AAAAAA';
    expect((await bed.join(bob, id)).code).toBe('not-found');
    expect((await bed.join(bob, id, { code: wrong })).code).toBe('not-found');
    expect((await bed.join(bob, id, { code: code?.toLowerCase() })).status).toBe(201);
  });

  test('a code never replaces the password; a public lobby ignores it', async () => {
    const [ann, bob, cid] = await bed.guests('Ann', 'Bob', 'Cid');
    const { id, code } = await bed.gather([ann], { private: true, password: 'sesame' });
    expect((await bed.join(bob, id, { code })).code).toBe('wrong-password');
    expect((await bed.join(bob, id, { code, password: 'simsim' })).code).toBe('wrong-password');
    expect((await byCode(bob, { code })).code).toBe('wrong-password');
    expect((await byCode(bob, { code, password: 'sesame' })).status).toBe(200);
    await ann.patch(`/v1/lobbies/${id}`, { private: false });
    expect((await bed.join(cid, id, { code: 'nonsense', password: 'sesame' })).status).toBe(201);
  });

  test('by code knows no difference between cases, and unknown codes are nowhere', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id, code = '' } = await bed.gather([ann]);
    expect((await byCode(bob, { code: 'ILLEGAL' })).code).toBe('not-found');
    const joined = await byCode(bob, { code: code.toLowerCase() });
    expect([joined.status, joined.body.id, joined.body.rev]).toEqual([200, id, 1]);
    expect((await byCode(bob, { code })).status).toBe(200);
  });

  test('is refused in the order of the contract', async () => {
    const [ann, bob, cid, dan] = await bed.guests('Ann', 'Bob', 'Cid', 'Dan');
    const { id } = await bed.gather([ann, bob], { maxPlayers: 2, password: 'sesame' });
    await ann.patch(`/v1/lobbies/${id}`, { locked: true });
    await bed.ready(bob, id);
    await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 });
    await bed.gather([cid]);
    const refused = async (guest: Guest, body: object = {}) => (await bed.join(guest, id, body)).code;
    expect(await refused(dan, { team: 'green' })).toBe('invalid-request');
    expect(await refused(cid)).toBe('already-in-lobby');
    expect(await refused(dan)).toBe('wrong-state');
    await ann.delete(`/v1/lobbies/${id}/start`);
    expect(await refused(dan)).toBe('lobby-locked');
    await ann.patch(`/v1/lobbies/${id}`, { locked: false });
    expect(await refused(dan, { team: 'red' })).toBe('wrong-password');
    expect(await refused(dan, { password: 'sesame', team: 'red' })).toBe('lobby-full');
    await ann.patch(`/v1/lobbies/${id}`, { maxPlayers: 8 });
    await ann.delete(`/v1/lobbies/${id}/members/${bob.id}`);
    await bed.gather([bob]);
    expect(await refused(bob)).toBe('kicked');
  });

  test('a team that is full is refused, other teams are not', async () => {
    const [ann, ...others] = await crowd(6);
    const { id } = await bed.gather([ann!]);
    for (const other of others.slice(0, 4)) expect((await bed.join(other, id, { team: 'red' })).status).toBe(201);
    expect((await bed.join(others[4]!, id, { team: 'red' })).code).toBe('team-full');
    expect((await bed.join(others[4]!, id, { team: 'blue' })).status).toBe(201);
  });

  test('is refused to who was kicked until the bar is lifted, whatever the code', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id, code } = await bed.gather([ann, bob]);
    expect((await ann.delete(`/v1/lobbies/${id}/members/${bob.id}`)).status).toBe(204);
    expect((await bed.join(bob, id)).code).toBe('kicked');
    expect((await byCode(bob, { code })).code).toBe('kicked');
    expect((await bob.get(`/v1/lobbies/${id}`)).status).toBe(200);
    expect((await bob.delete(`/v1/lobbies/${id}/bans/${bob.id}`)).code).toBe('not-member');
    expect((await ann.delete(`/v1/lobbies/${id}/bans/${bob.id}`)).status).toBe(204);
    expect((await ann.delete(`/v1/lobbies/${id}/bans/${bob.id}`)).status).toBe(204);
    expect((await bed.join(bob, id)).status).toBe(201);
  });
});

describe('wrong codes and passwords', () => {
  test('[LO-16] are limited to five a minute, also at the same time; right ones are not counted', async () => {
    const time = { nowMs: 0 };
    const limits = new RateLimits({ enabled: true, nowMs: () => time.nowMs });
    const door = new Door({ ...bed.http, limits, passwords: new Passwords() });
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id, code = '' } = await bed.gather([ann], { private: true, password: 'sesame' });
    const knock = { playerId: bob.id, address: '127.0.0.1', code, password: 'sesame' };
    for (let again = 0; again < 10; again += 1) {
      expect(await door.examine(id, knock)).toMatchObject({ codeRight: true, passwordRight: true });
    }
    const guesses = await Promise.allSettled(
      Array.from({ length: 20 }, () => door.examine(id, { ...knock, code: null, password: 'simsim' })),
    );
    const compared = guesses.filter(({ status }) => status === 'fulfilled');
    expect(compared).toHaveLength(5);
    await expect(door.examine(id, knock)).rejects.toMatchObject({ code: 'rate-limited' });
    await expect(door.find(knock)).rejects.toMatchObject({ code: 'rate-limited' });
    time.nowMs += 12_001;
    expect(await door.find(knock)).toBe(id);
    expect(await door.find({ ...knock, code: 'NOSUCH' })).toBeNull();
    await expect(door.find(knock)).rejects.toMatchObject({ code: 'rate-limited' });
  });
});

describe('a private lobby', () => {
  test('counts guesses as a place does where there is no lobby, and compares no password without its code', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann], { private: true, password: 'sesame' });
    const guessesAt = async (lobbyId: string, knock: { code: string | null; password: string | null }) => {
      const limits = new RateLimits({ enabled: true, nowMs: () => 0 });
      const passwords = new Passwords();
      const door = new Door({ ...bed.http, limits, passwords });
      const guess = { playerId: bob.id, address: '127.0.0.1', ...knock };
      const answers: unknown[] = [];
      for (let count = 0; count < 8; count += 1) {
        const answer = door.examine(lobbyId, guess);
        answers.push(
          await answer.then(
            (admission) => ({ ...admission, lobbyId: '' }),
            () => 'limited',
          ),
        );
      }
      return answers;
    };
    for (const knock of [
      { code: 'AAAAAA', password: null },
      { code: null, password: 'sesame' },
      { code: null, password: null },
    ]) {
      const answers = await guessesAt(id, knock);
      expect(answers).toEqual(await guessesAt('l_nowhere12345', knock));
      expect(answers.filter((answer) => answer === 'limited')).toHaveLength(
        knock.code === null && knock.password === null ? 0 : 3,
      );
    }
  });
});

describe('a password that is changed while it is compared', () => {
  test('lets nobody in by the old one, and asks for another look', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann], { password: 'old' });
    const { games, db } = bed.http;
    const door = new Door({ ...bed.http, passwords: new Passwords() });
    const entrances = new LobbyEntrances({ changes: bed.lobbies.changes, games, matches: bed.matches });
    const knock = { playerId: bob.id, address: '127.0.0.1', code: null, password: 'old' };
    const admission = await door.examine(id, knock);
    expect(admission.passwordRight).toBe(true);
    await ann.patch(`/v1/lobbies/${id}`, { password: 'new' });
    const call = { lobbyId: id, playerId: bob.id, ifMatch: null };
    await expect(inTransaction(db, (tx) => entrances.join(tx, { call, admission, team: null }))).rejects.toThrow(
      StaleAdmission,
    );
    expect((await door.examine(id, knock)).passwordRight).toBe(false);
    expect((await bed.join(bob, id, { password: 'old' })).code).toBe('wrong-password');
  });
});

describe('quick-join', () => {
  test('joins the fullest lobby that fits, then makes one, then finds none', async () => {
    const [ann, bob, cid, dan, eve] = await bed.guests('Ann', 'Bob', 'Cid', 'Dan', 'Eve');
    const map = { data: { public: { map: 'quick' } } };
    const where = { 'data.map': 'quick', 'openSlots.ge': 1 };
    expect((await quickJoin(ann, { where })).code).toBe('no-lobby');
    const made = await quickJoin(ann, { where, create: { ...map, maxPlayers: 3 } });
    expect([made.status, made.headers.get('Location')]).toEqual([201, `/v1/lobbies/${made.body.id}`]);
    const fuller = await bed.gather([bob, cid], { ...map, maxPlayers: 3 });
    const joined = await quickJoin(dan, { where, create: map });
    expect([joined.status, joined.body.id, joined.body.memberCount]).toEqual([200, fuller.id, 3]);
    expect((await quickJoin(dan, { where })).code).toBe('already-in-lobby');
    expect((await quickJoin(eve, { where: { ...where, 'memberCount.gt': 1 } })).code).toBe('no-lobby');
  });

  test('passes by lobbies that are private, locked, with a password, in a countdown, full, or barred to the player', async () => {
    const guests = await crowd(9);
    const [ann, bob, cid, dan, eve, fay, gus, hal, kim] = guests as [
      Guest,
      Guest,
      Guest,
      Guest,
      Guest,
      Guest,
      Guest,
      Guest,
      Guest,
    ];
    const map = { data: { public: { map: 'closed' } } };
    await bed.gather([ann], { ...map, private: true });
    const locked = await bed.gather([bob], map);
    await bob.patch(`/v1/lobbies/${locked.id}`, { locked: true });
    await bed.gather([cid], { ...map, password: 'x' });
    const counting = await bed.gather([dan, eve], map);
    await bed.ready(eve, counting.id);
    expect((await dan.post(`/v1/lobbies/${counting.id}/start`, { countdownMs: 10_000 })).status).toBe(202);
    await bed.gather([fay, gus], { ...map, maxPlayers: 2 });
    const barred = await bed.gather([hal, kim], map);
    await hal.delete(`/v1/lobbies/${barred.id}/members/${kim.id}`);
    expect((await quickJoin(kim, { where: { 'data.map': 'closed' } })).code).toBe('no-lobby');
  });

  test.each<[object, string]>([
    [{ game: 'chess' }, 'invalid-request'],
    [{ where: { colour: 'red' } }, 'invalid-filter'],
    [{ where: { 'openSlots.ge': '2' } }, 'invalid-filter'],
    [{ where: { createdAt: 'never' } }, 'invalid-filter'],
    [{ create: { game: 'team-race' } }, 'invalid-request'],
    [{ create: { maxPlayers: 99 } }, 'invalid-request'],
  ])('refuses what it can’t mean (%#)', async (body, code) => {
    const ann = await bed.guest();
    expect((await quickJoin(ann, body)).code).toBe(code);
  });
});

describe('at the same time', () => {
  test('[LO-2] 200 players who race for 8 seats give exactly 8 members', async () => {
    const [host, ...others] = await crowd(201);
    const { id } = await bed.gather([host!]);
    const answers = await Promise.all(others.map((guest) => bed.join(guest, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 'lobby-full')).toHaveLength(193);
    const lobby = (await host!.get<Lobby>(`/v1/lobbies/${id}`)).body;
    expect([lobby.memberCount, lobby.members?.length, lobby.openSlots, lobby.version]).toEqual([8, 8, 0, 8]);
  }, 60_000);

  test('[LO-2] 200 quick-joins of lobbies for two leave none with three, and nobody alone', async () => {
    const guests = await crowd(200);
    const answers = await Promise.all(
      guests.map((guest) => guest.post<Lobby>('/v1/lobbies/quick-join', { game: 'connect-four', create: {} })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    const sizes = await bed.http.db
      .select({ stored: lobbies.memberCount, members: count(lobbyMembers.playerId) })
      .from(lobbies)
      .innerJoin(lobbyMembers, eq(lobbyMembers.lobbyId, lobbies.id))
      .where(and(eq(lobbies.game, 'connect-four'), sql`${lobbies.state} <> 'closed'`))
      .groupBy(lobbies.id);
    expect(sizes).toEqual(Array.from({ length: 100 }, () => ({ stored: 2, members: 2 })));
  }, 60_000);

  test('30 quick-joins without create fill the lobby that is there, and only then find none', async () => {
    const [host, ...others] = await crowd(31);
    await bed.gather([host!], { data: { public: { map: 'narrow' } } });
    const answers = await Promise.all(others.map((guest) => quickJoin(guest, { where: { 'data.map': 'narrow' } })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 'no-lobby')).toHaveLength(23);
  }, 60_000);

  test('[LO-1] one player who asks for a quick-join five times at once takes one place', async () => {
    const crowded = await crowd(6);
    const where = { 'data.map': 'twice' };
    const create = { data: { public: { map: 'twice' } } };
    for (const guest of crowded) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => quickJoin(guest, { where, create })));
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
      expect(answers.filter(({ code }) => code === 'already-in-lobby')).toHaveLength(4);
    }
    const { lobbyId } = (await crowded[0]!.get<{ lobbyId: string }>('/v1/players/me')).body;
    const lobby = (await crowded[0]!.get<Lobby>(`/v1/lobbies/${lobbyId}`)).body;
    expect([lobby.memberCount, lobby.members?.length]).toEqual([6, 6]);
  }, 60_000);

  test('[LO-1] one player who enters ten lobbies at once is in one of them', async () => {
    const hosts = await crowd(10);
    const eve = await bed.guest('Eve');
    const ids = await Promise.all(hosts.map(async (host) => (await bed.gather([host])).id));
    const answers = await Promise.all(ids.map((id) => bed.join(eve, id)));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    const lost = answers.filter(({ code }) => code === 'already-in-lobby');
    expect(lost.map(({ body }) => (body as unknown as { lobbyId: string }).lobbyId)).toEqual(
      Array.from({ length: 9 }, () => won[0]?.body.id),
    );
    const versions = await Promise.all(
      ids.map(async (id, index) => (await hosts[index]!.get<Lobby>(`/v1/lobbies/${id}`)).body.version),
    );
    expect(versions.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });
});
