/** Late joining and `instant` lobbies of the wire contract, from the lobby to the room. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Match } from '../../protocol/matches.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { grantOf, Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { expectGrant, expectLobby, expectMatch } from './support/shapes.ts';
import { dropInWith, type Guest, join, reaches, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const pointsOf = ({ room }: Player): number[] =>
  (room.state as { toJSON(): { points?: number[] } }).toJSON().points ?? [];
const matchOf = async (guest: Guest, matchId: string) =>
  expectOk(await guest.get<Match>(`/v1/matches/${matchId}`), 200);

test('[LO-21] an instant lobby is answered open, and is played at once by whoever is there', async () => {
  const ann = await wire.guest('Ann');
  const made = expectOk(await ann.post<Lobby>('/v1/lobbies', { game: 'drop-in' }), 201);
  expectLobby(made, 'member');
  expect(made).toMatchObject({ state: 'open', startMode: 'instant', countdownEndsAt: null, matchId: null, version: 1 });
  const { matchId, countdownEndsAt, reason } = await reaches(ann, made.id, 'in-match');
  expect([countdownEndsAt, reason]).toEqual([null, null]);
  await using player = await Player.take(wire, ann, matchId ?? '');
  expect(await player.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(player)[0] === 1);
});

test('[LO-18, RM-15] who joins as it is played has a seat at once, plays, and the others see it', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await dropInWith(ann);
  await using hub = await Player.hub(wire, ann);
  await using newHub = await Player.hub(wire, bob);
  await using first = await Player.take(wire, ann, matchId);
  const joined = await join(bob, lobbyId);
  expectLobby(expectOk(joined, 201), 'member');
  expect(joined.body).toMatchObject({ state: 'in-match', matchId, memberCount: 2 });
  const grant = await grantOf(bob, matchId);
  expectGrant(grant, false);
  expect(grant.seatIndex).toBe(1);
  await using second = await Player.use(wire, grant);
  expect(await second.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(first)[1] === 1 && pointsOf(second)[1] === 1);
  for (const [socket, rev] of [
    [hub, 2],
    [newHub, 1],
  ] as const) {
    const told = await socket.hears('match', ({ match }) => (match as Match | null)?.version === 2);
    expect(told.rev).toBe(rev);
    expectMatch(told.match);
    expect((told.match as Match).seats.map(({ playerId }) => playerId)).toEqual([ann.id, bob.id]);
  }
  expect((await newHub.hears('lobby', ({ lobby }) => lobby !== null)).rev).toBe(1);
});

test('[LO-19, SE-5] who leaves and joins again has another seat; the rights to the first open nothing', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await dropInWith(ann);
  await using first = await Player.take(wire, ann, matchId);
  expectOk(await join(bob, lobbyId), 201);
  const old = await grantOf(bob, matchId);
  await using left = await RawPlayer.take(wire, old.colyseus);
  const token = left.token;
  expectOk(await bob.delete(`/v1/lobbies/${lobbyId}/members/me`), 204);
  expect(await left.closed()).toBe(4000);
  expect((await bob.post(`/v1/matches/${matchId}/seat`)).code).toBe('not-in-match');
  expectOk(await join(bob, lobbyId), 201);
  const grant = await grantOf(bob, matchId);
  expect(grant.seatIndex).toBe(2);
  expect(grant.colyseus.sessionId).not.toBe(old.colyseus.sessionId);
  await using ghost = RawPlayer.knock(wire, { ...old.colyseus, reconnectionToken: token });
  expect(await ghost.closed()).toBe(4109);
  await using again = await Player.use(wire, grant);
  expect(await again.room.request('score', undefined)).toEqual({ ok: true });
  await waitFor(() => pointsOf(first)[2] === 1);
  expect(pointsOf(first)).toEqual([0, 0, 1]);
  expect((await matchOf(bob, matchId)).seats.map(({ playerId }) => playerId)).toEqual([ann.id, bob.id, bob.id]);
});

test('[LO-22] after its match an instant lobby waits until it is asked; the result has all who played', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await dropInWith(ann, { settings: { goal: 2 } });
  expectOk(await join(bob, lobbyId), 201);
  await using player = await Player.take(wire, bob, matchId);
  for (const _point of [1, 2]) player.room.send('score');
  const open = await reaches(ann, lobbyId, 'open');
  expect(open).toMatchObject({ reason: null, matchId: null, lastMatchId: matchId });
  const { result } = await matchOf(ann, matchId);
  expect(result?.placements.map(({ playerId, place }) => [playerId, place])).toEqual([
    [bob.id, 1],
    [ann.id, 2],
  ]);
  await ready(bob, lobbyId);
  const next = await reaches(ann, lobbyId, 'in-match');
  expect(next.matchId).not.toBe(matchId);
  expect((await matchOf(ann, next.matchId ?? '')).seats.map(({ playerId }) => playerId)).toEqual([ann.id, bob.id]);
});

test('[RM-9, LO-19] the last to leave closes the lobby and ends the match', async () => {
  const ann = await wire.guest('Ann');
  const { lobbyId, matchId } = await dropInWith(ann);
  expectOk(await ann.delete(`/v1/lobbies/${lobbyId}/members/me`), 204);
  await waitFor(async () => (await matchOf(ann, matchId)).state === 'finished', { what: 'the end' });
  expect((await ann.get(`/v1/lobbies/${lobbyId}`)).code).toBe('not-found');
});

test('[HO-6, SV-2] late joiners are where they were after a stop and a start', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await dropInWith(ann);
  expectOk(await join(bob, lobbyId), 201);
  await using player = await Player.take(wire, bob, matchId);
  expect(await player.room.request('score', undefined)).toEqual({ ok: true });
  player.cut();
  await wire.gyre.restart();
  expect(await see(bob, lobbyId)).toMatchObject({ state: 'in-match', matchId });
  await using back = await Player.take(wire, bob, matchId);
  await waitFor(() => pointsOf(back)[1] === 1);
});

test('[LO-25] thirty who quick-join at once fill four lobbies of eight, and all play', async () => {
  const crowd = await wire.crowd(30);
  const create = { data: { public: { map: 'crowd' } } };
  const order = { game: 'drop-in', where: { 'data.map': 'crowd' }, create };
  const answers = await Promise.all(crowd.map((guest) => guest.post<Lobby>('/v1/lobbies/quick-join', order)));
  expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4);
  const seats = await Promise.all(
    crowd.map(async (guest, index) => {
      const { matchId } = await reaches(guest, answers[index]?.body.id ?? '', 'in-match');
      const { seatIndex } = await grantOf(guest, matchId ?? '');
      return `${matchId}/${seatIndex}`;
    }),
  );
  expect(new Set(seats).size).toBe(30);
});
