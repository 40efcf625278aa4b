import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inArray, sql } from 'drizzle-orm';
import type { Lobby } from '../../protocol/lobbies.ts';
import { MATCH_SEATS_MAX } from '../../protocol/limits.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { findMatch, type MatchRow } from '../matches/match-store.ts';
import { matchSeats } from '../store/schema.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

const read = async (guest: Guest, id: string) => (await guest.get<Lobby>(`/v1/lobbies/${id}`)).body;
const leave = (guest: Guest, id: string) => guest.delete(`/v1/lobbies/${id}/members/me`);
const revOf = async (guest: Guest, id: string) => (await read(guest, id)).rev ?? 0;

async function matchOf(matchId: string): Promise<MatchRow> {
  const match = await findMatch(bed.http.db, matchId);
  if (match === null) throw new Error(`no match ${matchId}`);
  return match;
}

/** Ann plays alone, and others may come. */
async function playing(body: object = {}): Promise<{ ann: Guest; id: string; code: string; matchId: string }> {
  const ann = await bed.guest('Ann');
  const created = await ann.post<Lobby>('/v1/lobbies', { game: 'drop-in', ...body });
  const { id, code = '' } = created.body;
  const matchId = await waitFor(async () => (await read(ann, id)).matchId, { what: 'a match', everyMs: 10 });
  return { ann, id, code, matchId };
}

/** The seats that the room was told of. */
const told = (matchId: string) => bed.rooms.rooms.get(matchId)?.seats.map(({ index, givenUp }) => [index, givenUp]);

describe('a player who joins during play', () => {
  test('has a seat by each way in, and the others see the match anew [LO-18]', async () => {
    const { ann, id, code, matchId } = await playing({ data: { public: { map: 'late' } } });
    const [bob, cid, dan] = await bed.guests('Bob', 'Cid', 'Dan');
    bed.nudges.length = 0;
    const joined = await bed.join(bob, id);
    expect([joined.status, joined.body.state, joined.body.matchId]).toEqual([201, 'in-match', matchId]);
    expect(bed.nudges).toEqual(
      expect.arrayContaining([
        { topic: 'match', nudge: { matchId } },
        { topic: 'player', nudge: { playerId: bob.id } },
        { topic: 'lobby', nudge: { lobbyId: id, game: 'drop-in' } },
      ]),
    );
    expect((await cid.post('/v1/lobbies/join-by-code', { code })).status).toBe(200);
    const order = { game: 'drop-in', where: { 'data.map': 'late' } };
    expect((await dan.post<Lobby>('/v1/lobbies/quick-join', order)).body.id).toBe(id);
    const { seats, version } = await matchOf(matchId);
    expect(seats.map(({ index, playerId, displayName, late }) => [index, playerId, displayName, late])).toEqual([
      [0, ann.id, 'Ann', false],
      [1, bob.id, 'Bob', true],
      [2, cid.id, 'Cid', true],
      [3, dan.id, 'Dan', true],
    ]);
    expect(version).toBe(4);
    expect(told(matchId)).toEqual([0, 1, 2, 3].map((index) => [index, false]));
    // One transaction, one step: into the lobby and the match at once.
    expect(await revOf(bob, id)).toBe(1);
    expect((await bob.get<{ matchId: string }>('/v1/players/me')).body.matchId).toBe(matchId);
  });

  test('gets the team that was wished for, or the one with the fewest who are there [LO-18]', async () => {
    const { ann, id, matchId } = await playing();
    const guests = await bed.guests('Bob', 'Cid', 'Dan', 'Eve', 'Fay', 'Gil', 'Hal');
    const [bob, cid, dan, eve, fay, gil, hal] = guests;
    const teamOf = async (guest: Guest) =>
      (await matchOf(matchId)).seats.findLast(({ playerId }) => playerId === guest.id)?.team;
    expect(await teamOf(ann)).toBe('red');
    await bed.join(bob, id, { team: 'red' });
    await bed.join(cid, id);
    await bed.join(dan, id, { team: 'red' });
    expect([await teamOf(bob), await teamOf(cid), await teamOf(dan)]).toEqual(['red', 'blue', 'red']);
    await bed.join(eve, id, { team: 'red' });
    // Four are there, though only three have wished for it.
    expect((await bed.join(fay, id, { team: 'red' })).code).toBe('team-full');
    expect((await bed.join(fay, id)).status).toBe(201);
    await leave(bob, id);
    expect((await bed.join(gil, id, { team: 'red' })).status).toBe(201);
    await bed.join(hal, id);
    expect([await teamOf(fay), await teamOf(gil), await teamOf(hal)]).toEqual(['blue', 'red', 'blue']);
    expect((await bed.join(bob, id)).status).toBe(201);
    expect((await bed.join(await bed.guest(), id)).code).toBe('lobby-full');
  });

  test('gives the seat up by leaving, and gets another by joining again [LO-19]', async () => {
    const { id, matchId } = await playing();
    const bob = await bed.guest('Bob');
    const presence = async () => (await matchOf(matchId)).seats.map(({ playerId, givenUp }) => [playerId, givenUp]);
    for (let visit = 1; visit <= 3; visit += 1) {
      expect((await bed.join(bob, id)).status).toBe(201);
      expect((await leave(bob, id)).status).toBe(204);
    }
    await bed.join(bob, id);
    expect((await presence()).slice(1)).toEqual([
      [bob.id, true],
      [bob.id, true],
      [bob.id, true],
      [bob.id, false],
    ]);
    expect(bed.rooms.givenUp.filter((each) => each.startsWith(matchId))).toEqual(
      [1, 2, 3].map((index) => `${matchId}/${index}/4000`),
    );
    // What the room says of a seat that was left is not about the new one.
    for (const index of [1, 2, 3]) await bed.matches.seatGivenUp(matchId, index);
    expect((await presence()).at(-1)).toEqual([bob.id, false]);
    expect(await revOf(bob, id)).toBe(7);
    await bed.matches.seatGivenUp(matchId, 4);
    expect((await presence()).at(-1)).toEqual([bob.id, true]);
    expect(await revOf(bob, id)).toBe(8);
  });

  test('finds the way barred by the same things as at an open lobby', async () => {
    const { ann, id } = await playing({ password: 'secret', maxPlayers: 2 });
    const [bob, eve] = await bed.guests('Bob', 'Eve');
    expect((await bed.join(bob, id)).code).toBe('wrong-password');
    await ann.patch(`/v1/lobbies/${id}`, { locked: true });
    expect((await bed.join(bob, id, { password: 'secret' })).code).toBe('lobby-locked');
    await ann.patch(`/v1/lobbies/${id}`, { locked: false, password: null });
    expect((await bed.join(bob, id)).status).toBe(201);
    expect((await bed.join(eve, id)).code).toBe('lobby-full');
    expect((await ann.delete(`/v1/lobbies/${id}/members/${bob.id}`)).code).toBe('wrong-state');
  });

  test('finds a match full that it has left ten times; others do not [LO-18]', async () => {
    const { id } = await playing({ data: { public: { map: 'restless' } } });
    const [bob, eve] = await bed.guests('Bob', 'Eve');
    for (let times = 0; times < 10; times += 1) {
      expect((await bed.join(bob, id)).status).toBe(201);
      await leave(bob, id);
    }
    expect((await bed.join(bob, id)).code).toBe('lobby-full');
    const quick = { game: 'drop-in', where: { 'data.map': 'restless' } };
    expect((await bob.post('/v1/lobbies/quick-join', quick)).code).toBe('no-lobby');
    expect((await eve.post<Lobby>('/v1/lobbies/quick-join', quick)).body.id).toBe(id);
  });

  test('finds a match full that has had as many seats as any may have [LO-18]', async () => {
    const map = { data: { public: { map: 'worn out' } } };
    const { ann, id, matchId } = await playing(map);
    const bob = await bed.guest('Bob');
    const left = { matchId, playerId: 'p_nobody_', displayName: '', givenUpAt: new Date(), late: true };
    const rows = Array.from({ length: MATCH_SEATS_MAX - 2 }, (_, index) => ({ ...left, index: index + 1 }));
    await bed.http.db.insert(matchSeats).values(rows);
    expect((await bed.join(bob, id)).status).toBe(201);
    await leave(bob, id);
    expect((await bed.join(bob, id)).code).toBe('lobby-full');
    expect((await read(ann, id)).memberCount).toBe(1);
    const quick = { game: 'drop-in', where: { 'data.map': 'worn out' } };
    expect((await bob.post('/v1/lobbies/quick-join', quick)).code).toBe('no-lobby');
  });
});

describe('a member without a seat', () => {
  test('who was away when the match began, or has left it, gets one by joining once more [LO-26]', async () => {
    const { id, matchId } = await playing();
    const bob = await bed.guest('Bob');
    await bed.join(bob, id);
    const version = (await read(bob, id)).version;
    expect((await bed.join(bob, id)).status).toBe(200);
    expect((await matchOf(matchId)).seats).toHaveLength(2);
    await bed.matches.seatGivenUp(matchId, 1);
    bed.nudges.length = 0;
    const back = await bed.join(bob, id);
    expect([back.status, back.body.version, back.body.rev]).toEqual([200, version, 3]);
    expect((await matchOf(matchId)).seats.map(({ givenUp }) => givenUp)).toEqual([false, true, false]);
    expect(bed.nudges).toEqual(
      expect.arrayContaining([
        { topic: 'player', nudge: { playerId: bob.id } },
        { topic: 'match', nudge: { matchId } },
      ]),
    );
    expect(await revOf(bob, id)).toBe(3);
  });

  test('who can have none any more is a member as before [LO-26]', async () => {
    const { id, matchId } = await playing();
    const bob = await bed.guest('Bob');
    await bed.join(bob, id);
    for (let index = 1; index < 10; index += 1) {
      await bed.matches.seatGivenUp(matchId, index);
      await bed.join(bob, id);
    }
    await bed.matches.seatGivenUp(matchId, 10);
    const { version, rev } = await read(bob, id);
    const again = await bed.join(bob, id);
    expect([again.status, again.body.version, again.body.rev]).toEqual([200, version, rev]);
    expect((await matchOf(matchId)).seats).toHaveLength(11);
  });
});

describe('at the same time', () => {
  test('two want the last place: one has it, with the one seat that there is [LO-20]', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, matchId } = await playing({ maxPlayers: 2 });
      const guests = await bed.guests('Bob', 'Cid', 'Dan');
      const answers = await Promise.all(guests.map((guest) => bed.join(guest, id)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ code }) => code === 'lobby-full')).toHaveLength(2);
      expect((await matchOf(matchId)).seats).toHaveLength(2);
      expect(told(matchId)).toHaveLength(2);
    }
  });

  test('one comes and the match ends: the result stands, and the lobby is open with both [LO-20, MA-7]', async () => {
    const ends = new Set<number>();
    for (let round = 0; round < 30; round += 1) {
      const { ann, id, matchId } = await playing();
      const bob = await bed.guest('Bob');
      const result = { placements: [{ seatIndex: 0, playerId: null, place: 1, score: 7 }], data: {} };
      const end = async () => {
        // As slow as the join is, whatever else the machine does.
        for (let turn = 0; turn < round; turn += 1) await bed.http.db.execute(sql`select`);
        return await bed.matches.finished(matchId, 1, result);
      };
      const [joined, ended] = await Promise.all([bed.join(bob, id), end()]);
      expect([joined.status, ended]).toEqual([201, true]);
      const match = await matchOf(matchId);
      ends.add(match.seats.length);
      expect([match.state, match.result?.placements.length]).toEqual(['finished', 1]);
      const { lastMatchId, members } = await read(ann, id);
      expect([lastMatchId, members?.length]).toEqual([matchId, 2]);
      // The answer to the first call may have been lost.
      expect(await bed.matches.finished(matchId, 1, result)).toBe(true);
      await bed.handOffs.idle();
    }
    // Both orders came about: with a seat of the old match, and without.
    expect(ends).toEqual(new Set([1, 2]));
  });

  test('one comes, goes and comes again with others: seats are in SQL and room alike, one a player [LO-19]', async () => {
    const { id, matchId } = await playing();
    const guests = await bed.guests('Bob', 'Cid', 'Dan', 'Eve', 'Fay');
    await Promise.all(
      guests.map(async (guest) => {
        for (let visit = 0; visit < 3; visit += 1) {
          expect((await bed.join(guest, id)).status).toBe(201);
          expect((await leave(guest, id)).status).toBe(204);
        }
        expect((await bed.join(guest, id)).status).toBe(201);
      }),
    );
    const { seats } = await matchOf(matchId);
    expect(seats.map(({ index }) => index)).toEqual(seats.map((_, index) => index));
    expect(seats).toHaveLength(21);
    expect(seats.filter(({ givenUp }) => !givenUp)).toHaveLength(6);
    expect(told(matchId)).toEqual(seats.map(({ index, givenUp }) => [index, givenUp]));
  });
});

describe('a lobby', () => {
  test('that becomes private during play has its match watched by nobody new [MA-6]', async () => {
    const { ann, id, matchId } = await playing();
    for (const isPrivate of [true, false]) {
      const { status } = await ann.patch(`/v1/lobbies/${id}`, { private: isPrivate });
      expect([status, (await matchOf(matchId)).private]).toEqual([200, isPrivate]);
    }
  });
});

describe('a quick-join', () => {
  const create = { data: { public: { map: 'slow' } } };
  const order = { game: 'drop-in', where: { 'data.map': 'slow', state: 'in-match' } };

  /** A lobby whose hand-off takes until it is let go. */
  async function starting() {
    const ann = await bed.guest('Ann');
    const held = Promise.withResolvers<void>();
    bed.rooms.beforeCreate = () => held.promise;
    const { id } = (await ann.post<Lobby>('/v1/lobbies', { game: 'drop-in', ...create })).body;
    await waitFor(async () => (await read(ann, id)).state === 'starting', { everyMs: 10 });
    bed.rooms.beforeCreate = () => undefined;
    return { ann, id, letGo: held.resolve };
  }

  test('waits for a lobby that is handed off, and joins its match [LO-25]', async () => {
    const { ann, id, letGo } = await starting();
    const bob = await bed.guest('Bob');
    const waiting = bob.post<Lobby>('/v1/lobbies/quick-join', { ...order, create });
    for (let look = 0; look < 20; look += 1) expect((await read(ann, id)).state).toBe('starting');
    letGo();
    const { status, body } = await waiting;
    expect([status, body.id, body.state, body.memberCount]).toEqual([200, id, 'in-match', 2]);
    await Promise.all([leave(ann, id), leave(bob, id)]);
  });

  test('does not wait for one that it could not join once it is played [LO-25]', async () => {
    const { ann, id, letGo } = await starting();
    const bob = await bed.guest('Bob');
    for (const where of [{ state: 'open' }, { 'state.ne': 'in-match' }, { 'state.in': ['open', 'countdown'] }]) {
      const answer = await bob.post('/v1/lobbies/quick-join', { ...order, where: { 'data.map': 'slow', ...where } });
      expect(answer.code).toBe('no-lobby');
    }
    letGo();
    await bed.handOffs.idle();
    await leave(ann, id);
  });

  test('does not wait for one that takes too long [LO-25]', async () => {
    const { letGo } = await starting();
    const [bob, cid] = await bed.guests('Bob', 'Cid');
    const answers = [
      bob.post<Lobby>('/v1/lobbies/quick-join', { ...order, create }),
      cid.post<Lobby>('/v1/lobbies/quick-join', order),
    ] as const;
    bed.http.clock.advance(16_000);
    expect([(await answers[0]).status, (await answers[1]).code]).toEqual([201, 'no-lobby']);
    letGo();
    await bed.handOffs.idle();
  });
});

describe('a hundred players who quick-join a game of eight at once', () => {
  test('fill thirteen lobbies, and all have a seat [LO-25]', async () => {
    const crowd = await Promise.all(Array.from({ length: 100 }, (_, index) => bed.guest(`Guest ${index}`)));
    const map = { data: { public: { map: 'crowd' } } };
    const order = { game: 'drop-in', where: { 'data.map': 'crowd' }, create: map };
    // A room takes its time to be made.
    bed.rooms.beforeCreate = () => new Promise((resolve) => setTimeout(resolve, 30));
    const answers = await Promise.all(crowd.map((guest) => guest.post<Lobby>('/v1/lobbies/quick-join', order)));
    bed.rooms.beforeCreate = () => undefined;
    expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(13);
    await bed.handOffs.idle();
    const playerIds = crowd.map(({ id }) => id);
    const seats = await bed.http.db.select().from(matchSeats).where(inArray(matchSeats.playerId, playerIds));
    expect([seats.length, new Set(seats.map(({ playerId }) => playerId)).size]).toEqual([100, 100]);
    expect(new Set(seats.map(({ matchId }) => matchId)).size).toBe(13);
  }, 60_000);
});
