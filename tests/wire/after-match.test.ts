/** "After the match" of the wire contract, and what is seen of matches: `GET /v1/matches`. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Match } from '../../protocol/matches.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { Player } from './support/player.ts';
import { expectMatch, expectResult, TIME } from './support/shapes.ts';
import { type Guest, reaches, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const matchSeenBy = async (guest: Guest, matchId: string) =>
  expectOk(await guest.get<Match>(`/v1/matches/${matchId}`), 200);

async function finishes(guest: Guest, matchId: string): Promise<Match> {
  return await waitFor(async () => {
    const match = await matchSeenBy(guest, matchId);
    return match.state === 'playing' ? null : match;
  });
}

/** The loser gives up. */
async function resign(loser: Guest, matchId: string): Promise<void> {
  await using player = await Player.take(wire, loser, matchId);
  player.room.send('resign');
  await waitFor(() => player.left);
}

test('[MA-4] a finished match leaves the lobby open, nobody ready, and a rematch is ready once more', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await wire.duel(ann, bob, { turnMs: 20_000 });
  for (const guest of [ann, bob]) expect((await guest.get('/v1/players/me')).body).toMatchObject({ lobbyId, matchId });
  await resign(bob, matchId);
  const lobby = await reaches(ann, lobbyId, 'open');
  expect(lobby).toMatchObject({ reason: null, matchId: null, lastMatchId: matchId, countdownEndsAt: null });
  expect(lobby.members?.map(({ ready: isReady }) => isReady)).toEqual([false, false]);
  expect((await ann.get('/v1/players/me')).body).toMatchObject({ lobbyId, matchId: null });
  await ready(bob, lobbyId);
  const again = await wire.play(ann, lobbyId);
  expect(again.matchId).not.toBe(matchId);
  expect(await see(ann, lobbyId)).toMatchObject({ lastMatchId: matchId, settings: { turnMs: 20_000 } });
});

test('[MA-1] a match is seen while it is played and after it, with its result', async () => {
  const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
  const { lobbyId, matchId } = await wire.duel(ann, bob, { turnMs: 20_000 });
  const match = await matchSeenBy(ann, matchId);
  expectMatch(match);
  expect(match).toEqual({
    id: matchId,
    version: expect.any(Number),
    game: 'connect-four',
    lobbyId,
    state: 'playing',
    reason: null,
    settings: { turnMs: 20_000 },
    seats: [
      { index: 0, playerId: ann.id, displayName: 'Ann', team: null, isBot: false },
      { index: 1, playerId: bob.id, displayName: 'Bob', team: null, isBot: false },
    ],
    startedAt: expect.stringMatching(TIME),
    finishedAt: null,
    result: null,
  });
  expect((await eve.get(`/v1/matches/${matchId}`)).code).toBe('not-found');
  expect((await eve.post(`/v1/matches/${matchId}/seat`)).code).toBe('not-found');
  await resign(bob, matchId);
  const over = await finishes(ann, matchId);
  expectMatch(over);
  expect(over).toMatchObject({ state: 'finished', reason: null, finishedAt: expect.stringMatching(TIME) });
  expect(over.version).toBeGreaterThan(match.version);
  expectResult(over.result);
  expect(over.result).toEqual({
    placements: [
      { seatIndex: 0, playerId: ann.id, place: 1, score: null },
      { seatIndex: 1, playerId: bob.id, place: 2, score: null },
    ],
    data: {},
  });
  expect((await eve.get(`/v1/matches/${matchId}`)).code).toBe('not-found');
  for (const guest of [ann, bob]) expect((await guest.post(`/v1/matches/${matchId}/seat`)).code).toBe('match-over');
});

test('[MA-5] a player’s matches are listed newest first, for who played them', async () => {
  interface Page {
    readonly items: readonly Match[];
    readonly nextCursor: string | null;
  }
  const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
  const played: string[] = [];
  const { lobbyId, matchId } = await wire.duel(ann, bob);
  played.push(matchId);
  for (let more = 0; more < 2; more += 1) {
    await resign(bob, played.at(-1)!);
    await reaches(ann, lobbyId, 'open');
    await ready(bob, lobbyId);
    played.push((await wire.play(ann, lobbyId)).matchId);
  }
  const list = async (guest: Guest, query: string) => expectOk(await guest.get<Page>(`/v1/matches${query}`), 200);
  const idsOf = async (guest: Guest, query: string) => (await list(guest, query)).items.map(({ id }) => id);
  const { items } = await list(ann, '?player=me');
  for (const match of items) expectMatch(match);
  expect(items.map(({ id }) => id)).toEqual(played.toReversed());
  expect(await idsOf(bob, `?player=${bob.id}`)).toEqual(played.toReversed());
  expect(await idsOf(ann, '?player=me&state=playing')).toEqual([played[2]]);
  expect(await idsOf(ann, '?player=me&state=finished&game=connect-four')).toEqual([played[1], played[0]]);
  expect(await idsOf(ann, '?player=me&game=team-race')).toEqual([]);
  expect(await idsOf(eve, '?player=me')).toEqual([]);
  const first = await list(ann, '?player=me&limit=2');
  const rest = await list(ann, `?player=me&limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
  expect([first.items.map(({ id }) => id), rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([
    [played[2], played[1]],
    [played[0]],
    null,
  ]);
  const elsewhere = `/v1/matches?player=me&state=finished&limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`;
  expect((await ann.get(elsewhere)).code).toBe('invalid-cursor');
});

test('[MA-3] without a player the list has only what the caller may watch: nothing of a game without spectators', async () => {
  const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
  const { matchId } = await wire.duel(ann, bob);
  const { items } = expectOk(await eve.get<{ items: { id: string }[] }>('/v1/matches'), 200);
  expect(items.map(({ id }) => id)).not.toContain(matchId);
  const spectate = await eve.post(`/v1/matches/${matchId}/seat`, { spectate: true });
  expect(spectate.code).toBe('not-found');
  expect((await ann.post(`/v1/matches/${matchId}/seat`, { spectate: true })).code).toBe('not-in-match');
  expect((await eve.get('/v1/matches/m_AAAAAAAAAAAA')).code).toBe('not-found');
});

test('leaving the lobby gives up the seat, and the match goes on to its end', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { lobbyId, matchId } = await wire.duel(ann, bob);
  await using _ = await Player.take(wire, ann, matchId);
  expect((await bob.delete(`/v1/lobbies/${lobbyId}/members/me`)).status).toBe(204);
  const { result, state } = await finishes(ann, matchId);
  expect([state, result?.placements[0]?.playerId]).toEqual(['finished', ann.id]);
  const lobby = await reaches(ann, lobbyId, 'open');
  expect([lobby.memberCount, lobby.lastMatchId]).toEqual([1, matchId]);
  expect((await bob.get('/v1/players/me')).body).toMatchObject({ lobbyId: null, matchId: null });
});
