import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

describe('a stock Colyseus client', () => {
  test('takes its seat, is welcomed, and sees its own and the other player’s doings [SE-9]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    const bob = await server.join(match, 1);
    await waitFor(() => bob.gyre('welcome').length === 1 && ann.gyre('welcome').length === 1);
    expect(ann.gyre('welcome')).toEqual([
      { type: 'welcome', protocol: 1, seatIndex: 0, epoch: 1, tick: expect.any(Number), lastSeq: 0 },
    ]);
    expect(await ann.room.request('add', { by: 5 })).toEqual({ ok: true });
    expect(await bob.room.request('add', { by: 101 })).toEqual({ ok: false, refused: 'too-much' });
    bob.room.send('add', { by: 2 });
    await waitFor(() => ann.state.total === 7 && bob.state.total === 7);
    expect(ann.state).toEqual({ total: 7, perSeat: [5, 2], notes: {} });
    expect(server.log.complaints).toEqual([]);
  });

  test('gets broadcasts and what is sent to its seat alone, after the patch of the same tick [SE-9]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    const bob = await server.join(match, 1);
    await waitFor(() => ann.gyre('welcome').length === 1 && bob.gyre('welcome').length === 1);
    await ann.room.request('shout', { text: 'hello' });
    await waitFor(() => bob.messages.some(([type]) => type === 'heard'));
    expect(ann.messages.slice(1)).toEqual([
      ['heard', { seat: 0, text: 'hello' }],
      ['echo', { text: 'hello' }],
    ]);
    expect(bob.messages.slice(1)).toEqual([['heard', { seat: 0, text: 'hello' }]]);
  });

  test('sees and is answered what a step did besides, also if a message of the game can’t be sent', async () => {
    await using server = await RealtimeServer.start();
    const ann = await server.join(await server.match(), 0);
    expect(await ann.room.request('babble')).toEqual({ ok: true });
    expect(await ann.room.request('add', { by: 1 })).toEqual({ ok: true });
    await waitFor(() => ann.state.total === 2);
    expect(ann.messages.filter(([type]) => type === 'echo')).toEqual([['echo', { text: 'after it' }]]);
    expect(server.log.complaints).toHaveLength(1);
  });

  test('measures its ping', async () => {
    await using server = await RealtimeServer.start();
    const ann = await server.join(await server.match(), 0);
    expect(await new Promise((resolve) => ann.room.ping(resolve))).toEqual(expect.any(Number));
  });

  test('comes back by itself after its line was cut, to the state of now [SE-9]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    const bob = await server.join(match, 1);
    await waitFor(() => ann.gyre('welcome').length === 1);
    await ann.room.request('note', { key: 'a', text: 'gone soon' });
    const [client] = server.directory.get(match.matchId)?.clients ?? [];
    client?.ref.terminate();
    await waitFor(() => ann.dropped.length === 1);
    expect(server.events.givenUp).toEqual([]);
    await bob.room.request('note', { key: 'a', text: 'changed meanwhile' });
    await waitFor(() => ann.gyre('welcome').length === 2 && ann.reconnects === 1);
    await waitFor(() => ann.state.notes.a === 'changed meanwhile');
    // What the game sends to a seat that returns reaches it, though it was still joining.
    await waitFor(() => ann.messages.some(([type]) => type === 'back'));
    expect(ann.messages.find(([type]) => type === 'back')).toEqual(['back', { seat: 0 }]);
    expect(await ann.room.request('add', { by: 1 })).toEqual({ ok: true });
  });

  test('gives up its seat by leaving, and learns it when that is recorded [SE-5]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    const bob = await server.join(match, 1);
    expect(await ann.room.leave()).toBe(CloseCode.consented);
    await waitFor(() => server.events.givenUp.length === 1);
    expect(server.events.givenUp).toEqual([[match.matchId, 0]]);
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ givenUp: true, connected: false });
    const again = RawSocket.to(server.endpoint, server.grant(match, 0));
    await waitFor(() => again.closeCode === CloseCode.noSuchRight);
    expect(await bob.room.request('add', { by: 1 })).toEqual({ ok: true });
  });

  test('keeps its seat when it drops without a word [SE-5]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    ann.vanish();
    await waitFor(() => server.host.seat(match.matchId, 0)?.connected === false);
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ givenUp: false, taken: true });
    const back = await server.join(match, 0);
    await waitFor(() => back.gyre('welcome').length === 1);
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ connected: true, generation: 2 });
  });
});

describe('a right to a seat', () => {
  test('without a token opens only a seat that was never taken [SE-2]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const grant = server.grant(match, 0);
    const first = RawSocket.to(server.endpoint, grant);
    const second = RawSocket.to(server.endpoint, grant);
    await waitFor(() => [first.closeCode, second.closeCode].includes(CloseCode.noSuchRight));
    const taker = first.closeCode === null ? first : second;
    await waitFor(() => taker.codes.includes(CODE.join));
    taker.cut();
    await waitFor(() => server.host.seat(match.matchId, 0)?.connected === false);
    const third = RawSocket.to(server.endpoint, grant);
    await waitFor(() => third.closeCode === CloseCode.noSuchRight);
  });

  test('opens no other seat, match or player’s seat, and is not to be made up [SE-1, HD-9]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const other = await server.match();
    await server.rawJoin(match, 0);
    await server.rawJoin(match, 1);
    await server.rawJoin(other, 0);
    const right = server.grant(match, 0);
    const token = right.reconnectionToken ?? '';
    const flipped = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`;
    const attempts = {
      'a forged token': { ...right, reconnectionToken: flipped },
      'a token of nonsense': { ...right, reconnectionToken: 'x'.repeat(60) },
      'a token that no SDK sends': { ...right, reconnectionToken: 'short' },
      'the token of another seat': { ...server.grant(match, 1), reconnectionToken: token },
      'the token of another match': { ...server.grant(other, 0), reconnectionToken: token },
      'the session id of another match': { ...right, roomId: other.matchId },
      'an unknown session id': { ...right, sessionId: 'x'.repeat(22) },
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      const raw = RawSocket.to(server.endpoint, attempt);
      const code = await waitFor(() => raw.closeCode, { what });
      expect([what, code]).toEqual([what, CloseCode.noSuchRight]);
    }
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ connected: true, generation: 1 });
  });

  test('that is newer closes the older socket with 4104, and refuses its token from then on [SE-3]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const laptop = await server.rawJoin(match, 0);
    const phone = await server.rawJoin(match, 0);
    await waitFor(() => laptop.closeCode === CloseCode.replaced);
    const { sessionId } = server.grant(match, 0);
    const again = RawSocket.to(server.endpoint, { roomId: match.matchId, sessionId, reconnectionToken: laptop.token });
    await waitFor(() => again.closeCode === CloseCode.replaced);
    phone.request(1, 'add', { by: 3 });
    await waitFor(() => phone.codes.includes(CODE.response));
    // The replaced socket's end was no drop.
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ connected: true, generation: 2 });
    expect(server.events.openSockets.get(match.seats[0]?.playerId ?? '')).toBe(1);
  });

  test('is not replaced by a newer one that nobody used [SE-3]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    await waitFor(() => ann.gyre('welcome').length === 1);
    server.grant(match, 0);
    const [client] = server.directory.get(match.matchId)?.clients ?? [];
    client?.ref.terminate();
    await waitFor(() => ann.gyre('welcome').length === 2);
  });

  test('takes over from its own socket that still hangs [SE-4]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const hanging = await server.rawJoin(match, 0);
    hanging.socket.pause();
    const { sessionId } = server.grant(match, 0);
    const back = await RawSocket.entered(server.endpoint, {
      roomId: match.matchId,
      sessionId,
      reconnectionToken: hanging.token,
    });
    hanging.cut();
    await waitFor(() => server.directory.get(match.matchId)?.clients.size === 1);
    back.request(1, 'add', { by: 3 });
    await waitFor(() => back.codes.includes(CODE.response));
    expect(server.host.seat(match.matchId, 0)?.connected).toBe(true);
  });

  test('that was never used is worth nothing after a minute; the one in use stays good [SE-6]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.rawJoin(match, 0);
    const unused = server.grant(match, 0);
    server.shiftMs = 61_000;
    const late = RawSocket.to(server.endpoint, unused);
    await waitFor(() => late.closeCode === CloseCode.noSuchRight);
    ann.cut();
    const back = RawSocket.to(server.endpoint, { ...unused, reconnectionToken: ann.token });
    await waitFor(() => back.codes.includes(CODE.join));
  });

  test('keeps its seat through a drop between rejoining and the acknowledgement, again and again', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    let last = await server.rawJoin(match, 0);
    const { sessionId } = server.grant(match, 0);
    for (let round = 0; round < 5; round += 1) {
      const { token } = last;
      last.cut();
      last = RawSocket.to(server.endpoint, { roomId: match.matchId, sessionId, reconnectionToken: token });
      const rejoining = last;
      await waitFor(() => rejoining.codes.includes(CODE.join));
    }
    last.acknowledge();
    await waitFor(() => last.messages('__gyre').length === 1);
    expect(server.host.seat(match.matchId, 0)).toMatchObject({ connected: true, givenUp: false });
  });

  test('is told to come back if it is never acknowledged, and holds the seat no longer; who is in stays [HD-12]', async () => {
    await using server = await RealtimeServer.start({ patience: { acknowledgeMs: 200 } });
    const match = await server.match();
    const [silent, ready] = [0, 1].map((index) => RawSocket.to(server.endpoint, server.grant(match, index)));
    await waitFor(() => ready?.codes.includes(CODE.join));
    ready?.acknowledge();
    await waitFor(() => silent?.closeCode !== null);
    expect([silent?.closeCode, ready?.closeCode]).toEqual([CloseCode.comeBack, null]);
    await waitFor(() => server.host.seat(match.matchId, 0)?.connected === false);
    expect(server.host.seat(match.matchId, 1)?.connected).toBe(true);
    expect(server.events.openSockets).toEqual(new Map(match.seats.map(({ playerId, index }) => [playerId, index])));
  });

  test('comes to a close code of the match, where there is no room [SE-6]', async () => {
    await using server = await RealtimeServer.start();
    const right = { sessionId: 'x'.repeat(22), reconnectionToken: 'y'.repeat(60) };
    for (const code of [CloseCode.finished, CloseCode.matchAbandoned, CloseCode.incompatibleBuild]) {
      const roomId = `m_over_${code}`;
      server.events.closeCodes.set(roomId, code);
      const raw = RawSocket.to(server.endpoint, { ...right, roomId });
      await waitFor(() => raw.closeCode === code);
    }
    const unknown = RawSocket.to(server.endpoint, { ...right, roomId: 'm_unknown' });
    await waitFor(() => unknown.closeCode === CloseCode.noSuchRight);
  });

  test('waits for a room that is about to be here, and is told to come back if it isn’t in time', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.reserve();
    server.events.closeCodes.set(match.matchId, CloseCode.comeBack);
    const late = RawSocket.to(server.endpoint, server.grant(match, 1));
    await waitFor(() => late.closeCode === CloseCode.comeBack);
    const early = RawSocket.to(server.endpoint, server.grant(match, 0));
    await waitFor(() => early.socket.readyState === early.socket.OPEN);
    server.host.open(match.matchId);
    await waitFor(() => early.codes.includes(CODE.join));
    expect(early.closeCode).toBeNull();
  });
});

describe('what a joining client sees', () => {
  test('is the whole state and then every patch, no gap and none twice, while others play on [SE-8]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match(8);
    const busy = await server.join(match, 0);
    await waitFor(() => busy.gyre('welcome').length === 1);
    const allIn = new AbortController();
    const play = (async () => {
      for (let i = 0; i < 25 || !allIn.signal.aborted; i += 1) {
        // A key of its own: whoever misses one patch lacks it for good.
        busy.room.send('note', { key: `k${i}`, text: `${i}` });
        busy.room.send('add', { by: 1 });
        // A change a patch, so that there are many while the others come.
        await waitFor(() => busy.state.total > i, { everyMs: 40 });
      }
    })();
    const others = [];
    for (let seatIndex = 1; seatIndex < 8; seatIndex += 1) others.push(await server.join(match, seatIndex));
    await Promise.all(others.map((other) => waitFor(() => other.gyre('welcome').length === 1)));
    allIn.abort();
    await play;
    await busy.room.request('add', { by: 100 });
    const { total } = busy.state;
    for (const other of others) {
      await waitFor(() => other.gyre('welcome').length === 1 && other.state.total === total);
      expect(other.state).toEqual(busy.state);
      // A patch from before the full state would take the client back.
      const totals = other.states.map((state) => (state as { total: number }).total);
      expect(totals).toEqual([...totals].toSorted((a, b) => a - b));
    }
    expect(server.log.complaints).toEqual([]);
  });

  test('is the full state first, then the welcome, then patches [SE-8]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const raw = await server.rawJoin(match, 0);
    raw.request(0, 'add', { by: 1 });
    await waitFor(() => raw.codes.includes(CODE.response));
    expect(raw.codes).toEqual([CODE.join, CODE.state, CODE.data, CODE.patch, CODE.response]);
  });
});
