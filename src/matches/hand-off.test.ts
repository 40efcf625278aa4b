import { describe, expect, test } from '@jest/globals';
import { type Boot, MatchBed } from '../../tests/support/match-bed.ts';
import { HandOffError } from '../realtime/hand-off-error.ts';
import { matchView } from './match-view.ts';

/** Hands a lobby off and waits for the outcome. */
async function handOff(boot: Boot, lobbyId: string): Promise<void> {
  boot.handOffs.begin(lobbyId);
  await boot.handOffs.idle();
}

async function start() {
  const bed = await MatchBed.open();
  const boot = await bed.boot();
  const players = await bed.players(2);
  const lobbyId = await bed.lobby(players);
  await bed.countedDown(lobbyId);
  return { bed, boot, players, lobbyId, [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose]() };
}

/** A hand-off that failed: nobody sees its match, the lobby is open with the reason, and its marks are there. */
async function expectPutBack({ bed, boot, lobbyId, players }: Awaited<ReturnType<typeof start>>, reason: string) {
  const lobby = await bed.find(lobbyId);
  expect(lobby?.lobby).toMatchObject({ state: 'open', reason, matchId: null, lastMatchId: null });
  expect(lobby?.members.map(({ ready }) => ready)).toEqual(players.map(() => true));
  for (const match of await bed.matches()) {
    expect(match).toMatchObject({ state: 'abandoned', reason: null, startedAt: null, owner: null });
    expect(boot.rooms.rooms.has(match.id)).toBe(false);
    expect(await boot.matches.closeCodeOf(match.id)).toBe(4109);
  }
  for (const playerId of players) expect(await bed.revOf(playerId)).toBe(1);
}

describe('a hand-off', () => {
  test('makes a match of connected members in the order of joining, plays it, and opens its room [HO-1]', async () => {
    await using it = await start();
    const { bed, boot, players, lobbyId } = it;
    await handOff(boot, lobbyId);
    const lobby = await bed.find(lobbyId);
    expect(lobby?.lobby).toMatchObject({ state: 'in-match', reason: null });
    const match = await bed.match(lobby?.lobby.matchId ?? '');
    expect(match).toMatchObject({ compat: 'compat of duel', owner: boot.incarnation, epoch: 1, reservedUntil: null });
    expect(matchView(match)).toEqual({
      id: match.id,
      version: 1,
      game: 'duel',
      lobbyId,
      state: 'playing',
      reason: null,
      settings: { turnMs: 30_000 },
      seats: players.map((playerId, index) => ({
        index,
        playerId,
        displayName: `Player ${index}`,
        team: null,
        isBot: false,
      })),
      startedAt: new Date(bed.clock.nowMs).toISOString(),
      finishedAt: null,
      result: null,
    });
    expect(boot.rooms.rooms.get(match.id)).toMatchObject({
      state: 'open',
      reservation: { matchId: match.id, game: 'duel', epoch: 1, seed: match.seed, settings: { turnMs: 30_000 } },
    });
    for (const playerId of players) {
      expect(await bed.revOf(playerId)).toBe(2);
      expect(bed.nudges).toContainEqual({ topic: 'player', nudge: { playerId } });
    }
  });

  test('gives no seat to a member who is away', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    const [away = ''] = await bed.players(1);
    await bed.change(lobbyId, (full) => ({ ...full, lobby: { ...full.lobby, state: 'open' } }));
    await bed.join(lobbyId, away);
    await bed.change(lobbyId, (full) => ({
      ...full,
      members: full.members.map((member) => (member.playerId === away ? { ...member, connected: false } : member)),
    }));
    await bed.countedDown(lobbyId);
    await handOff(boot, lobbyId);
    const [match] = await bed.matches();
    expect(match?.seats.map(({ playerId }) => playerId)).toEqual(it.players);
    expect(await bed.revOf(away)).toBe(1);
  });

  test('is made once, however often it is begun [HO-4]', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    const other = await bed.boot();
    for (const { handOffs } of [boot, other, boot, other]) handOffs.begin(lobbyId);
    await Promise.all([boot.handOffs.idle(), other.handOffs.idle()]);
    await handOff(boot, lobbyId);
    expect(await bed.matches()).toHaveLength(1);
    expect(boot.rooms.roomCount + other.rooms.roomCount).toBe(1);
  });

  test.each(['no-capacity', 'room-failed', 'seat-failed'] as const)(
    'that fails with %s leaves no trace but the reason [HO-2]',
    async (reason) => {
      await using it = await start();
      it.boot.rooms.beforeCreate = ({ matchId }) => {
        throw new HandOffError(reason, matchId);
      };
      await handOff(it.boot, it.lobbyId);
      await expectPutBack(it, reason);
    },
  );

  test('whose room throws anything fails with room-failed, and may succeed the next time', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    boot.rooms.beforeCreate = () => Promise.reject(new Error('out of luck'));
    await handOff(boot, lobbyId);
    await expectPutBack(it, 'room-failed');
    boot.rooms.beforeCreate = () => undefined;
    await bed.countedDown(lobbyId);
    await handOff(boot, lobbyId);
    expect((await bed.find(lobbyId))?.lobby).toMatchObject({ state: 'in-match', reason: null });
  });

  test('does not wait for a room for ever, and drops it if it comes after all', async () => {
    await using bed = await MatchBed.open();
    const boot = await bed.boot({ createMs: 20 });
    const players = await bed.players(2);
    const lobbyId = await bed.lobby(players);
    await bed.countedDown(lobbyId);
    const late = Promise.withResolvers<void>();
    boot.rooms.beforeCreate = () => late.promise;
    await handOff(boot, lobbyId);
    await expectPutBack({ bed, boot, players, lobbyId, [Symbol.asyncDispose]: async () => undefined }, 'room-failed');
    const created = new Promise((resolve) => {
      const discard = boot.rooms.discard.bind(boot.rooms);
      boot.rooms.discard = (matchId) => resolve(discard(matchId));
    });
    late.resolve();
    await created;
    expect(boot.rooms.roomCount).toBe(0);
  });

  test('is too late after its deadline [HO-4]', async () => {
    await using it = await start();
    it.boot.rooms.beforeCreate = () => {
      it.bed.clock.nowMs += 60_000;
    };
    await handOff(it.boot, it.lobbyId);
    await expectPutBack(it, 'room-failed');
  });

  test('fails with player-left when a player leaves before it is playing, at any step [HO-2]', async () => {
    for (const whileRoomIsMade of [true, false]) {
      await using it = await start();
      const { bed, boot, lobbyId, players } = it;
      const [staying = '', leaving = ''] = players;
      if (whileRoomIsMade) {
        boot.rooms.beforeCreate = () => bed.leave(boot, lobbyId, leaving);
        await handOff(boot, lobbyId);
      } else {
        const reserved = await boot.handOffs.reserve(lobbyId);
        if (!reserved) throw new Error('no start');
        await boot.handOffs.create(reserved);
        await bed.leave(boot, lobbyId, leaving);
        await boot.handOffs.play(reserved);
      }
      expect(boot.rooms.roomCount).toBe(0);
      const lobby = await bed.find(lobbyId);
      expect(lobby?.lobby).toMatchObject({ state: 'open', reason: 'player-left', matchId: null });
      expect(lobby?.members).toMatchObject([{ playerId: staying, ready: true }]);
      expect(await bed.matches()).toMatchObject([{ state: 'abandoned', reason: null, startedAt: null }]);
      expect([await bed.revOf(staying), await bed.revOf(leaving)]).toEqual([1, 2]);
    }
  });

  test('gives up the seat of a player who leaves right after it', async () => {
    await using it = await start();
    const { bed, boot, lobbyId, players } = it;
    await handOff(boot, lobbyId);
    await bed.leave(boot, lobbyId, players[1] ?? '');
    const [match] = await bed.matches();
    expect(match).toMatchObject({ state: 'playing', seats: [{ givenUp: false }, { givenUp: true }] });
    expect(boot.rooms.givenUp).toEqual([`${match?.id}/1/4000`]);
  });

  test('whose room is gone when it should be opened ends its match, and its lobby is open again', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    boot.rooms.open = () => false;
    await handOff(boot, lobbyId);
    expect(await bed.matches()).toMatchObject([{ state: 'abandoned', reason: 'crashed' }]);
    expect((await bed.find(lobbyId))?.lobby).toMatchObject({ state: 'open', reason: 'match-abandoned' });
  });

  test('raced by a leave ends in one of the two, never in between [HO-1]', async () => {
    await using bed = await MatchBed.open();
    const boot = await bed.boot();
    boot.rooms.beforeCreate = () => new Promise((resolve) => setImmediate(resolve));
    for (let round = 0; round < 20; round += 1) {
      const players = await bed.players(2);
      const lobbyId = await bed.lobby(players);
      await bed.countedDown(lobbyId);
      boot.handOffs.begin(lobbyId);
      for (let turn = 0; turn < round * 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await bed.leave(boot, lobbyId, players[1] ?? '');
      await boot.handOffs.idle();
      const lobby = (await bed.find(lobbyId))?.lobby;
      const match = (await bed.matches()).find((each) => each.lobbyId === lobbyId);
      const room = boot.rooms.rooms.get(match?.id ?? '')?.state ?? null;
      const outcome = {
        match: match?.state,
        seats: match?.seats.map(({ givenUp }) => givenUp),
        lobby: lobby?.state,
        room,
      };
      expect([
        { match: 'playing', seats: [false, true], lobby: 'in-match', room: 'open' },
        { match: 'abandoned', seats: [false, false], lobby: 'open', room: null },
        { match: undefined, seats: undefined, lobby: 'open', room: null },
      ]).toContainEqual(outcome);
    }
  });
});

/**
 * Where a process may die, and what its successor makes of it. "Adopted" is the cluster's part: here it is shown that
 * the match is there to be claimed.
 *
 * | died after             | match    | lobby    | the next start                            |
 * |------------------------|----------|----------|-------------------------------------------|
 * | nothing                | –        | countdown| hands it off                              |
 * | 1 reserve              | reserved | starting | abandons it, lobby open with room-failed  |
 * | 2 create               | reserved | starting | the same                                  |
 * | 3 play                 | playing  | in-match | adopts it, and starts it                  |
 * | 4 open                 | playing  | in-match | adopts it                                 |
 * | a failure, not put back| reserved | starting | abandons it, lobby open with room-failed  |
 */
describe('a process that dies in a hand-off', () => {
  /** Does the first steps, dies, and lets the next boot recover. */
  async function dieAfter(steps: number, it: Awaited<ReturnType<typeof start>>): Promise<Boot> {
    const { bed, boot, lobbyId } = it;
    if (steps > 0) {
      const reserved = await boot.handOffs.reserve(lobbyId);
      if (!reserved) throw new Error('no start');
      if (steps > 1) await boot.handOffs.create(reserved);
      if (steps > 2) await boot.handOffs.play(reserved);
      if (steps > 3) await boot.handOffs.open(reserved);
    }
    await bed.kill(boot);
    const next = await bed.boot();
    await next.handOffs.sweep();
    return next;
  }

  test('before step 1 leaves a countdown that the next one takes up [HO-3]', async () => {
    await using it = await start();
    const next = await dieAfter(0, it);
    await handOff(next, it.lobbyId);
    expect((await it.bed.find(it.lobbyId))?.lobby.state).toBe('in-match');
  });

  test.each([1, 2])('after step %i has its lobby put back, which then starts again [HO-3]', async (steps) => {
    await using it = await start();
    const next = await dieAfter(steps, it);
    await expectPutBack({ ...it, boot: next }, 'room-failed');
    await it.bed.countedDown(it.lobbyId);
    await handOff(next, it.lobbyId);
    expect((await it.bed.find(it.lobbyId))?.lobby.state).toBe('in-match');
  });

  test.each([3, 4])('after step %i leaves a match that plays on [HO-3]', async (steps) => {
    await using it = await start();
    const next = await dieAfter(steps, it);
    const { lobby } = (await it.bed.find(it.lobbyId)) ?? {};
    expect(lobby).toMatchObject({ state: 'in-match', reason: null });
    expect(await it.bed.matches()).toMatchObject([
      { id: lobby?.matchId, state: 'playing', owner: it.boot.incarnation },
    ]);
    expect(await next.matches.closeCodeOf(lobby?.matchId ?? '')).toBe(4010);
    const reservation = await next.matches.reservationOf(lobby?.matchId ?? '');
    expect(reservation).toEqual({
      ...(steps === 3 ? it.boot.rooms.rooms.get(lobby?.matchId ?? '')?.reservation : reservation),
    });
  });

  test('is swept by the living once its deadline has passed, not before, and not while it may live', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    await boot.handOffs.reserve(lobbyId);
    const other = await bed.boot();
    await other.handOffs.sweep();
    expect((await bed.find(lobbyId))?.lobby.state).toBe('starting');
    bed.clock.nowMs += 60_000;
    await other.handOffs.sweep();
    await expectPutBack(it, 'room-failed');
  });

  test('which was only paused finds its reservation gone', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    const reserved = await boot.handOffs.reserve(lobbyId);
    if (!reserved) throw new Error('no start');
    await boot.handOffs.create(reserved);
    await bed.kill(boot);
    await (await bed.boot()).handOffs.sweep();
    expect(await boot.handOffs.play(reserved)).toBe(false);
    expect((await bed.find(lobbyId))?.lobby).toMatchObject({ state: 'open', reason: 'room-failed' });
  });
});

describe('a hand-off whose answer from the database was lost', () => {
  test('opens its room if the match is playing after all', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    const toInMatch = bed.lobbies.toInMatch.bind(bed.lobbies);
    bed.lobbies.toInMatch = async (tx, ...rest) => {
      const moved = await toInMatch(tx, ...rest);
      // The commit goes through, and its connection breaks: an effect that throws looks just so to the caller.
      tx.afterCommit(() => {
        throw new Error('Connection terminated unexpectedly');
      });
      return moved;
    };
    await handOff(boot, lobbyId);
    const [match] = await bed.matches();
    expect(match?.state).toBe('playing');
    expect(boot.rooms.rooms.get(match?.id ?? '')?.state).toBe('open');
  });

  test('puts its lobby back if it was not', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    bed.lobbies.toInMatch = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await handOff(boot, lobbyId);
    await expectPutBack(it, 'room-failed');
  });

  test('waits until the database is back, and then knows', async () => {
    await using it = await start();
    const { bed, boot, lobbyId } = it;
    bed.lobbies.toInMatch = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    const backToOpen = bed.lobbies.backToOpen.bind(bed.lobbies);
    let away = 2;
    bed.lobbies.backToOpen = (...args) =>
      away-- > 0 ? Promise.reject(new Error('Connection terminated unexpectedly')) : backToOpen(...args);
    await handOff(boot, lobbyId);
    await expectPutBack(it, 'room-failed');
  });
});
