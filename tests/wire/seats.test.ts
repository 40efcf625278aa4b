/** "Matches and seats" of the wire contract: rights to seats, with a stock SDK and with bare sockets. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { grantOf, Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { expectGrant } from './support/shapes.ts';
import { reaches, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

async function duel() {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  return { ann, bob, ...(await wire.duel(ann, bob)) };
}

interface Board {
  readonly cells: number[];
  readonly turn: number;
  readonly turnEndsAtMs: number;
}
const boardOf = (player: Player): Board => (player.room.state as { toJSON(): Board }).toJSON();
const isLoaded = (player: Player) => boardOf(player).cells?.length === 42;

test('[SE-1] a right has the shape of the contract, a token only once the seat was taken', async () => {
  const { ann, bob, matchId } = await duel();
  const first = await grantOf(ann, matchId);
  expectGrant(first, false);
  expect(first).toMatchObject({ role: 'player', matchId, game: 'connect-four', seatIndex: 0, directAddress: null });
  expect(first.colyseus).toMatchObject({ name: 'connect-four', roomId: matchId });
  expect((await grantOf(bob, matchId)).seatIndex).toBe(1);
  const again = expectOk(await ann.post<typeof first>(`/v1/matches/${matchId}/seat`, { spectate: false }), 200);
  expect(again).toEqual(first);
  await using _ = await Player.use(wire, first);
  const taken = await grantOf(ann, matchId);
  expectGrant(taken, true);
  expect(taken.colyseus.sessionId).toBe(first.colyseus.sessionId);
});

test('[SE-9] a stock SDK joins with the right as it is, sees the state, plays and comes back', async () => {
  const { ann, bob, matchId } = await duel();
  await using first = await Player.take(wire, ann, matchId);
  await using second = await Player.take(wire, bob, matchId);
  await waitFor(() => isLoaded(first) && isLoaded(second));
  const { cells, turn, turnEndsAtMs } = boardOf(first);
  expect([cells.filter((cell) => cell !== 0), [0, 1].includes(turn), Number.isInteger(turnEndsAtMs)]).toEqual([
    [],
    true,
    true,
  ]);
  const [mover, waiter] = turn === 0 ? [first, second] : [second, first];
  expect(await mover.room.request('drop', { column: 3 })).toEqual({ ok: true });
  expect(await mover.room.request('drop', { column: 3 })).toEqual({ ok: false, refused: 'not-your-turn' });
  await waitFor(() => boardOf(waiter).turn !== turn);
  // Row-major from the top: the bottom row's fourth cell.
  expect(boardOf(waiter).cells.flatMap((cell, index) => (cell === 0 ? [] : [[index, cell]]))).toEqual([[38, turn + 1]]);
  let comebacks = 0;
  waiter.room.onReconnect(() => {
    comebacks += 1;
  });
  waiter.room.connection.close();
  await waitFor(() => comebacks === 1, { what: 'a reconnect' });
  expect(await waiter.room.request('drop', { column: 3 })).toEqual({ ok: true });
  await waitFor(() => boardOf(mover).turn === turn);
  expect(boardOf(mover).cells[31]).toBe(2 - turn);
});

test('[MA-2] the end of a match is told with its result, and closes with 4100', async () => {
  const { ann, bob, matchId, lobbyId } = await duel();
  await using winner = await Player.take(wire, ann, matchId);
  await using loser = await RawPlayer.take(wire, (await grantOf(bob, matchId)).colyseus);
  loser.socket.data('resign');
  const told = await loser.hears('result');
  expect(await loser.closed()).toBe(4100);
  await waitFor(() => winner.left);
  expect(winner.left).toBe(4100);
  const [heard] = winner.of('__gyre').filter(({ type }) => type === 'result');
  expect(heard).toEqual(told);
  expect(told).toEqual({
    type: 'result',
    result: (await ann.get(`/v1/matches/${matchId}`)).body.result,
  });
  expect((await see(ann, lobbyId)).lastMatchId).toBe(matchId);
  const late = RawPlayer.knock(wire, { roomId: matchId, sessionId: 'x'.repeat(22) });
  expect(await late.closed()).toBe(4100);
});

test('[SE-3, HD-9] a newer right replaces older sockets and tokens with 4104, once it is used', async () => {
  const { ann, matchId } = await duel();
  const first = await grantOf(ann, matchId);
  await using one = await RawPlayer.take(wire, first.colyseus);
  expect(one.token).toMatch(/^[A-Za-z0-9_-]{43,128}$/);
  const second = await grantOf(ann, matchId);
  const third = await grantOf(ann, matchId);
  // Handed out is not used.
  one.socket.request(1, 'drop', { column: 3 });
  await waitFor(() => one.socket.codes.includes(22), { what: 'a response' });
  await using two = await RawPlayer.take(wire, second.colyseus);
  expect(await one.closed()).toBe(4104);
  const back = RawPlayer.knock(wire, { ...first.colyseus, reconnectionToken: one.token });
  expect(await back.closed()).toBe(4104);
  await using three = await RawPlayer.take(wire, third.colyseus);
  expect(await two.closed()).toBe(4104);
  const late = RawPlayer.knock(wire, second.colyseus);
  expect(await late.closed()).toBe(4104);
  expect(three.socket.closeCode).toBeNull();
});

test('[SE-4] reconnecting keeps the generation, again and again, and takes over a socket that hangs', async () => {
  const { ann, matchId } = await duel();
  const { colyseus } = await grantOf(ann, matchId);
  await using first = await RawPlayer.take(wire, colyseus);
  let token = first.token;
  for (let again = 0; again < 3; again += 1) {
    await using player = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: token });
    token = player.token;
    expect(player.gyre('welcome')[0]).toMatchObject({ seatIndex: 0, lastSeq: 0 });
  }
  expect(await first.closed()).toBe(4104);
  await using last = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: first.token });
  expect(last.socket.closeCode).toBeNull();
});

test('[SE-2] without a token a session id opens only a seat that was never taken', async () => {
  const { ann, matchId } = await duel();
  const { colyseus } = await grantOf(ann, matchId);
  const bare = { roomId: colyseus.roomId, sessionId: colyseus.sessionId };
  await using first = await RawPlayer.take(wire, colyseus);
  expect(await RawPlayer.knock(wire, bare).closed()).toBe(4109);
  first.socket.cut();
  expect(await RawPlayer.knock(wire, bare).closed()).toBe(4109);
});

test('[SE-6] unknown rights close with 4109', async () => {
  const { ann, bob, matchId } = await duel();
  const { colyseus } = await grantOf(ann, matchId);
  await using player = await RawPlayer.take(wire, colyseus);
  await using other = await RawPlayer.take(wire, (await grantOf(bob, matchId)).colyseus);
  const { roomId, sessionId } = colyseus;
  for (const right of [
    { roomId, sessionId: 'x'.repeat(22) },
    { roomId, sessionId: '' },
    { roomId: 'm_AAAAAAAAAAAA', sessionId },
    { roomId: 'hub', sessionId },
    { roomId, sessionId, reconnectionToken: 'x'.repeat(60) },
    { roomId, sessionId, reconnectionToken: other.token },
    { roomId, sessionId, reconnectionToken: `${player.token}x` },
    { roomId, sessionId: 'x'.repeat(22), reconnectionToken: player.token },
  ]) {
    expect([right, await RawPlayer.knock(wire, right).closed()]).toEqual([right, 4109]);
  }
  expect([player.socket.closeCode, other.socket.closeCode]).toEqual([null, null]);
});

test('[SE-5] leaving on purpose gives the seat up for good; dropping does not', async () => {
  const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
  const { id } = await wire.gather([ann, bob, cid]);
  for (const guest of [bob, cid]) expectOk(await guest.patch(`/v1/lobbies/${id}/members/me`, { ready: true }), 200);
  const { matchId } = await wire.play(ann, id);
  const { colyseus } = await grantOf(bob, matchId);
  await using stays = await Player.take(wire, ann, matchId);
  await using drops = await Player.take(wire, cid, matchId);
  const leaver = new Player((await Player.use(wire, await grantOf(bob, matchId))).room);
  expect(await leaver.room.leave(true)).toBe(4000);
  const refused = await waitFor(async () => {
    const answer = await bob.post(`/v1/matches/${matchId}/seat`);
    return answer.status === 200 ? null : answer;
  });
  expect(refused.code).toBe('not-in-match');
  expect(await RawPlayer.knock(wire, colyseus).closed()).toBe(4109);
  drops.cut();
  expectOk(await cid.post(`/v1/matches/${matchId}/seat`), 200);
  expect(stays.left).toBeNull();
});

test('leaving connect four loses it', async () => {
  const { ann, bob, lobbyId, matchId } = await duel();
  await using winner = await Player.take(wire, ann, matchId);
  await using loser = await Player.take(wire, bob, matchId);
  await loser.room.leave(true);
  await waitFor(() => winner.left);
  expect(winner.left).toBe(4100);
  const { lastMatchId } = await reaches(ann, lobbyId, 'open');
  expect(lastMatchId).toBe(matchId);
  expect((await ann.get(`/v1/matches/${matchId}`)).body.result).toMatchObject({
    placements: [
      { playerId: ann.id, place: 1 },
      { playerId: bob.id, place: 2 },
    ],
  });
});

test('[RQ-10, HD-7] Colyseus’ own ways to a room are closed', async () => {
  const [ann] = await wire.guests('Ann');
  for (const method of ['create', 'joinOrCreate', 'join', 'joinById', 'reconnect']) {
    const answer = await ann.send('POST', `/matchmake/${method}/connect-four`, { raw: '{}' });
    expect([method, answer.status, answer.code]).toEqual([method, 404, 'not-found']);
    // Not just an address that nobody knows: it is closed.
    expect(answer.body).toMatchObject({ detail: 'Seats are given out at /v1/matches/{id}/seat.' });
  }
});
