/** "Hub" of the wire contract. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unpack } from 'msgpackr';
import type { Lobby } from '../../protocol/lobbies.ts';
import { CODE } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { grantOf, hubGrantOf, Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { expectGrant, expectLobby, expectMatch, TIME } from './support/shapes.ts';
import { type Guest, join, reaches, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

interface LobbyView {
  readonly rev: number;
  readonly lobby: Lobby | null;
  readonly reason: string | null;
}
const lobbyOf = (payload: unknown) => (payload as LobbyView).lobby;
const matchOf = (payload: unknown) => (payload as { match: { id: string; state: string } | null }).match;

/** A hub that has said its first three things. */
async function openHub(guest: Guest): Promise<Player> {
  const hub = await Player.hub(wire, guest);
  await waitFor(() => hub.messages.length >= 3, { what: 'hello, lobby and match' });
  return hub;
}

describe('views', () => {
  test('[HB-1] hello, lobby and match come on connect and reconnect, in this order, also when null', async () => {
    const ann = await wire.guest('Ann');
    const grant = await hubGrantOf(ann);
    expectGrant(grant, false);
    expect(grant).toMatchObject({ role: 'hub', colyseus: { name: 'hub' } });
    await using hub = await openHub(ann);
    const first = hub.messages.slice(0, 3);
    expect(first).toEqual([
      { type: 'hello', payload: { protocol: 1, playerId: ann.id, serverTimeAt: expect.stringMatching(TIME) } },
      { type: 'lobby', payload: { rev: 0, lobby: null, reason: null } },
      { type: 'match', payload: { rev: 0, match: null } },
    ]);
    hub.messages.length = 0;
    hub.room.connection.close();
    await waitFor(() => hub.messages.length >= 3, { what: 'the same again' });
    expect(hub.messages.slice(0, 3).map(({ type }) => type)).toEqual(['hello', 'lobby', 'match']);
  });

  test('[HB-2] each change of the lobby comes as the whole lobby, as its member sees it', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    await using hub = await openHub(ann);
    const { id: lobbyId, code } = await wire.gather([ann], { data: { members: { a: 1 } } });
    const made = await hub.hears('lobby', (payload) => lobbyOf(payload) !== null);
    expect(made).toEqual({ rev: 1, reason: null, lobby: await see(ann, lobbyId) });
    expectLobby(made.lobby, 'member');
    expect(lobbyOf(made)?.code).toBe(code);
    expectOk(await join(bob, lobbyId), 201);
    await hub.hears('lobby', (payload) => lobbyOf(payload)?.memberCount === 2);
    await ready(bob, lobbyId);
    await hub.hears('lobby', (payload) => lobbyOf(payload)?.members?.[1]?.ready === true);
    await using late = await openHub(bob);
    expect(late.messages[1]?.payload).toEqual({ rev: 1, reason: null, lobby: await see(bob, lobbyId) });
    expectOk(await join(cid, lobbyId), 201);
    for (const each of [hub, late]) await each.hears('lobby', (payload) => lobbyOf(payload)?.memberCount === 3);
    const versions = hub.of('lobby').map((payload) => lobbyOf(payload)?.version ?? 0);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  test('[HB-5] who leaves, is kicked or sees the lobby closed learns why; rev rises with each coming and going', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    await using hub = await openHub(bob);
    const { id: lobbyId } = await wire.gather([ann, bob]);
    await hub.hears('lobby', ({ rev }) => rev === 1);
    expect((await bob.delete(`/v1/lobbies/${lobbyId}/members/me`)).status).toBe(204);
    expect(await hub.hears('lobby', ({ rev }) => rev === 2)).toEqual({ rev: 2, lobby: null, reason: 'left' });
    expect(expectOk(await join(bob, lobbyId), 201).rev).toBe(3);
    await hub.hears('lobby', ({ rev }) => rev === 3);
    expect((await ann.delete(`/v1/lobbies/${lobbyId}/members/${bob.id}`)).status).toBe(204);
    expect(await hub.hears('lobby', ({ rev }) => rev === 4)).toEqual({ rev: 4, lobby: null, reason: 'kicked' });
    expect((await ann.delete(`/v1/lobbies/${lobbyId}/bans/${bob.id}`)).status).toBe(204);
    expectOk(await join(bob, lobbyId), 201);
    await hub.hears('lobby', ({ rev }) => rev === 5);
    expect((await ann.delete(`/v1/lobbies/${lobbyId}`)).status).toBe(204);
    expect(await hub.hears('lobby', ({ rev }) => rev === 6)).toEqual({ rev: 6, lobby: null, reason: 'closed' });
    await using next = await openHub(bob);
    expect(next.messages[1]?.payload).toMatchObject({ rev: 6, lobby: null });
  });

  test('[HB-6] a match is shown while it is played, its end once with the result, then null', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    await using hub = await openHub(ann);
    const { lobbyId, matchId } = await wire.duel(ann, bob);
    const playing = await hub.hears('match', (payload) => matchOf(payload)?.state === 'playing');
    expectMatch(playing.match);
    expect(playing.match).toEqual((await ann.get(`/v1/matches/${matchId}`)).body);
    expect(playing.rev).toBe(2);
    await hub.hears('lobby', (payload) => lobbyOf(payload)?.state === 'in-match');
    for (const payload of hub.of('lobby')) {
      expect(lobbyOf(payload)?.matchId ?? null).toBe(lobbyOf(payload)?.state === 'in-match' ? matchId : null);
    }
    await using fresh = await openHub(ann);
    expect(fresh.messages.slice(1, 3)).toMatchObject([
      { type: 'lobby', payload: { lobby: { id: lobbyId, matchId } } },
      { type: 'match', payload: { match: { id: matchId, state: 'playing' } } },
    ]);
    await using player = await Player.take(wire, bob, matchId);
    player.room.send('resign');
    await waitFor(() => hub.of('match').at(-1)?.match === null && hub.of('match').length > 2);
    const ends = hub.of('match').filter((payload) => matchOf(payload)?.state === 'finished');
    expect(ends).toHaveLength(1);
    expect(ends[0]?.match).toEqual((await ann.get(`/v1/matches/${matchId}`)).body);
    const last = hub.of('match').at(-1);
    expect(last).toEqual({ rev: 3, match: null });
    await hub.hears('lobby', (payload) => lobbyOf(payload)?.lastMatchId === matchId);
    await using after = await openHub(ann);
    expect(after.messages[2]).toEqual({ type: 'match', payload: { rev: 3, match: null } });
  });

  test('a view never falls behind by (rev, version)', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    await using hub = await openHub(bob);
    for (let round = 0; round < 3; round += 1) {
      const { id: lobbyId } = await wire.gather([ann, bob, cid]);
      await Promise.all([ready(bob, lobbyId), ready(cid, lobbyId), ann.patch(`/v1/lobbies/${lobbyId}`, { name: 'x' })]);
      await ann.delete(`/v1/lobbies/${lobbyId}`);
    }
    await hub.hears('lobby', ({ rev, lobby }) => rev === 6 && lobby === null);
    const seen = hub.of('lobby').map((payload) => [Number(payload.rev), lobbyOf(payload)?.version ?? 0] as const);
    const ordered = seen.toSorted(([a, b], [c, d]) => a - c || b - d);
    expect(seen).toEqual(ordered);
  });

  test('several hubs of a player all see everything', async () => {
    const ann = await wire.guest('Ann');
    await using one = await openHub(ann);
    await using two = await openHub(ann);
    const { id: lobbyId } = await wire.gather([ann]);
    for (const hub of [one, two]) await hub.hears('lobby', (payload) => lobbyOf(payload)?.id === lobbyId);
    expect([one.left, two.left]).toEqual([null, null]);
  });
});

describe('chat', () => {
  test('[LO-15] comes to the hubs of members, and to nobody else', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId } = await wire.gather([ann, bob]);
    const hubs = [await openHub(ann), await openHub(bob), await openHub(eve)] as const;
    const message = expectOk(await bob.post(`/v1/lobbies/${lobbyId}/messages`, { text: 'hello' }), 201);
    for (const hub of hubs.slice(0, 2)) expect(await hub.hears('chat')).toEqual({ lobbyId, message });
    // What came later is there, so what came before would be.
    await wire.gather([eve]);
    await hubs[2].hears('lobby', ({ lobby }) => lobby !== null);
    expect(hubs[2].of('chat')).toEqual([]);
    for (const hub of hubs) hub.cut();
  });
});

describe('watched lists', () => {
  const inRed = { game: 'team-race', data: { public: { map: 'watched' } } };
  const where = { game: 'team-race', 'data.map': 'watched' };
  const pageOf = (payload: unknown) => (payload as { items: Lobby[] }).items.map(({ id }) => id);

  test('[HB-4] a watch answers the page, and then pushes it whole with each change', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    await using hub = await openHub(cid);
    expect(await hub.room.request('watch', { where })).toEqual({ items: [] });
    const first = await wire.gather([ann], inRed);
    await hub.hears('lobbies', (payload) => pageOf(payload).length === 1);
    const second = await wire.gather([bob], inRed);
    const page = await hub.hears('lobbies', (payload) => pageOf(payload).length === 2);
    expect(pageOf(page)).toEqual([second.id, first.id]);
    for (const lobby of (page as unknown as { items: Lobby[] }).items) expectLobby(lobby, 'list');
    expect((await cid.get(`/v1/lobbies?game=team-race&data.map=watched`)).body.items).toEqual(page.items);
    await ann.patch(`/v1/lobbies/${first.id}`, { name: 'Renamed' });
    await hub.hears('lobbies', (payload) => JSON.stringify(payload).includes('Renamed'));
    const replaced = await hub.room.request('watch', {
      where: { ...where, memberCount: 2 },
      sort: 'createdAt',
      limit: 1,
    });
    expect(replaced).toEqual({ items: [] });
    expectOk(await join(cid, first.id), 201);
    await hub.hears('lobbies', (payload) => pageOf(payload)[0] === first.id && pageOf(payload).length === 1);
    expect(await hub.room.request('unwatch', {})).toEqual({});
    const before = hub.of('lobbies').length;
    await bob.delete(`/v1/lobbies/${second.id}`);
    await ann.patch(`/v1/lobbies/${first.id}`, { name: 'Again' });
    await hub.hears('lobby', (payload) => lobbyOf(payload)?.name === 'Again');
    expect(hub.of('lobbies')).toHaveLength(before);
  });

  test('[HB-4] a page is pushed at most four times a second', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    await using hub = await openHub(bob);
    await hub.room.request('watch', { where: { game: 'team-race', 'data.map': 'busy' } });
    const { id: lobbyId } = await wire.gather([ann], { game: 'team-race', data: { public: { map: 'busy' } } });
    const beganMs = performance.now();
    for (let count = 0; count < 60; count += 1) await ann.patch(`/v1/lobbies/${lobbyId}`, { name: `Name ${count}` });
    await hub.hears('lobbies', (payload) => JSON.stringify(payload).includes('Name 59'));
    const seconds = (performance.now() - beganMs) / 1_000;
    expect(hub.of('lobbies').length).toBeLessThanOrEqual(4 * (seconds + 1) + 1);
  });

  test('a failing watch is rejected with the problem as JSON', async () => {
    const ann = await wire.guest('Ann');
    await using hub = RawPlayer.knock(wire, (await hubGrantOf(ann)).colyseus);
    await waitFor(() => hub.socket.codes.includes(CODE.join));
    hub.socket.acknowledge();
    await waitFor(() => hub.socket.messages('match').length > 0);
    const bad = [
      [{ where: { colour: 'red' } }, 'invalid-filter'],
      [{ where: {}, sort: 'name' }, 'invalid-request'],
      [{ where: {}, limit: 0 }, 'invalid-request'],
      [{ where: {}, limit: 101 }, 'invalid-request'],
      [{ where: {}, surprise: 1 }, 'invalid-request'],
    ] as const;
    for (const [index, [payload, code]] of bad.entries()) {
      hub.socket.request(index + 1, 'watch', payload);
      const find = () => hub.socket.frames.find((frame) => frame[0] === CODE.response && frame[1] === index + 1);
      const frame = await waitFor(find, { what: 'a response' });
      expect(frame[2]).not.toBe(0);
      expect(unpack(frame.subarray(3))).toMatchObject({
        code,
        status: 400,
        type: `/problems/${code}`,
        retryable: false,
      });
    }
    expect(hub.socket.closeCode).toBeNull();
  });

  test('an SDK’s request of a failing watch rejects', async () => {
    const ann = await wire.guest('Ann');
    await using hub = await openHub(ann);
    const failure = await hub.room.request('watch', { where: { colour: 'red' } }).then(
      () => null,
      (error: unknown) => error as { reason: unknown },
    );
    expect(failure?.reason).toMatchObject({ code: 'invalid-filter', status: 400 });
  });

  test.each<[string, (hub: Player) => void]>([
    ['watch without request', (hub) => hub.room.send('watch', { where: {} })],
    ['unwatch without request', (hub) => hub.room.send('unwatch', {})],
    ['an unknown name', (hub) => hub.room.send('dance', {})],
    ['a request of an unknown name', (hub) => void hub.room.request('dance', {}).catch(() => {})],
    ['__gyre', (hub) => hub.room.send('__gyre', [1, 'watch', {}])],
    ['more than 8 KB', (hub) => void hub.room.request('watch', { where: { game: 'x'.repeat(9_000) } }).catch(() => {})],
  ])('%s closes with 4105', async (_, misbehave) => {
    const ann = await wire.guest('Ann');
    await using hub = await openHub(ann);
    misbehave(hub);
    await waitFor(() => hub.left);
    expect(hub.left).toBe(4105);
  });
});

describe('rights and ends', () => {
  test('[HB-7] the end of the session closes its hubs with 4102, and no others', async () => {
    const deviceKey = 'k'.repeat(43);
    const signIn = () => wire.anyone.post<Guest['signedIn']>('/v1/auth/guest', { deviceKey });
    const [first, second] = [await signIn(), await signIn()];
    const as = (each: typeof first) =>
      Object.assign(wire.anyone.with({ Authorization: `Bearer ${each.body.session.accessToken}` }), {
        id: each.body.player.id,
        name: each.body.player.displayName,
        signedIn: each.body,
      });
    const [one, other] = [as(first), as(second)];
    await using hub = await openHub(one);
    await using twin = await openHub(one);
    await using spared = await openHub(other);
    const grant = await hubGrantOf(one);
    expect((await one.delete('/v1/auth/sessions/current')).status).toBe(204);
    await waitFor(() => hub.left !== null && twin.left !== null);
    expect([hub.left, twin.left, spared.left]).toEqual([4102, 4102, null]);
    const late = RawPlayer.knock(wire, grant.colyseus);
    expect([4102, 4109]).toContain(await late.closed());
    expect(spared.left).toBeNull();
  });

  test('[SE-6] an unknown right to a hub closes with 4109', async () => {
    const ann = await wire.guest('Ann');
    const { colyseus } = await hubGrantOf(ann);
    for (const right of [
      { ...colyseus, sessionId: 'x'.repeat(22) },
      { ...colyseus, roomId: 'r_AAAAAAAAAAAA' },
    ]) {
      expect(await RawPlayer.knock(wire, right).closed()).toBe(4109);
    }
  });

  test('a right to a hub opens no seat, nor a seat’s a hub', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { matchId, lobbyId } = await wire.duel(ann, bob);
    const [hub, seat] = [(await hubGrantOf(ann)).colyseus, (await grantOf(ann, matchId)).colyseus];
    expect(await RawPlayer.knock(wire, { ...hub, roomId: matchId }).closed()).toBe(4109);
    expect(await RawPlayer.knock(wire, { ...seat, roomId: hub.roomId }).closed()).toBe(4109);
    expect((await reaches(ann, lobbyId, 'in-match')).matchId).toBe(matchId);
  });
});
