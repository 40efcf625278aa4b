import { describe, expect, test } from '@jest/globals';
import { RECONNECTION_TOKEN_PATTERN } from '../../protocol/limits.ts';
import { Match, SeatGrant } from '../../protocol/matches.ts';
import type { Api } from '../../tests/support/http.ts';
import { startHttpService } from '../../tests/support/http-service.ts';
import { duel, MatchBed } from '../../tests/support/match-bed.ts';
import { systemClock } from '../clock.ts';
import { LocalRooms } from '../realtime/local-rooms.ts';
import { matchRoutes } from './match-routes.ts';
import { SeatRights } from './seat-rights.ts';

interface Guest {
  readonly id: string;
  readonly api: Api;
}
interface MatchPage {
  readonly items: Match[];
  readonly nextCursor: string | null;
}

const rights = new SeatRights('a secret of at least 32 characters', systemClock);
const DRAW = {
  placements: [0, 1].map((seatIndex) => ({ seatIndex, playerId: null, place: 1, score: null })),
  data: {},
};

/** The routes over HTTP, three signed-in guests, and a match of the first two. */
async function start(watchable: readonly string[] = []) {
  const bed = await MatchBed.open();
  const boot = await bed.boot();
  const { incarnation } = boot;
  const http = await startHttpService({
    databaseUrl: bed.url,
    games: { duel },
    routes: ({ db }) =>
      matchRoutes({
        db,
        rights,
        rooms: () => new LocalRooms(boot.rooms, { incarnation, directAddress: 'play.example.com/p/a-0' }),
        watchable: new Set(watchable),
      }),
  });
  const guest = async (): Promise<Guest> => {
    const signedIn = await http.api.signIn();
    return { id: signedIn.player.id, api: http.api.as(signedIn) };
  };
  const [ann, bob, eve] = [await guest(), await guest(), await guest()];
  const { lobbyId, matchId } = await bed.playing(boot, [ann.id, bob.id]);
  const seat = (who: Guest, body?: object, id = matchId) => who.api.post<SeatGrant>(`/v1/matches/${id}/seat`, body);
  const dispose = async () => {
    await http[Symbol.asyncDispose]();
    await bed[Symbol.asyncDispose]();
  };
  return { bed, boot, ann, bob, eve, lobbyId, matchId, seat, [Symbol.asyncDispose]: dispose };
}

describe('GET /v1/matches/{id}', () => {
  test('shows a match to its players, also when they have left it, and to nobody else [MA-3]', async () => {
    await using it = await start();
    const path = `/v1/matches/${it.matchId}`;
    const { status, body } = await it.ann.api.get<Match>(path);
    expect(status).toBe(200);
    expect(Match.parse(body)).toMatchObject({ id: it.matchId, lobbyId: it.lobbyId, state: 'playing', version: 1 });
    expect(await it.eve.api.get(path)).toMatchObject({ status: 404, code: 'not-found' });
    await it.bed.leave(it.boot, it.lobbyId, it.bob.id);
    expect((await it.bob.api.get(path)).status).toBe(200);
    expect(await it.ann.api.get('/v1/matches/m_unknown1')).toMatchObject({ status: 404, code: 'not-found' });
  });

  test('shows one that may be watched to everybody, unless its lobby is private', async () => {
    await using it = await start(['duel']);
    expect((await it.eve.api.get(`/v1/matches/${it.matchId}`)).status).toBe(200);
    const players = await it.bed.players(2);
    const lobbyId = await it.bed.lobby(players, { private: true });
    await it.bed.countedDown(lobbyId);
    it.boot.handOffs.begin(lobbyId);
    await it.boot.handOffs.idle();
    const matchId = (await it.bed.find(lobbyId))?.lobby.matchId;
    expect((await it.eve.api.get(`/v1/matches/${matchId}`)).status).toBe(404);
    const { body } = await it.eve.api.get<MatchPage>('/v1/matches');
    expect(body.items.map(({ id }) => id)).toEqual([it.matchId]);
  });
});

describe('a hand-off that failed', () => {
  test('is shown nowhere [MA-3]', async () => {
    await using it = await start(['duel']);
    const { bed, boot, ann, bob } = it;
    await boot.matches.finished(it.matchId, 1, DRAW);
    await bed.countedDown(it.lobbyId);
    boot.rooms.beforeCreate = () => Promise.reject(new Error('no luck'));
    await bed.change(it.lobbyId, (full) => ({
      ...full,
      members: full.members.map((each) => ({ ...each, ready: true })),
    }));
    boot.handOffs.begin(it.lobbyId);
    await boot.handOffs.idle();
    const failed = (await bed.matches()).find(({ startedAt }) => startedAt === null);
    expect(failed?.state).toBe('abandoned');
    for (const { api } of [ann, bob, it.eve]) {
      expect((await api.get(`/v1/matches/${failed?.id}`)).status).toBe(404);
      expect((await api.post(`/v1/matches/${failed?.id}/seat`)).status).toBe(404);
    }
    const { body } = await ann.api.get<MatchPage>('/v1/matches?player=me');
    expect(body.items.map(({ id }) => id)).toEqual([it.matchId]);
    expect((await ann.api.get<MatchPage>('/v1/matches?player=me&state=abandoned')).body.items).toEqual([]);
  });
});

describe('GET /v1/matches', () => {
  test("pages through one's own history, newest first, by game and state [MA-5]", async () => {
    await using it = await start();
    const { bed, boot, ann, bob, eve } = it;
    const played = [it.matchId];
    await boot.matches.finished(it.matchId, 1, DRAW);
    for (const { id } of [ann, bob]) await bed.leave(boot, it.lobbyId, id);
    for (let match = 0; match < 4; match += 1) {
      const { lobbyId, matchId } = await bed.playing(boot, [ann.id, bob.id]);
      await boot.matches.finished(matchId, 1, DRAW);
      for (const { id } of [ann, bob]) await bed.leave(boot, lobbyId, id);
      played.unshift(matchId);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 9; page += 1) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { status, body } = await ann.api.get<MatchPage>(`/v1/matches?player=me&limit=2${more}`);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(played);
    const count = async (who: Guest, query: string) =>
      (await who.api.get<MatchPage>(`/v1/matches?${query}`)).body.items.length;
    expect(await count(ann, `player=${ann.id}&state=finished&game=duel`)).toBe(5);
    expect(await count(ann, 'player=me&state=playing')).toBe(0);
    expect(await count(ann, 'player=me&game=chess')).toBe(0);
    expect(await count(ann, '')).toBe(0);
    expect(await count(eve, 'player=me')).toBe(0);
    expect(await count(eve, `player=${ann.id}`)).toBe(0);
    expect(await count(bob, `player=${ann.id}`)).toBe(5);
  });

  test.each([
    ['limit=0', 'invalid-request'],
    ['limit=101', 'invalid-request'],
    ['state=paused', 'invalid-request'],
    ['colour=red', 'invalid-request'],
    ['player=x', 'invalid-request'],
    ['cursor=nonsense', 'invalid-cursor'],
  ])('refuses %s with %s', async (query, code) => {
    await using it = await start();
    expect(await it.ann.api.get(`/v1/matches?${query}`)).toMatchObject({ status: 400, code });
  });

  test('takes a cursor only for the query that it came from', async () => {
    await using it = await start();
    await it.boot.matches.finished(it.matchId, 1, DRAW);
    await it.bed.leave(it.boot, it.lobbyId, it.ann.id);
    await it.bed.playing(it.boot, [it.ann.id, ...(await it.bed.players(1))]);
    const { body } = await it.ann.api.get<MatchPage>('/v1/matches?player=me&limit=1');
    const next = `/v1/matches?player=me&limit=1&cursor=${body.nextCursor}`;
    expect((await it.ann.api.get(next)).status).toBe(200);
    expect(await it.bob.api.get(next)).toMatchObject({ status: 400, code: 'invalid-cursor' });
    expect(await it.ann.api.get(`${next}&game=duel`)).toMatchObject({ status: 400, code: 'invalid-cursor' });
  });
});

describe('POST /v1/matches/{id}/seat', () => {
  test('gives the right to one’s seat, with a session id that stays', async () => {
    await using it = await start();
    const first = await it.seat(it.bob, { spectate: false });
    expect(first.status).toBe(200);
    expect(SeatGrant.parse(first.body)).toEqual({
      role: 'player',
      matchId: it.matchId,
      game: 'duel',
      seatIndex: 1,
      expiresInMs: 60_000,
      directAddress: 'play.example.com/p/a-0',
      colyseus: {
        name: 'duel',
        roomId: it.matchId,
        sessionId: rights.sessionIdOf({ matchId: it.matchId, seatIndex: 1, playerId: it.bob.id }),
        processId: it.boot.incarnation,
      },
    });
    expect((await it.seat(it.bob)).body).toEqual(first.body);
    expect((await it.seat(it.ann)).body.colyseus.sessionId).not.toBe(first.body.colyseus.sessionId);
  });

  test('adds a token of a generation of its own once the seat was taken', async () => {
    await using it = await start();
    const { matchId, ann } = it;
    await it.seat(ann);
    it.boot.rooms.setSeat(matchId, 0, { taken: true });
    const grants = [(await it.seat(ann)).body, (await it.seat(ann)).body];
    const presented = grants.map(({ colyseus: { sessionId, reconnectionToken = '' } }) => {
      expect(reconnectionToken).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
      const seats = [{ index: 0, playerId: ann.id }];
      return rights.recognise(matchId, seats, { sessionId, token: reconnectionToken });
    });
    expect(presented).toEqual([
      { seatIndex: 0, generation: 2, fresh: true },
      { seatIndex: 0, generation: 3, fresh: true },
    ]);
  });

  test('gives each of many calls at once a generation of its own', async () => {
    await using it = await start();
    it.boot.rooms.setSeat(it.matchId, 0, { taken: true });
    const grants = await Promise.all(Array.from({ length: 12 }, () => it.seat(it.ann)));
    expect(new Set(grants.map(({ body }) => body.colyseus.reconnectionToken)).size).toBe(12);
  });

  test('refuses who has no seat, in the contract’s order', async () => {
    await using it = await start(['duel']);
    const { bed, boot, matchId, ann, bob, eve, seat } = it;
    expect(await seat(eve)).toMatchObject({ status: 403, code: 'not-in-match' });
    expect(await seat(ann, { spectate: 'yes' })).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(await seat(ann, { colour: 'red' })).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(await seat(ann, {}, 'm_unknown1')).toMatchObject({ status: 404, code: 'not-found' });
    boot.rooms.setSeat(matchId, 1, { givenUp: true });
    expect(await seat(bob)).toMatchObject({ status: 403, code: 'not-in-match' });
    boot.rooms.setSeat(matchId, 1, { givenUp: false });
    await bed.leave(boot, it.lobbyId, bob.id);
    expect(await seat(bob)).toMatchObject({ status: 403, code: 'not-in-match' });
    boot.rooms.rooms.delete(matchId);
    const moving = await seat(ann);
    expect(moving).toMatchObject({ status: 503, code: 'match-moving', body: { retryable: true } });
    expect(moving.headers.get('Retry-After')).toBe('1');
    await boot.matches.finished(matchId, 1, DRAW);
    expect(await seat(ann)).toMatchObject({ status: 409, code: 'match-over' });
  });

  test('refuses a reserved match with its state, and a private one that is not the caller’s as if it were not there', async () => {
    await using it = await start();
    await it.boot.matches.abandoned(it.matchId, 1, 'crashed');
    expect(await it.seat(it.ann)).toMatchObject({ status: 409, code: 'match-over' });
    expect(await it.seat(it.eve)).toMatchObject({ status: 404, code: 'not-found' });
    await it.bed.change(it.lobbyId, (full) => ({
      ...full,
      members: full.members.map((each) => ({ ...each, ready: true })),
    }));
    await it.bed.countedDown(it.lobbyId);
    const reserved = await it.boot.handOffs.reserve(it.lobbyId);
    const answer = await it.seat(it.ann, {}, reserved?.room.matchId);
    expect(answer).toMatchObject({ status: 409, code: 'wrong-state', body: { state: 'reserved' } });
  });
});

describe('POST /v1/matches/{id}/seat with spectate', () => {
  test('gives anybody the right to watch, players of the match too, with a token from the first [MA-6]', async () => {
    await using it = await start(['duel']);
    const { matchId, boot, ann, eve, seat } = it;
    for (const who of [eve, ann]) {
      const { status, body } = await seat(who, { spectate: true });
      expect(status).toBe(200);
      const { sessionId, reconnectionToken = '' } = body.colyseus;
      expect(SeatGrant.parse(body)).toEqual({
        role: 'spectator',
        matchId,
        game: 'duel',
        seatIndex: null,
        expiresInMs: 60_000,
        directAddress: 'play.example.com/p/a-0',
        colyseus: { name: 'duel', roomId: matchId, sessionId, processId: boot.incarnation, reconnectionToken },
      });
      const seats = (await it.bed.match(matchId)).seats;
      expect(rights.recognise(matchId, seats, { sessionId, token: reconnectionToken })).toEqual({
        spectator: { playerId: who.id },
      });
    }
    // To watch is to be no player: nothing of the match has changed.
    expect(await it.bed.match(matchId)).toMatchObject({ version: 1, seats: [{}, {}] });
  });

  test('is refused in the contract’s order', async () => {
    await using it = await start(['duel']);
    const { bed, boot, matchId, ann, eve, lobbyId, seat } = it;
    const watch = (who: Guest, id = matchId) => seat(who, { spectate: true }, id);
    expect(await watch(eve, 'm_unknown1')).toMatchObject({ status: 404, code: 'not-found' });
    boot.rooms.rooms.delete(matchId);
    expect(await watch(eve)).toMatchObject({ status: 503, code: 'match-moving' });
    await bed.tx((tx) => boot.matches.setPrivate(tx, matchId, true));
    expect(await watch(eve)).toMatchObject({ status: 404, code: 'not-found' });
    expect(await watch(ann)).toMatchObject({ status: 403, code: 'not-in-match' });
    await bed.tx((tx) => boot.matches.setPrivate(tx, matchId, false));
    await boot.matches.finished(matchId, 1, DRAW);
    for (const who of [eve, ann]) expect(await watch(who)).toMatchObject({ status: 409, code: 'match-over' });
    await bed.change(lobbyId, (full) => ({
      ...full,
      members: full.members.map((each) => ({ ...each, ready: true })),
    }));
    await bed.countedDown(lobbyId);
    const reserved = (await boot.handOffs.reserve(lobbyId))?.room.matchId;
    expect(await watch(eve, reserved)).toMatchObject({ status: 404, code: 'not-found' });
    expect(await watch(ann, reserved)).toMatchObject({ status: 409, code: 'wrong-state' });
  });

  test('is refused for a game that takes no spectators: to its players as not theirs, to others as not there', async () => {
    await using it = await start();
    expect(await it.seat(it.ann, { spectate: true })).toMatchObject({ status: 403, code: 'not-in-match' });
    expect(await it.seat(it.eve, { spectate: true })).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('a late joiner’s seat', () => {
  test('is there also if the room was not told of it, as when the answer of the commit was lost [HO-6]', async () => {
    await using it = await start();
    const { bed, boot, bob } = it;
    const { lobbyId, matchId } = await bed.playing(boot, await bed.players(1), { game: 'drop-in' });
    await bed.leave(boot, it.lobbyId, bob.id);
    const addSeat = boot.rooms.addSeat.bind(boot.rooms);
    boot.rooms.addSeat = () => undefined;
    const [cid = ''] = await bed.players(1);
    await bed.enter(boot, lobbyId, { playerId: cid });
    await bed.enter(boot, lobbyId, { playerId: bob.id });
    expect(await it.seat(bob, {}, matchId)).toMatchObject({ status: 503, code: 'match-moving' });
    boot.rooms.addSeat = addSeat;
    expect(await it.seat(bob, {}, matchId)).toMatchObject({ status: 200, body: { seatIndex: 2 } });
    expect(boot.rooms.rooms.get(matchId)?.seats).toHaveLength(3);
  });

  test('that the room was not told of can be left', async () => {
    await using it = await start();
    const { bed, boot, bob } = it;
    const { lobbyId, matchId } = await bed.playing(boot, await bed.players(1), { game: 'drop-in' });
    await bed.leave(boot, it.lobbyId, bob.id);
    boot.rooms.addSeat = () => undefined;
    await bed.enter(boot, lobbyId, { playerId: bob.id });
    await bed.leave(boot, lobbyId, bob.id);
    expect((await bed.match(matchId)).seats.map(({ givenUp }) => givenUp)).toEqual([false, true]);
    expect(boot.rooms.givenUp.filter((each) => each.startsWith(matchId))).toEqual([]);
  });
});
