/** "By state" of the wire contract's lobbies: what each call does in each state. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { expectOk } from './support/client.ts';
import { type Guest, join, reaches, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const start = (host: Guest, lobbyId: string, countdownMs?: number) =>
  host.post<Lobby>(`/v1/lobbies/${lobbyId}/start`, countdownMs === undefined ? undefined : { countdownMs });

/** How long the countdown that has just begun is, to a tenth of a second: both times are of the same change. */
const countdownMsOf = ({ countdownEndsAt, updatedAt }: Lobby): number =>
  Math.abs(Math.round((Date.parse(countdownEndsAt ?? '') - Date.parse(updatedAt)) / 100) * 100);

/** A lobby of two in a countdown that takes as long as may be. */
async function counting(): Promise<{ ann: Guest; bob: Guest; lobbyId: string }> {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id: lobbyId } = await wire.gather([ann, bob]);
  await ready(bob, lobbyId);
  expectOk(await start(ann, lobbyId, 10_000), 202);
  return { ann, bob, lobbyId };
}

/** A lobby of three that is played. */
async function playing(): Promise<{ ann: Guest; bob: Guest; cid: Guest; lobbyId: string; matchId: string }> {
  const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
  const { id } = await wire.gather([ann, bob, cid]);
  await Promise.all([ready(bob, id), ready(cid, id)]);
  return { ann, bob, cid, ...(await wire.play(ann, id)) };
}

describe('[LO-13] in countdown', () => {
  test('a join is wrong-state, also by code', async () => {
    const { lobbyId, ann } = await counting();
    const eve = await wire.guest('Eve');
    const { code } = await see(ann, lobbyId);
    const answers = [await join(eve, lobbyId), await eve.post('/v1/lobbies/join-by-code', { code })];
    for (const { code: problem, body } of answers) {
      expect([problem, (body as { state?: unknown }).state]).toEqual(['wrong-state', 'countdown']);
    }
  });

  test('a second start is wrong-state', async () => {
    const { ann, lobbyId } = await counting();
    expect((await start(ann, lobbyId)).code).toBe('wrong-state');
    expect((await see(ann, lobbyId)).state).toBe('countdown');
  });

  test('it is cancelled by DELETE start; marks survive; the reason goes with the next countdown', async () => {
    const { ann, bob, lobbyId } = await counting();
    const cancelled = await ann.delete<Lobby>(`/v1/lobbies/${lobbyId}/start`);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body).toMatchObject({ state: 'open', reason: 'cancelled', countdownEndsAt: null, matchId: null });
    expect(cancelled.body.members?.find(({ playerId }) => playerId === bob.id)?.ready).toBe(true);
    const again = await ann.delete(`/v1/lobbies/${lobbyId}/start`);
    expect([again.code, again.body.state]).toEqual(['wrong-state', 'open']);
    expect(expectOk(await start(ann, lobbyId, 10_000), 202)).toMatchObject({ state: 'countdown', reason: null });
  });

  test.each<[string, string, (ann: Guest, bob: Guest, lobby: string) => Promise<{ status: number }>]>([
    ['player-left', 'a leave', (_, bob, lobby) => bob.delete(`${lobby}/members/me`)],
    ['player-left', 'a kick', (ann, bob, lobby) => ann.delete(`${lobby}/members/${bob.id}`)],
    ['player-left', 'the host’s leave', (ann, _, lobby) => ann.delete(`${lobby}/members/me`)],
    ['player-not-ready', 'an un-ready', (_, bob, lobby) => bob.patch(`${lobby}/members/me`, { ready: false })],
    ['player-not-ready', 'a change of team', (_, bob, lobby) => bob.patch(`${lobby}/members/me`, { team: 'red' })],
    ['player-not-ready', 'other settings', (ann, _, lobby) => ann.patch(lobby, { settings: { laps: 8 } })],
    ['player-not-ready', 'fewer players', (ann, _, lobby) => ann.patch(lobby, { maxPlayers: 4 })],
    ['player-not-ready', 'another start mode', (ann, _, lobby) => ann.patch(lobby, { startMode: 'all-ready' })],
  ])('[LO-11] it stops with %s on %s', async (reason, _what, action) => {
    const { ann, bob, lobbyId } = await counting();
    expect((await action(ann, bob, `/v1/lobbies/${lobbyId}`)).status).toBeLessThan(300);
    expect(await see(ann, lobbyId)).toMatchObject({ state: 'open', reason, countdownEndsAt: null });
  });

  test('it goes on over what clears no mark', async () => {
    const { ann, bob, lobbyId } = await counting();
    const lobby = `/v1/lobbies/${lobbyId}`;
    expectOk(
      await ann.patch(lobby, { name: 'New', locked: true, private: true, password: 'x', data: { public: { a: 1 } } }),
      200,
    );
    expectOk(await bob.patch(`${lobby}/members/me`, { ready: true, data: { public: { a: 1 } } }), 200);
    expectOk(await bob.post(`${lobby}/messages`, { text: 'go' }), 201);
    expectOk(await ann.put(`${lobby}/host`, { playerId: bob.id }), 200);
    expect(await see(ann, lobbyId)).toMatchObject({ state: 'countdown', reason: null });
  });
});

describe('[LO-13] in a match', () => {
  test('members see it, talk, report, change their data and what names the lobby; the rest is wrong-state', async () => {
    const { ann, bob, cid, lobbyId, matchId } = await playing();
    const eve = await wire.guest('Eve');
    const lobby = `/v1/lobbies/${lobbyId}`;
    expect(await see(bob, lobbyId)).toMatchObject({ state: 'in-match', matchId, reason: null, countdownEndsAt: null });
    const { status: outside } = await eve.get(lobby);
    expect(outside).toBe(200);
    expectOk(await bob.post(`${lobby}/messages`, { text: 'hello' }), 201);
    expectOk(await bob.get(`${lobby}/messages`), 200);
    expectOk(await bob.post(`${lobby}/reports`, { playerId: ann.id, reason: 'why not' }), 202);
    expectOk(await bob.patch(`${lobby}/members/me`, { data: { public: { colour: 'blue' } } }), 200);
    for (const body of [
      { name: 'New' },
      { password: 'x' },
      { locked: true },
      { data: { public: { a: 1 } } },
      { private: true },
    ]) {
      expectOk(await ann.patch(lobby, body), 200);
    }
    expectOk(await ann.patch(lobby, { private: false, password: null, locked: false }), 200);
    for (const [guest, method, path, body] of [
      [ann, 'PATCH', lobby, { settings: { laps: 9 } }],
      [ann, 'PATCH', lobby, { maxPlayers: 7 }],
      [ann, 'PATCH', lobby, { startMode: 'all-ready' }],
      [ann, 'PATCH', lobby, { name: 'Other', maxPlayers: 7 }],
      [bob, 'PATCH', `${lobby}/members/me`, { ready: true }],
      [bob, 'PATCH', `${lobby}/members/me`, { team: 'red' }],
      [ann, 'DELETE', `${lobby}/members/${bob.id}`, undefined],
      [ann, 'DELETE', `${lobby}/bans/${bob.id}`, undefined],
      [ann, 'PUT', `${lobby}/host`, { playerId: bob.id }],
      [ann, 'POST', `${lobby}/start`, {}],
      [ann, 'DELETE', `${lobby}/start`, undefined],
      [ann, 'DELETE', lobby, undefined],
      [eve, 'PUT', `${lobby}/members/me`, {}],
    ] as const) {
      const answer = await guest.send(method, path, { body });
      expect([method, path, body, answer.code, answer.body?.state]).toEqual([
        method,
        path,
        body,
        'wrong-state',
        'in-match',
      ]);
    }
    expect((await see(ann, lobbyId)).name).toBe('New');
    expect((await cid.delete(`${lobby}/members/me`)).status).toBe(204);
    expect(await see(ann, lobbyId)).toMatchObject({ memberCount: 2, state: 'in-match' });
    expect((await cid.get('/v1/players/me')).body).toMatchObject({ lobbyId: null });
    expect((await cid.post(`/v1/matches/${matchId}/seat`)).code).toBe('not-in-match');
  });

  test('joining again what one is in already is 200', async () => {
    const { bob, lobbyId } = await playing();
    expect((await join(bob, lobbyId)).status).toBe(200);
  });

  test('the host who leaves is followed', async () => {
    const { ann, bob, lobbyId } = await playing();
    expect((await ann.delete(`/v1/lobbies/${lobbyId}/members/me`)).status).toBe(204);
    expect((await see(bob, lobbyId)).hostId).toBe(bob.id);
  });
});

describe('starting', () => {
  test('[LO-10] needs the host, then the state, then players, then marks', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId } = await wire.gather([ann]);
    const few = await start(ann, lobbyId);
    expect([few.code, (few.body as unknown as { needed: number }).needed]).toEqual(['too-few-players', 2]);
    for (const guest of [bob, cid]) expectOk(await join(guest, lobbyId), 201);
    await ready(cid, lobbyId);
    const unready = await start(ann, lobbyId);
    expect([unready.code, (unready.body as unknown as { notReady: string[] }).notReady]).toEqual([
      'not-ready',
      [bob.id],
    ]);
    expect((await start(bob, lobbyId)).code).toBe('not-host');
    await ready(bob, lobbyId);
    expect((await start(ann, lobbyId)).status).toBe(202);
  });

  test('counts down for 3 s, or as long as was asked; 0 is a countdown too', async () => {
    for (const [countdownMs, lengthMs] of [
      [undefined, 3_000],
      [10_000, 10_000],
      [0, 0],
    ] as const) {
      const [ann, bob] = await wire.guests('Ann', 'Bob');
      const { id: lobbyId } = await wire.gather([ann, bob]);
      await ready(bob, lobbyId);
      const { body, status } = await start(ann, lobbyId, countdownMs);
      expect([status, body.state, body.reason, body.matchId]).toEqual([202, 'countdown', null, null]);
      expect(countdownMsOf(body)).toBe(lengthMs);
    }
  });

  test('takes a countdown of 0 to 10,000 ms', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    for (const countdownMs of [-1, 10_001, 1.5, '3000']) {
      const { code, body } = await ann.post(`/v1/lobbies/${lobbyId}/start`, { countdownMs });
      expect([countdownMs, code]).toEqual([countdownMs, 'invalid-request']);
      expect(body.errors).toEqual([expect.objectContaining({ pointer: '#/countdownMs' })]);
    }
  });

  test('[LO-12] happens by itself with all-ready, after 3 s; POST start is wrong-state', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann, bob], { startMode: 'all-ready' });
    const own = await start(ann, lobbyId);
    expect([own.code, (own.body as { state: unknown }).state]).toEqual(['wrong-state', 'open']);
    expect(await ready(ann, lobbyId)).toMatchObject({ state: 'open' });
    const counting = await ready(bob, lobbyId);
    expect(counting).toMatchObject({ state: 'countdown', reason: null });
    expect(countdownMsOf(counting)).toBe(3_000);
    expect((await ready(ann, lobbyId, false)).reason).toBe('player-not-ready');
    expect((await ready(ann, lobbyId)).state).toBe('countdown');
    await reaches(bob, lobbyId, 'in-match');
  });

  test('[LO-12] waits for enough players with all-ready', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann], { startMode: 'all-ready' });
    expect((await ready(ann, lobbyId)).state).toBe('open');
    expect(expectOk(await join(bob, lobbyId), 201).state).toBe('open');
    expect((await ready(bob, lobbyId)).state).toBe('countdown');
  });

  test('[LO-14] spreads members without a team evenly', async () => {
    const crowd = (await wire.crowd(6)) as [Guest, ...Guest[]];
    const { id: lobbyId } = await wire.gather(crowd);
    expectOk(await crowd[1]!.patch(`/v1/lobbies/${lobbyId}/members/me`, { team: 'blue' }), 200);
    expectOk(await crowd[2]!.patch(`/v1/lobbies/${lobbyId}/members/me`, { team: 'blue' }), 200);
    await Promise.all(crowd.slice(1).map((guest) => ready(guest, lobbyId)));
    const { matchId } = await wire.play(crowd[0], lobbyId);
    const match = expectOk(
      await crowd[0].get<{ seats: { team: string; playerId: string }[] }>(`/v1/matches/${matchId}`),
      200,
    );
    expect(match.seats.map(({ team }) => team).toSorted()).toEqual(['blue', 'blue', 'blue', 'red', 'red', 'red']);
    const teamOf = (guest: Guest | undefined) => match.seats.find(({ playerId }) => playerId === guest?.id)?.team;
    expect([teamOf(crowd[1]), teamOf(crowd[2])]).toEqual(['blue', 'blue']);
  });
});
