/** Spectators of the wire contract: the list of what may be watched, the right, and the socket. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Match, SeatGrant } from '../../protocol/matches.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { expectGrant, expectMatch } from './support/shapes.ts';
import { dropInWith, type Guest, join, reaches, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const pointsOf = ({ room }: Player): number[] =>
  (room.state as { toJSON(): { points?: number[] } }).toJSON().points ?? [];

async function watchGrant(guest: Guest, matchId: string): Promise<SeatGrant> {
  return expectOk(await guest.post<SeatGrant>(`/v1/matches/${matchId}/seat`, { spectate: true }), 200);
}

async function listed(guest: Guest, query = ''): Promise<Match[]> {
  return expectOk(await guest.get<{ items: Match[] }>(`/v1/matches?limit=100${query}`), 200).items;
}

test('[MA-6] matches that may be watched are listed while they are played, for anybody', async () => {
  const [ann, eve] = await wire.guests('Ann', 'Eve');
  const { lobbyId, matchId } = await dropInWith(ann, { settings: { goal: 1 } });
  const find = async (query?: string) => (await listed(eve, query)).find(({ id }) => id === matchId);
  const shown = await find();
  expectMatch(shown);
  expect(shown).toMatchObject({ lobbyId, state: 'playing', seats: [{ playerId: ann.id }] });
  expect(expectOk(await eve.get<Match>(`/v1/matches/${matchId}`), 200)).toEqual(shown);
  expect(await find('&game=drop-in')).toEqual(shown);
  expect(await find('&game=connect-four')).toBeUndefined();
  expect(await find(`&player=${ann.id}`)).toEqual(shown);
  await using player = await Player.take(wire, ann, matchId);
  player.room.send('score');
  await reaches(ann, lobbyId, 'open');
  expect(await find()).toBeUndefined();
  expect((await eve.post(`/v1/matches/${matchId}/seat`, { spectate: true })).code).toBe('match-over');
  expect(expectOk(await eve.get<Match>(`/v1/matches/${matchId}`), 200).state).toBe('finished');
});

test('[MA-6] matches of private lobbies are not, also if they become private as they are played', async () => {
  const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
  const hidden = await dropInWith(ann, { private: true });
  const shown = await dropInWith(bob);
  const ids = async () => (await listed(eve)).map(({ id }) => id);
  expect(await ids()).toContain(shown.matchId);
  expect(await ids()).not.toContain(hidden.matchId);
  expectOk(await bob.patch(`/v1/lobbies/${shown.lobbyId}`, { private: true }), 200);
  expect(await ids()).not.toContain(shown.matchId);
  for (const { matchId } of [hidden, shown]) {
    expect((await eve.post(`/v1/matches/${matchId}/seat`, { spectate: true })).code).toBe('not-found');
    expect((await eve.get(`/v1/matches/${matchId}`)).code).toBe('not-found');
  }
  expect((await ann.post(`/v1/matches/${hidden.matchId}/seat`, { spectate: true })).code).toBe('not-in-match');
});

test('[MA-6] whoever watches a match that becomes private is sent away, and no right from before opens it', async () => {
  const [ann, eve, fay] = await wire.guests('Ann', 'Eve', 'Fay');
  const { lobbyId, matchId } = await dropInWith(ann);
  const { colyseus } = await watchGrant(eve, matchId);
  const unused = await watchGrant(fay, matchId);
  await using watcher = await RawPlayer.take(wire, colyseus);
  expectOk(await ann.patch(`/v1/lobbies/${lobbyId}`, { private: true }), 200);
  expect(await watcher.closed()).toBe(4109);
  for (const right of [unused.colyseus, { ...colyseus, reconnectionToken: watcher.token }]) {
    await using socket = RawPlayer.knock(wire, right);
    expect(await socket.closed()).toBe(4109);
  }
  expectOk(await ann.patch(`/v1/lobbies/${lobbyId}`, { private: false }), 200);
  await using again = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: watcher.token });
  expect(again.socket.closeCode).toBeNull();
});

test('[MA-8] a stock SDK watches with the right as it is, and comes back', async () => {
  const [ann, eve] = await wire.guests('Ann', 'Eve');
  const { lobbyId, matchId } = await dropInWith(ann);
  await using hub = await Player.hub(wire, eve);
  const grant = await watchGrant(eve, matchId);
  expectGrant(grant, true);
  expect(grant).toMatchObject({ role: 'spectator', matchId, game: 'drop-in', seatIndex: null });
  await using watcher = await Player.use(wire, grant);
  expect(await watcher.hears('__gyre')).toMatchObject({ type: 'welcome', seatIndex: null, lastSeq: 0 });
  await using player = await Player.take(wire, ann, matchId);
  expect(await player.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(watcher)[0] === 1);
  let comebacks = 0;
  watcher.room.onReconnect(() => {
    comebacks += 1;
  });
  watcher.room.connection.close();
  await waitFor(() => comebacks === 1, { what: 'a reconnect' });
  expect(await player.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(watcher)[0] === 2);
  // To watch is to be in no match.
  expect(hub.of('match')).toEqual([{ rev: 0, match: null }]);
  expect((await see(ann, lobbyId)).memberCount).toBe(1);
  expect(expectOk(await eve.get<{ matchId: null }>('/v1/players/me'), 200).matchId).toBeNull();
});

test('[MA-8] a session id alone opens nothing, nor does a token of another right', async () => {
  const [ann, eve] = await wire.guests('Ann', 'Eve');
  const { matchId } = await dropInWith(ann);
  const { colyseus } = await watchGrant(eve, matchId);
  const { reconnectionToken, ...bare } = colyseus;
  const { colyseus: other } = await watchGrant(ann, matchId);
  for (const right of [bare, { ...colyseus, reconnectionToken: other.reconnectionToken ?? '' }]) {
    await using socket = RawPlayer.knock(wire, right);
    expect(await socket.closed()).toBe(4109);
  }
  await using watcher = await RawPlayer.take(wire, colyseus);
  expect(watcher.token).not.toBe(reconnectionToken);
  await using next = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: watcher.token });
  expect(await watcher.closed()).toBe(4104);
  next.socket.data('score');
  expect(await next.closed()).toBe(4105);
});

test('[MA-6] players of a match may watch it too, and play on', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await dropInWith(ann);
  expectOk(await join(bob, lobbyId), 201);
  await using player = await Player.take(wire, bob, matchId);
  await using watcher = await Player.use(wire, await watchGrant(bob, matchId));
  expect(await player.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(watcher)[1] === 1);
});
