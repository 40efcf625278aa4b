/** What the wire contract promises outlives a stop and a start. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { grantOf, Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

test('[ST-8, SV-5] players, lobbies, matches, keys and ended sessions do; sockets are told to come back', async () => {
  const [ann, bob, cid, dan, eve] = await wire.guests('Ann', 'Bob', 'Cid', 'Dan', 'Eve');
  const { matchId, lobbyId } = await wire.duel(ann, bob);
  const open = await wire.gather([cid], { password: 'sesame', settings: { laps: 7 }, data: { members: { a: 1 } } });
  const key = { 'Idempotency-Key': randomUUID() };
  const made = await dan.post('/v1/lobbies', { game: 'team-race' }, key);
  expect((await eve.delete('/v1/auth/sessions/current')).status).toBe(204);
  await using stock = await Player.take(wire, ann, matchId);
  const { colyseus } = await grantOf(bob, matchId);
  await using raw = await RawPlayer.take(wire, colyseus);
  raw.socket.gyre(1, 'drop', { column: 3 }, true);
  const { ok } = await raw.hears('reply');
  const cellsOf = () => [...(stock.room.state as { cells: Iterable<number> }).cells];
  await waitFor(
    () => cellsOf().filter((cell) => cell !== 0).length === (ok === true ? 1 : 0) && cellsOf().length === 42,
  );
  const before = cellsOf();
  let comebacks = 0;
  stock.room.reconnection.maxRetries = 200;
  stock.room.onReconnect(() => {
    comebacks += 1;
  });

  await wire.gyre.restart();

  expect(await raw.closed()).toBe(4010);
  await waitFor(() => comebacks > 0, { what: 'the stock client' });
  expect(cellsOf()).toEqual(before);
  await using back = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: raw.token });
  expect(back.gyre('welcome')[0]).toMatchObject({ seatIndex: 1, lastSeq: 1 });
  expect(Number(back.gyre('welcome')[0]?.epoch)).toBeGreaterThan(Number(raw.gyre('welcome')[0]?.epoch));
  back.socket.gyre(1, 'drop', { column: 3 }, true);
  expect(await back.hears('reply')).toEqual(raw.gyre('reply')[0]);

  expect((await grantOf(bob, matchId)).colyseus.sessionId).toBe(colyseus.sessionId);
  expect(await see(ann, lobbyId)).toMatchObject({ state: 'in-match', matchId });
  expect(await see(cid, open.id)).toMatchObject({
    version: open.version,
    hasPassword: true,
    settings: { laps: 7 },
    rev: 1,
  });
  const again = await dan.post('/v1/lobbies', { game: 'team-race' }, key);
  expect([again.status, again.body, again.headers.get('Idempotency-Replayed')]).toEqual([201, made.body, 'true']);
  expect((await eve.get('/v1/players/me')).code).toBe('token-invalid');
  const { refreshToken } = ann.signedIn.session;
  expectOk(await wire.anyone.post('/v1/auth/refresh', { refreshToken }), 200);
}, 40_000);
