import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
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

async function reaches(guest: Guest, id: string, fits: (lobby: Lobby) => boolean): Promise<Lobby> {
  const look = async () => {
    const lobby = await read(guest, id);
    return fits(lobby) ? lobby : null;
  };
  return await waitFor(look, { what: 'a lobby that fits', everyMs: 10 });
}
const isPlayed = ({ state }: Lobby) => state === 'in-match';
const playedAgain = (lastMatchId: string | null) => (lobby: Lobby) =>
  isPlayed(lobby) && lobby.lastMatchId === lastMatchId;

async function create(guest: Guest, body: object = {}): Promise<Lobby> {
  const created = await guest.post<Lobby>('/v1/lobbies', { game: 'drop-in', ...body });
  expect(created.status).toBe(201);
  return created.body;
}

/** The match of a lobby ends in a draw of all that have a seat. */
async function endMatch(matchId: string | null): Promise<void> {
  const match = await findMatch(bed.http.db, matchId ?? '');
  const placements = (match?.seats ?? []).map(({ index: seatIndex }) => ({
    seatIndex,
    playerId: null,
    place: 1,
    score: null,
  }));
  expect(await bed.matches.finished(matchId ?? '', 1, { placements, data: {} })).toBe(true);
}

/** Ann hosts, Bob is a member; their first match is over, and nobody has asked for another. */
async function afterMatch(): Promise<{ ann: Guest; bob: Guest; id: string; first: string | null }> {
  const [ann, bob] = await bed.guests('Ann', 'Bob');
  const { id } = await create(ann);
  const { matchId: first } = await reaches(ann, id, isPlayed);
  expect((await bed.join(bob, id)).status).toBe(201);
  await endMatch(first);
  expect(await read(ann, id)).toMatchObject({ state: 'open', reason: null, matchId: null, lastMatchId: first });
  return { ann, bob, id, first };
}

describe('an instant lobby', () => {
  test('answers open, and its match begins without a countdown, a mark or a second player [LO-21]', async () => {
    const ann = await bed.guest('Ann');
    const created = await create(ann);
    expect(created).toMatchObject({ state: 'open', startMode: 'instant', version: 1, countdownEndsAt: null });
    const played = await reaches(ann, created.id, isPlayed);
    expect(played).toMatchObject({ version: 3, reason: null, countdownEndsAt: null, minPlayers: 2, memberCount: 1 });
    const seats = (await findMatch(bed.http.db, played.matchId ?? ''))?.seats;
    expect(seats).toMatchObject([{ index: 0, playerId: ann.id, late: false }]);
  });

  test.each<[string, (guests: { ann: Guest; bob: Guest; id: string }) => Promise<unknown>]>([
    ['a member is ready', ({ bob, id }) => bed.ready(bob, id)],
    ['somebody joins', async ({ id }) => bed.join(await bed.guest('Cid'), id)],
    [
      'somebody joins by quick-join',
      async ({ ann, id }) => {
        await ann.patch(`/v1/lobbies/${id}`, { data: { public: { map: id } } });
        const cid = await bed.guest('Cid');
        const { body } = await cid.post<Lobby>('/v1/lobbies/quick-join', {
          game: 'drop-in',
          where: { 'data.map': id },
        });
        expect(body.id).toBe(id);
      },
    ],
    ['its host starts it', ({ ann, id }) => start(ann, id, { countdownMs: 0 })],
  ])('waits after a match until %s [LO-22]', async (_what, act) => {
    const guests = await afterMatch();
    const { ann, id, first } = guests;
    await bed.lobbies.countdowns.sweep();
    await bed.handOffs.idle();
    expect((await read(ann, id)).state).toBe('open');
    await act(guests);
    const { matchId, members } = await reaches(ann, id, playedAgain(first));
    expect(matchId).not.toBe(first);
    const seats = (await findMatch(bed.http.db, matchId ?? ''))?.seats.map(({ playerId }) => playerId);
    expect(seats).toEqual(members?.map(({ playerId }) => playerId));
  });

  test('counts down for its host, also when nobody is ready, and stops on the usual grounds [LO-22]', async () => {
    const { ann, bob, id } = await afterMatch();
    expect((await start(bob, id)).code).toBe('not-host');
    const begun = await start(ann, id);
    expect([begun.status, begun.body.state]).toEqual([202, 'countdown']);
    expect(begun.body.countdownEndsAt).not.toBeNull();
    expect((await bed.join(await bed.guest('Eve'), id)).code).toBe('wrong-state');
    const cancelled = await ann.delete<Lobby>(`/v1/lobbies/${id}/start`);
    expect(cancelled.body).toMatchObject({ state: 'open', reason: 'cancelled' });
    await start(ann, id);
    await bob.delete(`/v1/lobbies/${id}/members/me`);
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'player-left' });
    // Alone, and below minPlayers.
    expect((await start(ann, id, { countdownMs: 0 })).status).toBe(202);
    expect(await reaches(ann, id, isPlayed)).toMatchObject({ reason: null });
  });

  test('is open with the reason when its hand-off fails, and starts again when it is asked to [LO-23]', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    bed.rooms.beforeCreate = ({ matchId }) => {
      throw new HandOffError('no-capacity', matchId);
    };
    const { id } = await create(ann);
    await reaches(ann, id, ({ reason }) => reason === 'no-capacity');
    await bed.lobbies.countdowns.sweep();
    await bed.handOffs.idle();
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'no-capacity', matchId: null });
    await bed.ready(ann, id);
    // Its mark survives that, too.
    const failed = await reaches(ann, id, ({ version, state }) => version >= 6 && state === 'open');
    expect(failed.members?.[0]?.ready).toBe(true);
    bed.rooms.beforeCreate = () => undefined;
    await bed.ready(ann, id);
    expect(await reaches(ann, id, isPlayed)).toMatchObject({ reason: null });
    expect((await bed.join(bob, id)).status).toBe(201);
  });

  test('whose member leaves while it is handed off goes on with the others by itself [LO-23]', async () => {
    const { ann, bob, id, first } = await afterMatch();
    const held = Promise.withResolvers<void>();
    bed.rooms.beforeCreate = () => held.promise;
    await bed.ready(ann, id);
    const { version } = await reaches(ann, id, ({ state }) => state === 'starting');
    expect((await ann.delete(`/v1/lobbies/${id}/members/${bob.id}`)).code).toBe('wrong-state');
    expect((await bed.ready(bob, id)).code).toBe('wrong-state');
    expect((await bed.join(await bed.guest('Eve'), id)).code).toBe('wrong-state');
    expect((await bob.delete(`/v1/lobbies/${id}/members/me`)).status).toBe(204);
    bed.rooms.beforeCreate = () => undefined;
    held.resolve();
    const again = await reaches(ann, id, playedAgain(first));
    // Open with the reason, starting, in the match.
    expect([again.version - version, again.reason]).toEqual([3, null]);
    const seats = (await findMatch(bed.http.db, again.matchId ?? ''))?.seats.map(({ playerId }) => playerId);
    expect(seats).toEqual([ann.id]);
  });

  test('that its last member leaves while it is handed off is closed, and plays nothing', async () => {
    const ann = await bed.guest('Ann');
    const held = Promise.withResolvers<void>();
    bed.rooms.beforeCreate = () => held.promise;
    const { id } = await create(ann);
    await reaches(ann, id, ({ state }) => state === 'starting');
    await ann.delete(`/v1/lobbies/${id}/members/me`);
    bed.rooms.beforeCreate = () => undefined;
    held.resolve();
    await bed.handOffs.idle();
    expect((await ann.get(`/v1/lobbies/${id}`)).code).toBe('not-found');
    expect((await ann.get<{ matchId: string | null }>('/v1/players/me')).body.matchId).toBeNull();
  });

  test('does not start for members who are all away', async () => {
    const { ann, bob, id } = await afterMatch();
    await bed.handOffs.idle();
    await bed.lobbies.countdowns.stop();
    await bed.ready(bob, id);
    await bed.pass(16_000);
    await bed.lobbies.countdowns.start(bed.handOffs);
    await bed.handOffs.idle();
    expect(await read(ann, id)).toMatchObject({ state: 'open', reason: 'player-left' });
  });
});

describe('the start mode instant', () => {
  test('is for games that take players late, at creation and afterwards [LO-24]', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const refused = await ann.post<{ errors: object[] }>('/v1/lobbies', { game: 'team-race', startMode: 'instant' });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/startMode' }] } });
    const race = await bed.gather([ann]);
    const patched = await ann.patch<{ errors: object[] }>(`/v1/lobbies/${race.id}`, { startMode: 'instant' });
    expect(patched).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/startMode' }] } });
    const { id } = await create(bob, { startMode: 'host' });
    await bed.handOffs.idle();
    expect((await read(bob, id)).state).toBe('open');
  });

  test('taken on by an open lobby starts nothing before somebody asks, and can be put off again [LO-22, LO-24]', async () => {
    const ann = await bed.guest('Ann');
    const { id } = await create(ann, { startMode: 'host' });
    const instant = await ann.patch<Lobby>(`/v1/lobbies/${id}`, { startMode: 'instant' });
    expect(instant.body).toMatchObject({ state: 'open', startMode: 'instant' });
    await bed.lobbies.countdowns.sweep();
    await bed.handOffs.idle();
    expect((await read(ann, id)).state).toBe('open');
    await bed.lobbies.countdowns.stop();
    await bed.ready(ann, id);
    // Before the hand-off could begin.
    expect((await ann.patch(`/v1/lobbies/${id}`, { startMode: 'host' })).status).toBe(200);
    await bed.lobbies.countdowns.start(bed.handOffs);
    await bed.handOffs.idle();
    expect((await read(ann, id)).state).toBe('open');
    await ann.patch(`/v1/lobbies/${id}`, { startMode: 'instant' });
    await bed.ready(ann, id);
    expect(await reaches(ann, id, isPlayed)).toMatchObject({ startMode: 'instant' });
    expect((await ann.patch(`/v1/lobbies/${id}`, { startMode: 'host' })).code).toBe('wrong-state');
  });
});

describe('a process that dies', () => {
  test('between an instant lobby and its hand-off leaves the start to the next one [HO-5]', async () => {
    const ann = await bed.guest('Ann');
    await bed.lobbies.countdowns.stop();
    const { id } = await create(ann);
    await bed.handOffs.idle();
    expect((await read(ann, id)).state).toBe('open');
    await bed.lobbies.countdowns.start(bed.handOffs);
    expect(await reaches(ann, id, isPlayed)).toMatchObject({ reason: null });
  });

  test('with one that waits after its match leaves it waiting [HO-5]', async () => {
    const { ann, id } = await afterMatch();
    await bed.lobbies.countdowns.stop();
    await bed.lobbies.countdowns.start(bed.handOffs);
    await bed.handOffs.idle();
    expect((await read(ann, id)).state).toBe('open');
  });
});
