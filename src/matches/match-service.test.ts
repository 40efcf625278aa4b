import { describe, expect, test } from '@jest/globals';
import { type Boot, MatchBed } from '../../tests/support/match-bed.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { matchView } from './match-view.ts';

const RESULT = {
  placements: [
    { seatIndex: 1, playerId: null, place: 1, score: 3 },
    { seatIndex: 0, playerId: null, place: 2, score: null },
  ],
  data: { by: 'resignation' },
};

async function start(playerCount = 2) {
  const bed = await MatchBed.open();
  const boot = await bed.boot();
  const players = await bed.players(playerCount);
  const { lobbyId, matchId } = await bed.playing(boot, players);
  const [ann = '', bob = ''] = players;
  return { bed, boot, players, ann, bob, lobbyId, matchId, [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose]() };
}

describe('a result', () => {
  test('is recorded with its match, the lobby is open again, and the players are in no match [MA-4]', async () => {
    await using it = await start();
    const { bed, boot, players, lobbyId, matchId } = it;
    bed.clock.nowMs += 90_000;
    bed.nudges.length = 0;
    expect(await boot.matches.finished(matchId, 1, RESULT)).toBe(true);
    const match = await bed.match(matchId);
    expect(matchView(match)).toMatchObject({
      version: 2,
      state: 'finished',
      reason: null,
      finishedAt: new Date(bed.clock.nowMs).toISOString(),
      result: {
        placements: [
          { seatIndex: 1, playerId: it.bob, place: 1, score: 3 },
          { seatIndex: 0, playerId: it.ann, place: 2, score: null },
        ],
        data: { by: 'resignation' },
      },
    });
    expect(match.owner).toBeNull();
    const full = await bed.find(lobbyId);
    expect(full?.lobby).toMatchObject({ state: 'open', reason: null, matchId: null, lastMatchId: matchId });
    expect(full?.members.map(({ ready }) => ready)).toEqual([false, false]);
    for (const playerId of players) expect(await bed.revOf(playerId)).toBe(3);
    await waitFor(() => bed.nudges.length >= 4);
    expect(bed.nudges).toEqual(
      expect.arrayContaining([
        { topic: 'match', nudge: { matchId } },
        { topic: 'lobby', nudge: { lobbyId, game: 'duel' } },
        ...players.map((playerId) => ({ topic: 'player', nudge: { playerId } })),
      ]),
    );
  });

  test('is recorded once, also when two come at the same time [MA-1]', async () => {
    await using it = await start();
    const { bed, boot, matchId } = it;
    const both = await Promise.all([
      boot.matches.finished(matchId, 1, RESULT),
      boot.matches.finished(matchId, 1, RESULT),
    ]);
    // The caller can't know which of two calls it was: an answer may have been lost on its way.
    expect(both).toEqual([true, true]);
    expect(await boot.matches.finished(matchId, 1, RESULT)).toBe(true);
    expect(await boot.matches.finished(matchId, 1, { ...RESULT, data: { by: 'another' } })).toBe(false);
    expect(await boot.matches.finished(matchId, 2, RESULT)).toBe(false);
    expect(await bed.match(matchId)).toMatchObject({ version: 2, state: 'finished' });
    expect(await bed.revOf(it.ann)).toBe(3);
  });

  test('is taken only from the owner, of the current epoch [MA-1]', async () => {
    await using it = await start();
    const { bed, boot, matchId } = it;
    const other = await bed.boot();
    expect(await boot.matches.finished(matchId, 0, RESULT)).toBe(false);
    expect(await boot.matches.finished(matchId, 2, RESULT)).toBe(false);
    expect(await other.matches.finished(matchId, 1, RESULT)).toBe(false);
    expect(await other.matches.abandoned(matchId, 1, 'crashed')).toBe(false);
    expect(await boot.matches.finished('m_unknown', 1, RESULT)).toBe(false);
    expect((await bed.match(matchId)).state).toBe('playing');
  });

  test('that is none changes nothing', async () => {
    await using it = await start();
    const { bed, boot, matchId } = it;
    await expect(boot.matches.finished(matchId, 1, { placements: [], data: {} })).rejects.toThrow('no place');
    expect((await bed.match(matchId)).state).toBe('playing');
    expect((await bed.find(it.lobbyId))?.lobby.state).toBe('in-match');
  });

  test('comes also when everybody has left and the lobby is closed', async () => {
    await using it = await start();
    const { bed, boot, players, lobbyId, matchId } = it;
    for (const playerId of players) await bed.leave(boot, lobbyId, playerId);
    expect(await boot.matches.finished(matchId, 1, RESULT)).toBe(true);
    expect(matchView(await bed.match(matchId)).result?.placements[0]?.playerId).toBe(it.bob);
  });
});

describe('an abandoned match', () => {
  test.each([
    ['crashed', 4107],
    ['deploy', 4107],
    ['ended-by-operator', 4107],
    ['incompatible-build', 4108],
  ] as const)(
    '(%s) has no result, opens its lobby with match-abandoned, and closes sockets with %i',
    async (reason, code) => {
      await using it = await start();
      const { bed, boot, lobbyId, matchId } = it;
      expect(await boot.matches.abandoned(matchId, 1, reason)).toBe(true);
      expect(matchView(await bed.match(matchId))).toMatchObject({
        version: 2,
        state: 'abandoned',
        reason,
        result: null,
      });
      expect((await bed.find(lobbyId))?.lobby).toMatchObject({
        state: 'open',
        reason: 'match-abandoned',
        lastMatchId: matchId,
      });
      expect(await bed.revOf(it.ann)).toBe(3);
      expect(await boot.matches.closeCodeOf(matchId)).toBe(code);
      expect(await boot.matches.abandoned(matchId, 1, 'crashed')).toBe(false);
    },
  );

  test('may be abandoned by whoever has claimed it, whatever its epoch', async () => {
    await using it = await start();
    const other = await it.bed.boot();
    expect(await other.matches.abandon(it.matchId, 'incompatible-build')).toBe(true);
    expect(await other.matches.abandon(it.matchId, 'crashed')).toBe(false);
    expect((await it.bed.match(it.matchId)).reason).toBe('incompatible-build');
  });
});

describe('a seat', () => {
  test("that its room gives up is no longer its player's, who stays in the lobby", async () => {
    await using it = await start();
    const { bed, boot, ann, bob, matchId } = it;
    await boot.matches.seatGivenUp(matchId, 0);
    await boot.matches.seatGivenUp(matchId, 0);
    await boot.matches.seatGivenUp(matchId, 7);
    const match = await bed.match(matchId);
    expect(match.seats.map(({ givenUp }) => givenUp)).toEqual([true, false]);
    expect(match.version).toBe(1);
    expect([await bed.revOf(ann), await bed.revOf(bob)]).toEqual([3, 2]);
    expect((await bed.find(it.lobbyId))?.members).toHaveLength(2);
    await boot.matches.finished(matchId, 1, RESULT);
    expect([await bed.revOf(ann), await bed.revOf(bob)]).toEqual([3, 3]);
  });

  test('that its player leaves by leaving the lobby raises the revision once, and the room is told', async () => {
    await using it = await start();
    const { bed, boot, ann, lobbyId, matchId } = it;
    await bed.leave(boot, lobbyId, ann);
    expect(boot.rooms.givenUp).toEqual([`${matchId}/0/4000`]);
    await boot.matches.seatGivenUp(matchId, 0);
    expect(await bed.revOf(ann)).toBe(3);
    expect((await bed.match(matchId)).seats[0]?.givenUp).toBe(true);
  });

  test('is known as given up to room and database alike after an adoption', async () => {
    await using it = await start(4);
    const { bed, boot, players, matchId, lobbyId } = it;
    const next = await adopted(it);
    // The dead process had the one in its log alone, the other in the database alone.
    next.rooms.setSeat(matchId, 0, { givenUp: true });
    await bed.leave(boot, lobbyId, players[1] ?? '');
    await next.matches.reconcileSeats(matchId, next.rooms);
    expect((await bed.match(matchId)).seats.map(({ givenUp }) => givenUp)).toEqual([true, true, false, false]);
    expect(next.rooms.givenUp).toEqual([`${matchId}/1/4000`]);
    await next.matches.reconcileSeats(matchId, next.rooms);
    expect(next.rooms.givenUp).toHaveLength(1);
  });
});

describe('a process that dies between a late join and its room', () => {
  test('leaves a seat that the next one knows, with another player’s that was left meanwhile [HO-6]', async () => {
    await using bed = await MatchBed.open();
    const boot = await bed.boot();
    const [ann = '', bob = '', cid = ''] = await bed.players(3);
    const { lobbyId, matchId } = await bed.playing(boot, [ann], { game: 'drop-in' });
    boot.rooms.addSeat = () => undefined;
    await bed.enter(boot, lobbyId, { playerId: bob });
    await bed.leave(boot, lobbyId, bob);
    await bed.enter(boot, lobbyId, { playerId: cid, team: 'red' });
    expect(boot.rooms.rooms.get(matchId)?.seats).toHaveLength(1);
    await bed.kill(boot);
    const next = await adopted({ bed, matchId });
    await next.matches.reconcileSeats(matchId, next.rooms);
    const { rooms } = next.rooms;
    expect(rooms.get(matchId)?.reservation.seats).toMatchObject([
      { index: 0, playerId: ann },
      { index: 1, playerId: bob, team: 'blue' },
      { index: 2, playerId: cid, team: 'red' },
    ]);
    expect(rooms.get(matchId)?.seats.map(({ givenUp }) => givenUp)).toEqual([false, true, false]);
  });
});

async function adopted({ bed, matchId }: { bed: MatchBed; matchId: string }): Promise<Boot> {
  const next = await bed.boot();
  const reservation = await next.matches.reservationOf(matchId);
  if (!reservation) throw new Error('nothing to adopt');
  await next.rooms.adopt(reservation);
  return next;
}

describe('the close code of a match that is not live here', () => {
  test('tells finished, unknown, and not yet begun apart', async () => {
    await using it = await start();
    const { bed, boot, matchId } = it;
    expect(await boot.matches.closeCodeOf(matchId)).toBe(4010);
    await boot.matches.finished(matchId, 1, RESULT);
    expect(await boot.matches.closeCodeOf(matchId)).toBe(4100);
    expect(await boot.matches.closeCodeOf('m_unknown')).toBe(4109);
    const lobbyId = await bed.lobby(await bed.players(2));
    await bed.countedDown(lobbyId);
    const reserved = await boot.handOffs.reserve(lobbyId);
    expect(await boot.matches.closeCodeOf(reserved?.room.matchId ?? '')).toBe(4109);
  });
});

describe('a result, an end and a leave at the same time', () => {
  test('end in one truth: one ending, each revision raised once for each thing left, nothing deadlocked', async () => {
    await using bed = await MatchBed.open();
    const boot = await bed.boot();
    for (let round = 0; round < 25; round += 1) {
      const players = await bed.players(3);
      const { lobbyId, matchId } = await bed.playing(boot, players);
      const [leaving = '', staying = '', dropped = ''] = players;
      const result = {
        placements: players.map((_, seatIndex) => ({ seatIndex, playerId: null, place: 1, score: null })),
        data: {},
      };
      const acts = [
        () => boot.matches.finished(matchId, 1, result),
        () => boot.matches.abandoned(matchId, 1, 'crashed'),
        () => bed.leave(boot, lobbyId, leaving),
        () => boot.matches.seatGivenUp(matchId, 2),
        () => boot.matches.seatGivenUp(matchId, 0),
      ];
      const first = round % acts.length;
      await Promise.all([...acts.slice(first), ...acts.slice(0, first)].map(async (act) => await act()));
      const match = await bed.match(matchId);
      const lobby = (await bed.find(lobbyId))?.lobby;
      expect([
        { state: 'finished', reason: null, lobbyReason: null },
        { state: 'abandoned', reason: 'crashed', lobbyReason: 'match-abandoned' },
      ]).toContainEqual({ state: match.state, reason: match.reason, lobbyReason: lobby?.reason });
      expect(match.version).toBe(2);
      expect(lobby).toMatchObject({ state: 'open', matchId: null, lastMatchId: matchId, memberCount: 2 });
      // In and out of the lobby and the match are four; who left both at once did it in one or two transactions.
      expect([3, 4]).toContain(await bed.revOf(leaving));
      expect([await bed.revOf(staying), await bed.revOf(dropped)]).toEqual([3, 3]);
    }
  });
});
