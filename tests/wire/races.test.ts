/** The rules of the wire contract's lobbies when many act at the same time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectOk } from './support/client.ts';
import { type Guest, join, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

type Crowd = [Guest, ...Guest[]];

test('[LO-12] eight who are ready at once start one countdown', async () => {
  const crowd = (await wire.crowd(8)) as Crowd;
  const { id } = await wire.gather(crowd, { startMode: 'all-ready' });
  const before = await see(crowd[0], id);
  const answers = await Promise.all(crowd.map((guest) => ready(guest, id)));
  expect(answers.filter(({ state }) => state === 'countdown')).toHaveLength(1);
  const after = await see(crowd[0], id);
  expect([after.state, after.version]).toEqual(['countdown', before.version + 8]);
});

test('twenty starts at once start one countdown', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id } = await wire.gather([ann, bob]);
  await ready(bob, id);
  const starts = Array.from({ length: 20 }, () => ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 }));
  const codes = (await Promise.all(starts)).map(({ status, code }) => code ?? status);
  expect(codes.filter((code) => code === 202)).toHaveLength(1);
  expect(codes.filter((code) => code === 'wrong-state')).toHaveLength(19);
});

test('[LO-8] eight who leave at once close the lobby, and are free', async () => {
  const crowd = (await wire.crowd(8)) as Crowd;
  const { id } = await wire.gather(crowd);
  const left = await Promise.all(crowd.map((guest) => guest.delete(`/v1/lobbies/${id}/members/me`)));
  expect(left.map(({ status }) => status)).toEqual(crowd.map(() => 204));
  expect((await crowd[0].get(`/v1/lobbies/${id}`)).code).toBe('not-found');
  const made = await Promise.all(crowd.map((guest) => guest.post('/v1/lobbies', { game: 'team-race' })));
  expect(made.map(({ status }) => status)).toEqual(crowd.map(() => 201));
});

test('[LO-17] nobody is left in a lobby that closes while they join', async () => {
  const [host, ...others] = (await wire.crowd(8)) as Crowd;
  const { id } = await wire.gather([host]);
  const joins = others.map((guest) => join(guest, id));
  const [closed, ...joined] = await Promise.all([host.delete(`/v1/lobbies/${id}`), ...joins]);
  expect(closed.status).toBe(204);
  expect(joined.filter(({ status, code }) => status !== 201 && code !== 'not-found')).toEqual([]);
  const players = await Promise.all(others.map((guest) => guest.get('/v1/players/me')));
  expect(players.map(({ body }) => body.lobbyId)).toEqual(others.map(() => null));
});

test('[LO-17] a team never has more than its places, however many choose it at once', async () => {
  const crowd = (await wire.crowd(8)) as Crowd;
  const { id } = await wire.gather(crowd);
  const choose = (guest: Guest) => guest.patch<Lobby>(`/v1/lobbies/${id}/members/me`, { team: 'red' });
  const answers = await Promise.all(crowd.map(choose));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  expect(answers.filter(({ code }) => code === 'team-full')).toHaveLength(4);
  const { members } = await see(crowd[0], id);
  expect(members?.filter(({ team }) => team === 'red')).toHaveLength(4);
});

test('[LO-3] fifty changes at once raise the version by fifty', async () => {
  const ann = await wire.guest();
  const { id } = await wire.gather([ann]);
  const patches = Array.from({ length: 50 }, (_, index) =>
    ann.patch<Lobby>(`/v1/lobbies/${id}`, { name: `Name ${index}` }),
  );
  const versions = (await Promise.all(patches)).map((answer) => expectOk(answer, 200).version);
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));
});

test('[HO-1] a start against a leave either plays without the leaver or stays open with a reason', async () => {
  for (let round = 0; round < 5; round += 1) {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id } = await wire.gather([ann, bob, cid]);
    await Promise.all([ready(bob, id), ready(cid, id)]);
    const [started, left] = await Promise.all([
      ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 0 }),
      cid.delete(`/v1/lobbies/${id}/members/me`),
    ]);
    expect([started.status, left.status]).toEqual([202, 204]);
    const { reason, memberCount, matchId } = await waitFor(async () => {
      const lobby = await see(ann, id);
      return lobby.state === 'in-match' || lobby.reason !== null ? lobby : null;
    });
    expect(memberCount).toBe(2);
    expect(matchId === null).toBe(reason !== null);
    expect((await cid.get('/v1/players/me')).body).toMatchObject({ lobbyId: null, matchId: null });
  }
}, 60_000);

test('[RQ-5] a key that is used on many joins by code at once joins once', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id, code } = await wire.gather([ann]);
  const key = { 'Idempotency-Key': randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => bob.post('/v1/lobbies/join-by-code', { code }, key)),
  );
  const fresh = answers.filter(({ status, headers }) => status === 200 && headers.get('Idempotency-Replayed') === null);
  expect(fresh).toHaveLength(1);
  expect((await see(ann, id)).version).toBe(2);
});
