import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

const read = async (guest: Guest, id: string) => (await guest.get<Lobby>(`/v1/lobbies/${id}`)).body;
const connected = async (guest: Guest, id: string) =>
  Object.fromEntries((await read(guest, id)).members?.map((member) => [member.displayName, member.connected]) ?? []);
const isListed = async (reader: Guest, id: string) => {
  const { body } = await reader.get<Page<Lobby>>('/v1/lobbies?limit=100');
  return body.items.some((lobby) => lobby.id === id);
};

describe('a member', () => {
  test('[PR-1] is connected for 15 s after any call, and again with the next, each with a version', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.pass(14_000);
    expect(await read(ann, id)).toMatchObject({ version: 2 });
    await bed.pass(1_500);
    const away = await read(ann, id);
    expect(away.members?.map((member) => member.connected)).toEqual([true, false]);
    expect(away.version).toBe(3);
    const back = await read(bob, id);
    expect(back.members?.map((member) => member.connected)).toEqual([true, true]);
    expect(back.version).toBe(4);
  });

  test('is connected while one of its sockets is open, and for 15 s after the last one closed', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    const { presence } = bed.lobbies;
    presence.socket(ann.id, 1);
    presence.socket(bob.id, 1);
    presence.socket(bob.id, 1);
    await bed.pass(120_000);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: true });
    presence.socket(bob.id, -1);
    await bed.pass(20_000);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: true });
    presence.socket(bob.id, -1);
    await bed.pass(14_000);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: true });
    await bed.pass(1_500);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: false });
    presence.socket(bob.id, 1);
    await waitFor(async () => (await connected(ann, id))['Bob']);
    presence.socket(bob.id, -1);
  });

  test('[PR-1] whose join took longer than a sign of life counts is connected for 15 s after it', async () => {
    const ann = await bed.guest('Ann');
    const { session } = await bed.http.api.signIn('Bob');
    const { id } = await bed.gather([ann]);
    bed.lobbies.presence.socket(ann.id, 1);
    const headers = { Authorization: `Bearer ${session.accessToken}`, 'Content-Type': 'application/json' };
    const joining = request(`${bed.http.url}/v1/lobbies/${id}/members/me`, {
      method: 'PUT',
      headers: { ...headers, 'Content-Length': 2, Expect: '100-continue' },
    });
    joining.flushHeaders();
    // Known by now for who it is.
    await once(joining, 'continue');
    await bed.pass(16_000);
    joining.end('{}');
    const [answer] = (await once(joining, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(201);
    await bed.pass(14_000);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: true });
    await bed.pass(1_500);
    expect(await connected(ann, id)).toEqual({ Ann: true, Bob: false });
    bed.lobbies.presence.socket(ann.id, -1);
  });

  test('[PR-2] is removed 60 s after the last sign while another is connected, with the reason', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.pass(50_000);
    await read(ann, id);
    await bed.pass(9_000);
    expect((await read(ann, id)).memberCount).toBe(2);
    const since = bed.nudges.length;
    await bed.pass(1_500);
    expect(await read(ann, id)).toMatchObject({ memberCount: 1, hostId: ann.id });
    expect(bed.exitsSince(since, [ann, bob])).toEqual([{ playerId: bob.id, exit: 'expired' }]);
    expect((await bed.join(bob, id)).status).toBe(201);
  });

  test('stays while nobody is connected, and goes when another comes back', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.pass(16_000);
    await bed.pass(120_000);
    expect((await read(bob, id)).memberCount).toBe(2);
    await bed.pass(1_000);
    expect(await read(bob, id)).toMatchObject({ memberCount: 1, hostId: bob.id });
  });
});

describe('a host who is no longer connected', () => {
  test('[PR-2] is followed by the longest-present connected member', async () => {
    const [ann, bob, cid, dan] = await bed.guests('Ann', 'Bob', 'Cid', 'Dan');
    const { id } = await bed.gather([ann, bob, cid, dan]);
    await bed.pass(10_000);
    await read(cid, id);
    await read(dan, id);
    await bed.pass(6_000);
    expect((await read(cid, id)).hostId).toBe(cid.id);
    await read(ann, id);
    expect((await read(cid, id)).hostId).toBe(cid.id);
  });

  test('stays host if nobody else is connected', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.pass(16_000);
    expect((await read(bob, id)).hostId).toBe(ann.id);
  });

  test('stops the countdown', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.ready(bob, id);
    await bed.pass(10_000);
    await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 });
    await bed.pass(6_000);
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'player-left', hostId: ann.id });
  });
});

describe('a lobby without a connected member', () => {
  test('[PR-3] is hidden from everybody else 30 s after the last sign, and there again with its member', async () => {
    const [ann, eve] = await bed.guests('Ann', 'Eve');
    const { id, code } = await bed.gather([ann]);
    await bed.pass(16_000);
    await bed.pass(13_000);
    expect(await isListed(eve, id)).toBe(true);
    const since = bed.nudges.length;
    await bed.pass(1_500);
    expect(bed.nudges.slice(since)).toContainEqual({ topic: 'lobby', nudge: { lobbyId: id, game: 'team-race' } });
    expect(await isListed(eve, id)).toBe(false);
    expect((await eve.get(`/v1/lobbies/${id}`)).status).toBe(404);
    expect((await bed.join(eve, id)).status).toBe(404);
    expect(
      (await eve.post('/v1/lobbies/quick-join', { game: 'team-race', where: { createdAt: '2020-01-01T00:00:00Z' } }))
        .code,
    ).toBe('no-lobby');
    await read(ann, id);
    expect(await isListed(eve, id)).toBe(true);
    await bed.pass(60_000);
    expect((await eve.post<Lobby>('/v1/lobbies/join-by-code', { code })).body.hostId).toBe(ann.id);
  });

  test('[PR-3] is closed after 10 min, and its members learn why', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    await bed.pass(16_000);
    await bed.pass(583_000);
    expect((await bed.http.api.as({ session: { accessToken: 'x' } } as never).get(`/v1/lobbies/${id}`)).status).toBe(
      401,
    );
    const since = bed.nudges.length;
    await bed.pass(2_000);
    expect(bed.exitsSince(since, [ann, bob])).toEqual(
      expect.arrayContaining([
        { playerId: ann.id, exit: 'expired' },
        { playerId: bob.id, exit: 'expired' },
      ]),
    );
    expect((await ann.get(`/v1/lobbies/${id}`)).status).toBe(404);
    expect((await ann.get<{ lobbyId: null }>('/v1/players/me')).body.lobbyId).toBeNull();
  });
});

describe('while a match is played', () => {
  test('[PR-4] nobody is removed and nothing is hidden or closed; the clocks start anew when the lobby is open again', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const { id } = await bed.gather([ann, bob]);
    await bed.ready(bob, id);
    await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 0 });
    await bed.endCountdowns(0);
    const { matchId } = await read(ann, id);
    await bed.pass(16_000);
    await bed.pass(700_000);
    expect((await eve.get(`/v1/lobbies/${id}`)).status).toBe(200);
    await bed.matches.abandon(matchId ?? '', 'crashed');
    await bed.pass(1_000);
    expect(await read(eve, id)).toMatchObject({ state: 'open', memberCount: 2 });
    await bed.pass(28_000);
    expect((await eve.get(`/v1/lobbies/${id}`)).status).toBe(200);
    await bed.pass(1_500);
    expect((await eve.get(`/v1/lobbies/${id}`)).status).toBe(404);
    await read(ann, id);
    await bed.pass(28_000);
    expect((await read(ann, id)).memberCount).toBe(2);
    await bed.pass(1_500);
    expect((await read(ann, id)).memberCount).toBe(1);
  });
});

describe('after the process was away', () => {
  test('[PR-5] its clocks have stood still, and everyone gets 10 s more to come back', async () => {
    await using before = await LobbyBed.open();
    const [ann, bob, cid] = await before.guests('Ann', 'Bob', 'Cid');
    const { id } = await before.gather([ann, bob, cid]);
    const quiet = await before.gather([await before.guest('Dan')]);
    await before.lobbies.presence.start();
    await before.pass(10_000);
    await ann.get(`/v1/lobbies/${id}`);
    await bob.get(`/v1/lobbies/${id}`);
    await before.pass(10_000);
    await before.lobbies.presence.stop();

    await using after = await LobbyBed.open({ databaseUrl: before.http.databaseUrl });
    after.http.clock.advance(20_000 + 3_600_000);
    await after.lobbies.presence.start();
    const eve = await after.guest('Eve');
    const lobby = async () => (await eve.get<Lobby>(`/v1/lobbies/${id}`)).body;
    const listed = async () => (await eve.get(`/v1/lobbies/${quiet.id}`)).status === 200;
    await after.pass(18_000);
    expect((await lobby()).members?.map((member) => member.connected)).toEqual([true, true, false]);
    expect(await listed()).toBe(true);
    await after.pass(3_000);
    expect(await listed()).toBe(false);
    await after.pass(5_000);
    expect((await lobby()).members?.map((member) => member.connected)).toEqual([false, false, false]);
  });

  test('a sweep that failed makes up for it when the database is back', async () => {
    await using broken = await LobbyBed.open();
    const [ann, bob] = await broken.guests('Ann', 'Bob');
    const { id } = await broken.gather([ann, bob]);
    const { db } = broken.http;
    await db.execute('alter table lobby_members rename to away');
    broken.http.clock.advance(16_000);
    await expect(broken.lobbies.presence.sweep()).rejects.toThrow(/query/);
    await db.execute('alter table away rename to lobby_members');
    await broken.lobbies.presence.sweep();
    const eve = await broken.guest('Eve');
    const { body } = await eve.get<Lobby>(`/v1/lobbies/${id}`);
    expect(body.members?.map((member) => member.connected)).toEqual([false, false]);
  });
});
