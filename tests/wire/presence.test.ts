/** "Presence" of the wire contract, as far as a few seconds show it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { waitFor } from '../support/wait-for.ts';
import { Player } from './support/player.ts';
import { type Guest, join, reaches, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const connectedIn = (lobby: unknown) => (lobby as Lobby | null)?.members?.map(({ connected }) => connected);
const awayIn = (lobby: unknown) => connectedIn(lobby)?.filter((connected) => !connected).length ?? 0;

/** Hears of a lobby by a hub, which keeps its player connected, and says nothing else. */
async function watchBy(guest: Guest): Promise<Player> {
  const hub = await Player.hub(wire, guest);
  await hub.hears('match');
  return hub;
}

test('[PR-1] who has just called is connected, without any socket', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id } = await wire.gather([ann, bob]);
  expect(connectedIn(await see(ann, id))).toEqual([true, true]);
});

test('[PR-1] the close of a hub is a sign of life: nobody is away at once', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id } = await wire.gather([ann, bob]);
  await using hub = await watchBy(ann);
  const other = await watchBy(bob);
  other.cut();
  await bob.post(`/v1/lobbies/${id}/messages`, { text: 'still here' });
  await hub.hears('chat');
  expect(connectedIn(await see(ann, id))).toEqual([true, true]);
});

test('[PR-1, LO-8, LO-11] after 15 s without a sign one is not connected: the host is followed, a countdown stops', async () => {
  const [ann, bob, cid, zoe] = await wire.guests('Ann', 'Bob', 'Cid', 'Zoe');
  await using hub = await watchBy(cid);
  await using still = await watchBy(zoe);
  const gathered = await wire.gather([ann, bob, cid]);
  const lonely = await wire.gather([zoe]);
  const lastSignMs = performance.now();
  expect((await join(zoe, lonely.id)).status).toBe(200);
  const isAway = ({ lobby }: Record<string, unknown>) => awayIn(lobby) > 0;
  await waitFor(() => hub.of('lobby').some(isAway), { timeoutMs: 19_000, what: 'somebody who is away' });
  expect(performance.now() - lastSignMs).toBeGreaterThan(14_000);
  const both = await hub.hears('lobby', ({ lobby }) => awayIn(lobby) === 2);
  const lobby = both.lobby as Lobby;
  expect(lobby.version).toBeGreaterThan(gathered.version);
  // Ann was away, and so was Bob: the next is whoever is connected.
  expect([lobby.hostId, connectedIn(lobby)]).toEqual([cid.id, [false, false, true]]);
  expect(still.of('lobby').at(-1)?.lobby).toMatchObject({ hostId: zoe.id });
  // Only connected members count for a start.
  const alone = await cid.post(`/v1/lobbies/${gathered.id}/start`);
  expect([alone.code, alone.body.needed]).toEqual(['too-few-players', 2]);
  // Any call is a sign of life.
  await bob.get('/v1/players/me');
  await waitFor(async () => connectedIn(await see(cid, gathered.id))?.[1]);
  await ready(bob, gathered.id);
  expect((await cid.post(`/v1/lobbies/${gathered.id}/start`, { countdownMs: 0 })).status).toBe(202);
  const { matchId } = await reaches(cid, gathered.id, 'in-match');
  const { seats } = (await cid.get<{ seats: { playerId: string }[] }>(`/v1/matches/${matchId}`)).body;
  expect(new Set(seats.map(({ playerId }) => playerId))).toEqual(new Set([bob.id, cid.id]));
}, 40_000);
