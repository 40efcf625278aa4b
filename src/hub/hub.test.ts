import { describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { countQueries, HubBed } from '../../tests/support/hub-bed.ts';
import { RecordedSocket } from '../../tests/support/recorded-socket.ts';
import { TwinBus } from '../../tests/support/twin-beds.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { withoutMember } from '../lobbies/lobby-rules.ts';
import { newId } from '../store/ids.ts';
import { HubRights } from './hub-rights.ts';
import { Hub } from './hub.ts';
import { lobbyMessages, sessions } from '../store/schema.ts';

const DRAW = {
  placements: [0, 1].map((seatIndex) => ({ seatIndex, playerId: null, place: 1, score: null })),
  data: {},
};

describe('a hub socket', () => {
  test('gets hello, lobby and match at once, in this order, also when there is none [HB-1]', async () => {
    await using it = await HubBed.open();
    const [ann = ''] = await it.bed.players(1);
    const socket = await it.connect(ann);
    expect(socket.sent).toEqual([
      { type: 'hello', message: { protocol: 1, playerId: ann, serverTimeAt: it.bed.clock.now().toISOString() } },
      { type: 'lobby', message: { rev: 0, lobby: null, reason: null } },
      { type: 'match', message: { rev: 0, match: null } },
    ]);
  });

  test('of a member who plays gets both as they are now', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const { lobbyId, matchId } = await it.bed.playing(it.boot, [ann, bob]);
    const socket = await it.connect(bob);
    expect(socket.sent.map(({ type }) => type)).toEqual(['hello', 'lobby', 'match']);
    expect(socket.last('lobby')).toMatchObject({
      rev: 2,
      reason: null,
      lobby: { id: lobbyId, rev: 2, state: 'in-match', matchId, members: [{ playerId: ann }, { playerId: bob }] },
    });
    expect(socket.last('lobby')?.lobby?.code).toMatch(/^[A-Z]{6}$/);
    expect(socket.last('match')).toMatchObject({ rev: 2, match: { id: matchId, version: 1, state: 'playing' } });
  });

  test('beyond the sixteenth of a player takes the place of the oldest, and of nobody else', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const other = await it.connect(bob);
    const sockets: RecordedSocket[] = [];
    for (let count = 0; count < 18; count += 1) sockets.push(await it.connect(ann));
    expect(sockets.map(({ closedWith }) => closedWith)).toEqual([
      4104,
      4104,
      ...Array.from({ length: 16 }, () => null),
    ]);
    expect(other.closedWith).toBeNull();
  });

  test('learns of each change of its lobby, and of nothing twice [HB-2]', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const lobbyId = await it.bed.lobby([ann]);
    const [first, second] = [await it.connect(ann), await it.connect(ann)];
    await it.bed.join(lobbyId, bob);
    await it.settled();
    it.bed.bus.publish('player', { playerId: ann });
    it.bed.bus.publish('lobby', { lobbyId, game: 'duel' });
    await it.settled();
    for (const socket of [first, second]) {
      expect(socket.of('lobby').map(({ lobby }) => [lobby?.version, lobby?.memberCount])).toEqual([
        [2, 1],
        [3, 2],
      ]);
      expect(socket.of('match')).toHaveLength(1);
    }
  });

  test.each(['left', 'kicked', 'closed', 'expired'] as const)(
    'learns why its player is in no lobby: %s [HB-5]',
    async (exit) => {
      await using it = await HubBed.open();
      const [ann = '', bob = ''] = await it.bed.players(2);
      const lobbyId = await it.bed.lobby([ann, bob]);
      const socket = await it.connect(bob);
      await it.bed.tx(async (tx) => {
        const before = await it.bed.find(lobbyId);
        if (before) await it.bed.changes.save(tx, { before, after: withoutMember(before, bob), exit });
      });
      await it.settled();
      expect(socket.last('lobby')).toEqual({ rev: 2, lobby: null, reason: exit });
      expect(await it.connect(bob)).toMatchObject({ sent: { 1: { message: { rev: 2, lobby: null, reason: null } } } });
      const next = await it.bed.lobby([bob]);
      await it.settled();
      expect(socket.last('lobby')).toMatchObject({ rev: 3, lobby: { id: next, memberCount: 1 }, reason: null });
    },
  );

  test('shows a match while it is playing, its end once with the result, and then none [HB-6]', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const early = await it.connect(ann);
    const { lobbyId, matchId } = await it.bed.playing(it.boot, [ann, bob]);
    await it.settled();
    await it.boot.matches.finished(matchId, 1, DRAW);
    await it.settled();
    expect(early.of('match')).toMatchObject([
      { rev: 0, match: null },
      { rev: 2, match: { id: matchId, version: 1, state: 'playing', result: null } },
      { rev: 2, match: { id: matchId, version: 2, state: 'finished', result: { placements: [{ place: 1 }, {}] } } },
      { rev: 3, match: null },
    ]);
    expect(early.last('lobby')).toMatchObject({
      lobby: { id: lobbyId, state: 'open', lastMatchId: matchId, reason: null },
    });
    const late = await it.connect(ann);
    expect(late.of('match')).toEqual([{ rev: 3, match: null }]);
  });

  test('shows a match to who joins it as it is played, anew to the others, and never to who only watches [LO-18, MA-6]', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = '', eve = ''] = await it.bed.players(3);
    const { lobbyId, matchId } = await it.bed.playing(it.boot, [ann], { game: 'drop-in' });
    const sockets = { ann: await it.connect(ann), bob: await it.connect(bob), eve: await it.connect(eve) };
    await it.bed.enter(it.boot, lobbyId, { playerId: bob });
    await it.settled();
    expect(sockets.bob.of('lobby').slice(1)).toMatchObject([{ rev: 1, lobby: { state: 'in-match', matchId } }]);
    expect(sockets.bob.of('match').slice(1)).toMatchObject([
      { rev: 1, match: { id: matchId, version: 2, seats: [{ playerId: ann }, { playerId: bob, index: 1 }] } },
    ]);
    expect(sockets.ann.of('match').slice(1)).toMatchObject([{ rev: 2, match: { version: 2, seats: [{}, {}] } }]);
    expect(sockets.ann.last('lobby')).toMatchObject({ lobby: { members: [{}, { playerId: bob }] } });
    expect(sockets.eve.sent).toHaveLength(3);

    await it.bed.leave(it.boot, lobbyId, bob);
    await it.settled();
    await it.bed.enter(it.boot, lobbyId, { playerId: bob });
    await it.settled();
    expect(sockets.bob.of('match').slice(2)).toMatchObject([
      { rev: 2, match: null },
      { rev: 3, match: { id: matchId, version: 3, seats: [{}, { playerId: bob }, { playerId: bob, index: 2 }] } },
    ]);

    await it.boot.matches.finished(matchId, 1, {
      placements: [0, 1, 2].map((seatIndex) => ({ seatIndex, playerId: null, place: 1, score: null })),
      data: {},
    });
    await it.settled();
    expect(sockets.bob.of('match').slice(4)).toMatchObject([{ rev: 3, match: { state: 'finished' } }, { match: null }]);
    await it.hub.recheck();
    await it.settled();
    expect(sockets.bob.of('match')).toHaveLength(6);
  });

  test('shows the end of an abandoned match with its reason', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const { matchId } = await it.bed.playing(it.boot, [ann, bob]);
    const socket = await it.connect(ann);
    await it.boot.matches.abandon(matchId, 'crashed');
    await it.settled();
    expect(socket.of('match')).toMatchObject([
      { match: { state: 'playing' } },
      { match: { state: 'abandoned', reason: 'crashed', result: null } },
      { match: null },
    ]);
    expect(socket.last('lobby')).toMatchObject({ lobby: { state: 'open', reason: 'match-abandoned' } });
  });

  test('of a player whose seat is given up shows no match any more, and not its end', async () => {
    await using it = await HubBed.open();
    const [ann = '', bob = ''] = await it.bed.players(2);
    const { matchId } = await it.bed.playing(it.boot, [ann, bob]);
    const [left, stayed] = [await it.connect(ann), await it.connect(bob)];
    await it.boot.matches.seatGivenUp(matchId, 0);
    await it.settled();
    await it.boot.matches.finished(matchId, 1, DRAW);
    await it.settled();
    expect(left.of('match')).toMatchObject([
      { rev: 2, match: { id: matchId } },
      { rev: 3, match: null },
    ]);
    expect(stayed.of('match').map(({ match }) => match?.state)).toEqual(['playing', 'finished', undefined]);
  });

  test('never hears of a hand-off that failed, but for the lobby and its reason', async () => {
    await using it = await HubBed.open();
    const { bed, boot } = it;
    const [ann = '', bob = ''] = await bed.players(2);
    const lobbyId = await bed.lobby([ann, bob]);
    const socket = await it.connect(ann);
    boot.rooms.beforeCreate = () => Promise.reject(new Error('no luck'));
    await bed.countedDown(lobbyId);
    boot.handOffs.begin(lobbyId);
    await boot.handOffs.idle();
    await it.settled();
    expect(socket.of('match')).toHaveLength(1);
    expect(socket.last('lobby')).toMatchObject({
      rev: 1,
      lobby: { state: 'open', reason: 'room-failed', matchId: null },
    });
  });

  test('is counted as presence while it is open', async () => {
    await using it = await HubBed.open();
    const [ann = ''] = await it.bed.players(1);
    const socket = await it.connect(ann);
    it.hub.disconnected(socket, 'dropped');
    it.hub.disconnected(new RecordedSocket(ann), 'dropped');
    expect(it.bed.presence).toEqual([`${ann} 1`, `${ann} -1`]);
  });
});

describe('a hub right', () => {
  test('survives a drop, not a leave, and belongs to the newer socket after a replacement', async () => {
    await using it = await HubBed.open();
    const identity = { playerId: 'p_ann', authSessionId: 's_1' };
    const ends = { dropped: true, left: false, replaced: true } as const;
    for (const [exit, mayReturn] of Object.entries(ends) as ['dropped' | 'left' | 'replaced', boolean][]) {
      const sessionId = it.rights.grant(identity);
      const token = (await it.hub.admit(sessionId, null))?.reconnectionToken ?? '';
      const socket = new RecordedSocket('p_ann', { sessionId });
      if (exit === 'replaced') await it.hub.admit(sessionId, token);
      it.hub.disconnected(socket, exit);
      it.bed.clock.nowMs += 60_000;
      expect([exit, (await it.hub.admit(sessionId, token)) !== null]).toEqual([exit, mayReturn]);
    }
  });

  test('lets its client into the hub of the next process, as long as it is signed in [HB-1]', async () => {
    await using it = await HubBed.open();
    const { bed } = it;
    const [ann = ''] = await bed.players(1);
    const authSessionId = newId('s');
    await bed.db.insert(sessions).values({ id: authSessionId, playerId: ann });
    const secret = 'a secret of tests, which is long enough';
    const before = new HubRights(bed.clock, secret);
    const sessionId = before.grant({ playerId: ann, authSessionId });
    const token = before.use(sessionId, null)?.reconnectionToken ?? '';
    const hub = (): Hub => new Hub({ ...it.parts, rights: new HubRights(bed.clock, secret) });
    expect(await hub().admit(sessionId, token)).toEqual({ playerId: ann, authSessionId, reconnectionToken: token });
    expect(await hub().admit(sessionId, null)).toBeNull();
    await bed.db.update(sessions).set({ endedAt: new Date() }).where(eq(sessions.id, authSessionId));
    expect(await hub().admit(sessionId, token)).toBeNull();
  });

  test('ends with its sign-in, whose sockets close with 4102, also if the nudge was lost [HB-7]', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const [ann = ''] = await bed.players(1);
    const [ended, lost, other] = [newId('s'), newId('s'), newId('s')];
    await bed.db.insert(sessions).values([ended, lost, other].map((id) => ({ id, playerId: ann })));
    const sockets = [ended, lost, other].map((authSessionId) => new RecordedSocket(ann, { authSessionId }));
    for (const socket of sockets) hub.connected(socket);
    const right = it.rights.grant({ playerId: ann, authSessionId: ended });
    bed.bus.publish('session', { sessionId: ended, playerId: ann });
    await bed.db.update(sessions).set({ endedAt: new Date() }).where(eq(sessions.id, lost));
    await it.settled();
    expect(sockets.map(({ closedWith }) => closedWith)).toEqual([4102, null, null]);
    expect(hub.admit(right, null)).toBeNull();
    await hub.recheck();
    expect(sockets.map(({ closedWith }) => closedWith)).toEqual([4102, 4102, null]);
  });
});

test('a socket that is ready only after its sign-in has ended is told nothing [HB-7]', async () => {
  await using it = await HubBed.open();
  const { bed, hub } = it;
  const [ann = ''] = await bed.players(1);
  const [ended, other] = [newId('s'), newId('s')];
  await bed.db.insert(sessions).values([ended, other].map((id) => ({ id, playerId: ann })));
  expect(hub.admit(it.rights.grant({ playerId: ann, authSessionId: ended }), null)).not.toBeNull();
  bed.bus.publish('session', { sessionId: ended, playerId: ann });
  await it.settled();
  const sockets = [ended, other].map((authSessionId) => new RecordedSocket(ann, { authSessionId }));
  for (const socket of sockets) hub.connected(socket);
  await it.settled();
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual([4102, null]);
  expect(sockets.map(({ sent }) => sent.length > 0)).toEqual([false, true]);
  expect(bed.presence).toEqual([`${ann} 1`]);
});

describe('nudges of another process', () => {
  test('are heard, and what was lost is made up for as soon as the bus is back [CL-37]', async () => {
    const buses = new Set<TwinBus>();
    const [theirs, ours] = [new TwinBus(buses), new TwinBus(buses)];
    await using it = await HubBed.open((bus) => {
      for (const topic of ['lobby', 'player'] as const) bus.subscribe(topic, (nudge) => theirs.publish(topic, nudge));
      return ours;
    });
    const { bed } = it;
    const [ann = '', bob = ''] = await bed.players(2);
    const lobbyId = await bed.lobby([ann]);
    const socket = await it.connect(ann);
    const count = () => socket.last('lobby')?.lobby?.memberCount;
    await bed.join(lobbyId, bob);
    await waitFor(() => count() === 2);
    ours.cut();
    await bed.leave(it.boot, lobbyId, bob);
    await it.settled();
    expect(count()).toBe(2);
    ours.mend();
    await waitFor(() => count() === 1, { timeoutMs: 3_000 });
  });
});

describe('lost nudges', () => {
  test('are made up for by looking at all versions in one query [HB-3]', async () => {
    await using it = await HubBed.open((bus) => ({
      ...bus,
      publish: bus.publish.bind(bus),
      subscribe: () => () => undefined,
      onReturn: () => () => undefined,
    }));
    const { bed, hub } = it;
    const players = await bed.players(6);
    const sockets = await Promise.all(players.map((playerId) => it.connect(playerId)));
    const { lobbyId } = await bed.playing(it.boot, players.slice(0, 2));
    await it.settled();
    for (const socket of sockets) expect(socket.last('lobby')?.lobby).toBeNull();
    await hub.recheck();
    await it.settled();
    expect(sockets.map((socket) => socket.last('lobby')?.lobby?.id)).toEqual([
      lobbyId,
      lobbyId,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(sockets.map((socket) => socket.last('match')?.match?.state)).toEqual([
      'playing',
      'playing',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    // Versions, and ended sign-ins.
    expect(await countQueries(() => hub.recheck())).toBe(2);
    await it.settled();
    expect(sockets[0]?.of('lobby')).toHaveLength(2);
  });
});

describe('many players', () => {
  test('cost as many queries as one: a snapshot is three in a transaction [HB-8]', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const connectAll = (playerIds: readonly string[]) =>
      countQueries(async () => {
        for (const playerId of playerIds) hub.connected(new RecordedSocket(playerId));
        await it.settled();
      });
    for (let lobby = 0; lobby < 3; lobby += 1) await bed.playing(it.boot, await bed.players(4));
    const everyone = (await bed.matches()).flatMap(({ seats }) => seats.flatMap(({ playerId }) => playerId ?? []));
    expect(everyone).toHaveLength(12);
    const one = await connectAll(everyone.slice(0, 1));
    expect(one).toBe(5);
    expect(await connectAll(everyone)).toBe(one);
  });

  test('share what one burst of changes costs', async () => {
    await using it = await HubBed.open();
    const { bed } = it;
    const players = await bed.players(4);
    const lobbyId = await bed.lobby(players);
    const sockets = await Promise.all(players.map((playerId) => it.connect(playerId)));
    const queries = await countQueries(async () => {
      for (let nudge = 0; nudge < 50; nudge += 1) bed.bus.publish('lobby', { lobbyId, game: 'duel' });
      await it.settled();
    });
    expect(queries).toBeLessThanOrEqual(10);
    for (const socket of sockets) expect(socket.of('lobby')).toHaveLength(1);
  });
});

describe('chat', () => {
  test('goes to all sockets of the members, and to nobody else', async () => {
    await using it = await HubBed.open();
    const { bed } = it;
    const [ann = '', bob = '', eve = ''] = await bed.players(3);
    const lobbyId = await bed.lobby([ann, bob]);
    const sockets = [ann, ann, bob, eve].map((playerId) => new RecordedSocket(playerId));
    for (const socket of sockets) it.hub.connected(socket);
    await it.settled();
    const said = ['one', 'two'].map((text) => ({
      id: newId('c'),
      lobbyId,
      playerId: bob,
      displayName: 'Player 1',
      text,
      sentAt: bed.clock.now(),
    }));
    await bed.db.insert(lobbyMessages).values(said);
    for (const { id: messageId } of said.toReversed()) bed.bus.publish('chat', { lobbyId, messageId });
    await it.settled();
    const expected = said.map(({ lobbyId: _lobbyId, ...message }) => ({
      lobbyId,
      message: { ...message, sentAt: bed.clock.now().toISOString() },
    }));
    expect(sockets.map((socket) => socket.of('chat'))).toEqual([expected, expected, expected, []]);
  });
});

describe('a watched list', () => {
  const watch = { where: { game: 'duel' }, sort: '-createdAt', limit: 5 };

  test('is answered with what is there now, as an outsider sees it, and pushed when it has changed', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const [ann = '', bob = ''] = await bed.players(2);
    const socket = await it.connect(ann);
    const lobbyId = await bed.lobby([bob]);
    const answer = (await hub.request(socket, 'watch', watch)) as { items: object[] };
    expect(answer).toMatchObject({ items: [{ id: lobbyId, version: 2, memberCount: 1 }] });
    for (const secret of ['code', 'rev', 'members']) expect(answer.items[0]).not.toHaveProperty(secret);
    await bed.join(lobbyId, ann);
    await waitFor(() => socket.of('lobbies').length > 0);
    expect(socket.last('lobbies')).toMatchObject({ items: [{ id: lobbyId, version: 3, memberCount: 2 }] });
    expect(await hub.request(socket, 'unwatch', {})).toEqual({});
  });

  test('is read once for all who watch the same, and pushed to none if it is as before', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const players = await bed.players(5);
    await bed.lobby(players.slice(0, 1));
    const sockets = await Promise.all(players.map((playerId) => it.connect(playerId)));
    let answers: unknown[] = [];
    const asked = await countQueries(async () => {
      answers = await Promise.all(sockets.map((socket) => hub.request(socket, 'watch', watch)));
    });
    expect(asked).toBe(1);
    for (const answer of answers) expect(answer).toMatchObject({ items: [{ memberCount: 1 }] });
    const same = { limit: 5, where: { game: 'duel' } };
    expect(await countQueries(() => hub.request(sockets[0] as RecordedSocket, 'watch', same))).toBe(0);
    const nothingNew = await countQueries(async () => {
      bed.bus.publish('lobby', { lobbyId: 'l_elsewhere', game: 'duel' });
      await new Promise((resolve) => setImmediate(resolve));
      await hub.request(sockets[0] as RecordedSocket, 'watch', same);
    });
    expect(nothingNew).toBe(1);
    for (const socket of sockets) expect(socket.of('lobbies')).toEqual([]);
  });

  test('is pushed at most four times a second, ends at what is there, and stops with unwatch and with the socket [HB-4]', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const players = await bed.players(16);
    const [watching, stopped, gone] = await Promise.all(players.slice(0, 3).map((playerId) => it.connect(playerId)));
    if (!watching || !stopped || !gone) throw new Error('no sockets');
    for (const socket of [watching, stopped, gone]) await hub.request(socket, 'watch', watch);
    await hub.request(stopped, 'unwatch', {});
    hub.disconnected(gone, 'dropped');
    const beganMs = performance.now();
    for (const playerId of players) await bed.lobby([playerId]);
    const newest = (await it.connect(players.at(-1) ?? '')).last('lobby')?.lobby?.id;
    await waitFor(() => watching.last('lobbies')?.items[0]?.id === newest);
    const mostPushes = 1 + Math.ceil((performance.now() - beganMs) / 250);
    expect(watching.of('lobbies').length).toBeLessThanOrEqual(mostPushes);
    expect([stopped.of('lobbies'), gone.of('lobbies')]).toEqual([[], []]);
  });

  test('is asked for by a socket eight times at once, no more; later it may ask again', async () => {
    await using it = await HubBed.open();
    const [ann = ''] = await it.bed.players(1);
    const socket = await it.connect(ann);
    const ask = (limit: number) => it.hub.request(socket, 'watch', { where: {}, limit });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => ask(index + 1)));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 8 }, () => 'fulfilled'),
      'rejected',
      'rejected',
    ]);
    expect(answers.at(-1)).toMatchObject({ reason: { code: 'rate-limited' } });
    expect(await ask(50)).toEqual({ items: [] });
  });

  test('is refused with a problem if it can not be, and the watch before goes on', async () => {
    await using it = await HubBed.open();
    const { bed, hub } = it;
    const [ann = '', bob = ''] = await bed.players(2);
    const socket = await it.connect(ann);
    await hub.request(socket, 'watch', watch);
    const refusals: [unknown, string][] = [
      [{ where: { colour: 'red' } }, 'invalid-filter'],
      [{ where: { openSlots: 'many' } }, 'invalid-filter'],
      [{ where: {}, sort: 'colour' }, 'invalid-request'],
      [{ where: {}, limit: 101 }, 'invalid-request'],
      [{}, 'invalid-request'],
      [{ where: {}, colour: 'red' }, 'invalid-request'],
      ['everything', 'invalid-request'],
    ];
    for (const [payload, code] of refusals) {
      await expect(hub.request(socket, 'watch', payload)).rejects.toMatchObject({ name: 'ProblemError', code });
    }
    await bed.lobby([bob]);
    await waitFor(() => socket.of('lobbies').length > 0);
  });

  test('and its end are all that can be asked for', async () => {
    await using it = await HubBed.open();
    expect(['watch', 'unwatch', 'constructor', 'toString', 'lobby', ''].map((name) => it.hub.knows(name))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    const [ann = ''] = await it.bed.players(1);
    await expect(it.hub.request(await it.connect(ann), 'constructor', {})).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});
