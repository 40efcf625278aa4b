import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { findMatch } from '../matches/match-store.ts';
import { HandOffError } from '../realtime/hand-off-error.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

const read = async (guest: Guest, id: string) => (await guest.get<Lobby>(`/v1/lobbies/${id}`)).body;
const start = (guest: Guest, id: string, body?: object) => guest.post<Lobby>(`/v1/lobbies/${id}/start`, body);

/** Ann hosts, Bob is a member who is ready. */
async function pair(body: object = {}): Promise<{ ann: Guest; bob: Guest; id: string }> {
  const [ann, bob] = await bed.guests('Ann', 'Bob');
  const { id } = await bed.gather([ann, bob], body);
  await bed.ready(bob, id);
  return { ann, bob, id };
}

async function playing(body: object = {}): Promise<{ ann: Guest; bob: Guest; id: string; matchId: string }> {
  const { ann, bob, id } = await pair(body);
  await start(ann, id, { countdownMs: 0 });
  await bed.endCountdowns(0);
  const { matchId } = await read(ann, id);
  if (matchId === null) throw new Error('the match did not begin');
  return { ann, bob, id, matchId };
}

describe('starting', () => {
  test('is refused in the order of the contract', async () => {
    const [ann, bob, cid, eve] = await bed.guests('Ann', 'Bob', 'Cid', 'Eve');
    const { id } = await bed.gather([ann]);
    expect((await start(eve, id)).code).toBe('not-member');
    const few = await start(ann, id);
    expect([few.code, (few.body as unknown as { needed: number }).needed]).toEqual(['too-few-players', 2]);
    await bed.join(bob, id);
    await bed.join(cid, id);
    expect((await start(bob, id)).code).toBe('not-host');
    await bed.ready(bob, id);
    const unready = await start(ann, id);
    expect([unready.status, unready.code]).toEqual([409, 'not-ready']);
    expect((unready.body as unknown as { notReady: string[] }).notReady).toEqual([cid.id]);
    await bed.ready(cid, id);
    for (const countdownMs of [-1, 10_001, 1.5, '3']) {
      expect((await start(ann, id, { countdownMs })).code).toBe('invalid-request');
    }
    expect((await start(ann, id)).status).toBe(202);
    const again = await start(ann, id);
    expect([again.code, (again.body as unknown as { state: string }).state]).toEqual(['wrong-state', 'countdown']);
  });

  test('answers 202 with the countdown, 3 s unless told otherwise, and keeps it when it is stopped by its host', async () => {
    const { ann, bob, id } = await pair();
    const begun = await start(ann, id);
    const before = Date.now();
    expect([begun.status, begun.body.state, begun.body.reason]).toEqual([202, 'countdown', null]);
    const leftMs = Date.parse(begun.body.countdownEndsAt ?? '') - before;
    expect(leftMs).toBeGreaterThan(1_000);
    expect(leftMs).toBeLessThan(3_001);
    expect((await bob.delete(`/v1/lobbies/${id}/start`)).code).toBe('not-host');
    const stopped = await ann.delete<Lobby>(`/v1/lobbies/${id}/start`);
    expect(stopped.status).toBe(200);
    expect(stopped.body).toMatchObject({ state: 'open', reason: 'cancelled', countdownEndsAt: null });
    expect(stopped.body.members?.[1]?.ready).toBe(true);
    expect(stopped.body.version).toBe(begun.body.version + 1);
    expect((await ann.delete(`/v1/lobbies/${id}/start`)).code).toBe('wrong-state');
    const immediate = await start(ann, id, { countdownMs: 0 });
    expect(immediate.body).toMatchObject({ state: 'countdown', reason: null });
  });

  test.each<[string, (guests: { ann: Guest; bob: Guest; id: string }) => Promise<unknown>, string]>([
    ['a member leaves', ({ bob, id }) => bob.delete(`/v1/lobbies/${id}/members/me`), 'player-left'],
    ['the host leaves', ({ ann, id }) => ann.delete(`/v1/lobbies/${id}/members/me`), 'player-left'],
    ['a member is kicked', ({ ann, bob, id }) => ann.delete(`/v1/lobbies/${id}/members/${bob.id}`), 'player-left'],
    ['a member is no longer ready', ({ bob, id }) => bed.ready(bob, id, false), 'player-not-ready'],
    [
      'a member changes teams',
      ({ bob, id }) => bob.patch(`/v1/lobbies/${id}/members/me`, { team: 'red' }),
      'player-not-ready',
    ],
    [
      'the settings change',
      ({ ann, id }) => ann.patch(`/v1/lobbies/${id}`, { settings: { laps: 9 } }),
      'player-not-ready',
    ],
    ['the places change', ({ ann, id }) => ann.patch(`/v1/lobbies/${id}`, { maxPlayers: 5 }), 'player-not-ready'],
    [
      'the mode changes',
      ({ ann, id }) => ann.patch(`/v1/lobbies/${id}`, { startMode: 'all-ready' }),
      'player-not-ready',
    ],
  ])('a countdown stops when %s', async (what, act, reason) => {
    const guests = await pair();
    await start(guests.ann, guests.id);
    await act(guests);
    const rest = what === 'the host leaves' ? guests.bob : guests.ann;
    expect(await read(rest, guests.id)).toMatchObject({ state: 'open', reason, countdownEndsAt: null });
  });

  test('a countdown goes on when the name, the data or the lock change', async () => {
    const { ann, bob, id } = await pair();
    await start(ann, id);
    await ann.patch(`/v1/lobbies/${id}`, {
      name: 'x',
      locked: true,
      data: { public: { a: 1 } },
      settings: { laps: 3 },
    });
    await bob.patch(`/v1/lobbies/${id}/members/me`, { data: { public: { car: 2 } }, ready: true });
    await ann.put(`/v1/lobbies/${id}/host`, { playerId: bob.id });
    expect(await read(ann, id)).toMatchObject({ state: 'countdown', hostId: bob.id });
  });
});

describe('an all-ready lobby', () => {
  test('starts by the mark that makes everyone ready, and never by its host', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann], { startMode: 'all-ready' });
    expect((await bed.ready(ann, id)).body.state).toBe('open');
    await bed.join(bob, id);
    expect((await start(ann, id)).code).toBe('wrong-state');
    const before = Date.now();
    const begun = await bed.ready(bob, id);
    expect(begun.body).toMatchObject({ state: 'countdown', reason: null });
    expect(Date.parse(begun.body.countdownEndsAt ?? '') - before).toBeGreaterThan(2_000);
    expect((await bed.ready(bob, id, false)).body).toMatchObject({ state: 'open', reason: 'player-not-ready' });
    expect((await bed.ready(bob, id)).body.state).toBe('countdown');
    const cancelled = await ann.delete<Lobby>(`/v1/lobbies/${id}/start`);
    expect(cancelled.body.members?.map(({ ready }) => ready)).toEqual([true, true]);
    expect((await bed.ready(bob, id)).body.state).toBe('open');
  });
});

describe('the way to a match and back', () => {
  test('gives the connected members seats, in the order in which they joined', async () => {
    const [ann, bob, cid, dan] = await bed.guests('Ann', 'Bob', 'Cid', 'Dan');
    const { id } = await bed.gather([ann, bob, cid, dan]);
    await bed.pass(10_000);
    for (const guest of [bob, dan]) await bed.ready(guest, id);
    await read(ann, id);
    await bed.pass(6_000);
    expect((await start(ann, id, { countdownMs: 0 })).status).toBe(202);
    await bed.endCountdowns(0);
    const { state, matchId, version, members } = await read(ann, id);
    expect([state, members?.map(({ connected }) => connected)]).toEqual(['in-match', [true, true, false, true]]);
    const seats = (await findMatch(bed.http.db, matchId ?? ''))?.seats.map(({ playerId }) => playerId);
    expect(seats).toEqual([ann.id, bob.id, dan.id]);
    expect(version).toBeGreaterThan(8);
  });

  test('spreads members without a team evenly, and leaves their wish alone', async () => {
    const guests = await Promise.all(Array.from({ length: 7 }, (_, i) => bed.guest(`Guest ${i}`)));
    const [ann] = guests as [Guest];
    const { id } = await bed.gather(guests);
    for (const guest of guests.slice(1, 4)) {
      await guest.patch(`/v1/lobbies/${id}/members/me`, { team: 'red', ready: true });
    }
    for (const guest of guests.slice(4)) await bed.ready(guest, id);
    await start(ann, id, { countdownMs: 0 });
    await bed.endCountdowns(0);
    const { matchId, members } = await read(ann, id);
    const teams = (await findMatch(bed.http.db, matchId ?? ''))?.seats.map(({ team }) => team);
    expect(teams).toEqual(['blue', 'red', 'red', 'red', 'blue', 'blue', 'red']);
    expect(members?.map(({ team }) => team)).toEqual([null, 'red', 'red', 'red', null, null, null]);
  });

  test('shows the match only once it is played, and ends in an open lobby that knows its last match', async () => {
    const { ann, bob, id, matchId } = await playing();
    expect(await read(bob, id)).toMatchObject({ state: 'in-match', matchId, lastMatchId: null, countdownEndsAt: null });
    const { version } = await read(ann, id);
    const place = (seatIndex: number) => ({ seatIndex, playerId: null, place: seatIndex + 1, score: null });
    await bed.matches.finished(matchId, 1, { placements: [place(0), place(1)], data: {} });
    const after = await read(ann, id);
    expect(after).toMatchObject({
      state: 'open',
      reason: null,
      matchId: null,
      lastMatchId: matchId,
      version: version + 1,
    });
    expect(after.members?.map(({ ready }) => ready)).toEqual([false, false]);
    await bed.ready(bob, id);
    expect((await start(ann, id)).status).toBe(202);
  });

  test('tells of a match that was abandoned', async () => {
    const { ann, id, matchId } = await playing();
    await bed.matches.abandon(matchId, 'crashed');
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'match-abandoned', lastMatchId: matchId });
  });

  test('fails back to open with the reason and the marks, and can be tried again', async () => {
    const { ann, bob, id } = await pair();
    bed.rooms.beforeCreate = (reservation) => {
      throw new HandOffError('no-capacity', reservation.matchId);
    };
    await start(ann, id, { countdownMs: 0 });
    await bed.endCountdowns(0);
    bed.rooms.beforeCreate = () => undefined;
    const failed = await read(bob, id);
    expect(failed).toMatchObject({ state: 'open', reason: 'no-capacity', matchId: null, lastMatchId: null });
    expect(failed.members?.[1]?.ready).toBe(true);
    expect((await start(ann, id)).body.reason).toBeNull();
  });

  test('leaving while it starts fails it; nothing of the match is left', async () => {
    const { ann, bob, id } = await pair();
    let hidden: Lobby | null = null;
    bed.rooms.beforeCreate = async () => {
      hidden = await read(ann, id);
      expect((await start(ann, id)).code).toBe('wrong-state');
      expect((await bob.delete(`/v1/lobbies/${id}/members/me`)).status).toBe(204);
    };
    await start(ann, id, { countdownMs: 0 });
    await bed.endCountdowns(0);
    bed.rooms.beforeCreate = () => undefined;
    expect(hidden).toMatchObject({ state: 'starting', matchId: null });
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'player-left', matchId: null, memberCount: 1 });
  });

  test('only what doesn’t touch the match can be done during it', async () => {
    const { ann, bob, id, matchId } = await playing();
    const eve = await bed.guest('Eve');
    const path = `/v1/lobbies/${id}`;
    const allowed = [
      await ann.patch(path, { name: 'x', private: false, password: 'y', locked: true, data: { public: { a: 1 } } }),
      await bob.patch(`${path}/members/me`, { data: { members: { b: 1 } } }),
      await bob.post(`${path}/messages`, { text: 'gl' }),
      await bob.post(`${path}/reports`, { playerId: ann.id, reason: 'too good' }),
    ];
    expect(allowed.map(({ status }) => status)).toEqual([200, 200, 201, 202]);
    const refused = [
      await ann.patch(path, { settings: { laps: 4 } }),
      await ann.patch(path, { name: 'x', maxPlayers: 8 }),
      await ann.patch(path, { startMode: 'host' }),
      await bob.patch(`${path}/members/me`, { ready: false }),
      await bob.patch(`${path}/members/me`, { team: null }),
      await ann.put(`${path}/host`, { playerId: bob.id }),
      await ann.delete(`${path}/members/${bob.id}`),
      await ann.delete(`${path}/bans/${eve.id}`),
      await ann.post(`${path}/start`),
      await ann.delete(`${path}/start`),
      await ann.delete(path),
      await bed.join(eve, id),
    ];
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['wrong-state']));
    expect(refused[0]?.body).toMatchObject({ state: 'in-match' });
    expect((await bob.delete(`${path}/members/me`)).status).toBe(204);
    const seats = (await findMatch(bed.http.db, matchId))?.seats;
    expect(seats?.map(({ givenUp }) => givenUp)).toEqual([false, true]);
    expect(await read(ann, id)).toMatchObject({ state: 'in-match', memberCount: 1 });
  });

  test('a countdown goes on when its process is another one', async () => {
    await using before = await LobbyBed.open();
    const [ann, bob] = await before.guests('Ann', 'Bob');
    const { id } = await before.gather([ann, bob]);
    await before.ready(bob, id);
    await before.lobbies.countdowns.stop();
    await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 0 });
    await using after = await LobbyBed.open({ databaseUrl: before.http.databaseUrl });
    await after.handOffs.idle();
    const { body } = await ann.get<Lobby>(`/v1/lobbies/${id}`);
    expect(body.state).toBe('in-match');
  });
});

describe('leaving', () => {
  test('makes the longest-present member the host, and the last one closes the lobby', async () => {
    const [ann, bob, cid] = await bed.guests('Ann', 'Bob', 'Cid');
    const { id } = await bed.gather([ann, bob, cid]);
    const since = bed.nudges.length;
    expect((await ann.delete(`/v1/lobbies/${id}/members/me`)).status).toBe(204);
    expect(await read(bob, id)).toMatchObject({ hostId: bob.id, memberCount: 2, version: 4 });
    expect((await ann.get<{ lobbyId: null }>('/v1/players/me')).body.lobbyId).toBeNull();
    expect((await ann.delete(`/v1/lobbies/${id}/members/me`)).code).toBe('not-found');
    expect((await bob.delete(`/v1/lobbies/${id}/members/${cid.id}`)).status).toBe(204);
    expect((await bob.delete(`/v1/lobbies/${id}/members/${bob.id}`)).status).toBe(204);
    expect((await bob.get(`/v1/lobbies/${id}`)).status).toBe(404);
    expect(bed.exitsSince(since, [ann, bob, cid])).toEqual([
      { playerId: ann.id, exit: 'left' },
      { playerId: cid.id, exit: 'kicked' },
      { playerId: bob.id, exit: 'left' },
    ]);
  });

  test('is everyone’s when the host closes the lobby, and each learns why', async () => {
    const [ann, bob, cid] = await bed.guests('Ann', 'Bob', 'Cid');
    const { id } = await bed.gather([ann, bob, cid]);
    expect((await bob.delete(`/v1/lobbies/${id}`)).code).toBe('not-host');
    const since = bed.nudges.length;
    expect((await ann.delete(`/v1/lobbies/${id}`)).status).toBe(204);
    expect(bed.exitsSince(since, [ann, bob, cid])).toEqual(
      [ann, bob, cid].map((guest) => ({ playerId: guest.id, exit: 'closed' })),
    );
    const again = await bed.gather([cid]);
    expect(again.rev).toBe(3);
  });
});

describe('a kick', () => {
  test('is the host’s, of a member', async () => {
    const [ann, bob, cid, eve] = await bed.guests('Ann', 'Bob', 'Cid', 'Eve');
    const { id } = await bed.gather([ann, bob, cid]);
    const kick = async (who: Guest, whom: Guest) => (await who.delete(`/v1/lobbies/${id}/members/${whom.id}`)).code;
    expect(await kick(eve, bob)).toBe('not-member');
    expect(await kick(bob, cid)).toBe('not-host');
    expect(await kick(ann, eve)).toBe('not-found');
    expect(await kick(ann, bob)).toBeNull();
    expect((await read(ann, id)).members?.map(({ playerId }) => playerId)).toEqual([ann.id, cid.id]);
  });
});

describe('one’s own mark, team and data', () => {
  test('change in one patch; a change of team clears the mark, null is no team', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id } = await bed.gather([ann, bob]);
    const patch = async (body: object) => {
      const { body: lobby } = await bob.patch<Lobby>(`/v1/lobbies/${id}/members/me`, body);
      return { version: lobby.version, ...lobby.members?.[1] };
    };
    expect(await patch({ ready: true })).toMatchObject({ version: 3, ready: true });
    expect(await patch({ ready: true, team: null, data: {} })).toMatchObject({ version: 3 });
    expect(await patch({ team: 'red' })).toMatchObject({ version: 4, team: 'red', ready: false });
    expect(await patch({ team: 'blue', ready: true })).toMatchObject({ version: 5, team: 'blue', ready: true });
    expect(await patch({ team: null })).toMatchObject({ version: 6, team: null, ready: false });
    const data = { public: { a: 1, b: 2 }, members: { c: 3 } };
    expect(await patch({ data })).toMatchObject({ version: 7, data });
    expect(await patch({ data: { public: { a: null }, members: null } })).toMatchObject({
      version: 8,
      data: { public: { b: 2 }, members: {} },
    });
    expect((await bob.patch(`/v1/lobbies/${id}/members/me`, { team: 'green' })).code).toBe('invalid-request');
    expect((await bob.patch(`/v1/lobbies/${id}/members/me`, { ready: null })).code).toBe('invalid-request');
    expect((await bob.patch(`/v1/lobbies/${id}/members/${ann.id}`, { ready: true })).code).toBe('not-found');
    const eve = await bed.guest('Eve');
    expect((await bed.ready(eve, id)).code).toBe('not-member');
  });
});
