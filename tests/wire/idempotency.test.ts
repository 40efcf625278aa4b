/** "Idempotency-Key" of the wire contract's conventions. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WireAnswer } from './support/answers.ts';
import { expectOk } from './support/client.ts';
import { join, ready, see, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const fresh = () => ({ 'Idempotency-Key': randomUUID() });
const isReplay = ({ headers }: WireAnswer<unknown>) => headers.get('Idempotency-Replayed') === 'true';

function expectReplay(again: WireAnswer<unknown>, first: WireAnswer<unknown>): void {
  expect([again.status, again.body]).toEqual([first.status, first.body]);
  for (const header of ['ETag', 'Location']) expect(again.headers.get(header)).toBe(first.headers.get(header));
  expect([isReplay(first), isReplay(again)]).toEqual([false, true]);
  expect(again.headers.get('X-Request-Id')).not.toBe(first.headers.get('X-Request-Id'));
}

test('[RQ-5] a replay repeats status, body, ETag and Location, even when things went on', async () => {
  const ann = await wire.guest();
  const key = fresh();
  const first = await ann.post('/v1/lobbies', { game: 'team-race', name: 'One' }, key);
  expect([first.status, first.headers.get('ETag')]).toEqual([201, '"1"']);
  expectOk(await ann.patch(`/v1/lobbies/${String(first.body.id)}`, { name: 'Two' }), 200);
  expectReplay(await ann.post('/v1/lobbies', { name: 'One', game: 'team-race' }, key), first);
  expect((await see(ann, String(first.body.id))).name).toBe('Two');
});

test('[RQ-5] holds on every POST of a signed-in player but seat and hub', async () => {
  const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
  const made = await ann.post('/v1/lobbies', { game: 'team-race' });
  const lobby = `/v1/lobbies/${String(made.body.id)}`;
  const twice = async (guest: typeof ann, path: string, body: object) => {
    const key = fresh();
    const first = await guest.post(path, body, key);
    expect(first.status).toBeLessThan(300);
    expectReplay(await guest.post(path, body, key), first);
    return first;
  };
  await twice(bob, '/v1/lobbies/join-by-code', { code: made.body.code });
  await twice(cid, '/v1/lobbies/quick-join', { game: 'connect-four', create: {} });
  const said = await twice(bob, `${lobby}/messages`, { text: 'once' });
  const { items } = (await ann.get<{ items: unknown[] }>(`${lobby}/messages`)).body;
  expect(items).toEqual([said.body]);
  await twice(bob, `${lobby}/reports`, { playerId: ann.id, reason: 'why not' });
  await ready(bob, String(made.body.id));
  await twice(ann, `${lobby}/start`, { countdownMs: 10_000 });
});

test('is ignored elsewhere', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const key = fresh();
  const deviceKey = 'd'.repeat(40);
  expect((await wire.anyone.post('/v1/auth/guest', { deviceKey }, key)).status).toBe(201);
  const again = await wire.anyone.post('/v1/auth/guest', { deviceKey, displayName: 'Other' }, key);
  expect([again.status, isReplay(again)]).toEqual([200, false]);
  const hubs = [await ann.post('/v1/hub', {}, key), await ann.post('/v1/hub', undefined, key)];
  expect(hubs.map((answer) => [answer.status, isReplay(answer)])).toEqual([
    [200, false],
    [200, false],
  ]);
  const { id } = await wire.gather([bob]);
  for (const name of ['One', 'Two']) {
    const patched = await bob.patch(`/v1/lobbies/${id}`, { name }, key);
    expect([patched.status, patched.body.name, isReplay(patched)]).toEqual([200, name, false]);
  }
  for (const status of [201, 200]) {
    const joined = await ann.put(`/v1/lobbies/${id}/members/me`, {}, key);
    expect([joined.status, isReplay(joined)]).toEqual([status, false]);
  }
  const bad = { 'Idempotency-Key': 'x'.repeat(65) };
  expect((await bob.patch(`/v1/lobbies/${id}`, { name: 'Three' }, bad)).status).toBe(200);
  expect((await bob.post('/v1/hub', {}, bad)).status).toBe(200);
  expect((await wire.anyone.post('/v1/auth/guest', {}, bad)).status).toBe(201);
});

test('is 1 to 64 visible ASCII characters, else 400', async () => {
  const ann = await wire.guest();
  const { id } = await wire.gather([ann]);
  const say = (key: string) => ann.post(`/v1/lobbies/${id}/messages`, { text: 'hi' }, { 'Idempotency-Key': key });
  for (const key of ['x'.repeat(65), 'two words', 'caf\u00e9'])
    expect([key, (await say(key)).code]).toEqual([key, 'invalid-request']);
  for (const key of ['!', '~'.repeat(64), '"quoted"']) expect([key, (await say(key)).status]).toEqual([key, 201]);
});

test('[RQ-5] with another JSON value is 422; the order of fields and spaces make no other value', async () => {
  const ann = await wire.guest();
  const key = fresh();
  const send = (raw: string) => ann.send('POST', '/v1/lobbies', { raw, headers: key });
  const first = await send('{"game":"team-race","settings":{"laps":4,"items":["a","b"]}}');
  expectReplay(await send('{ "settings": { "items": ["a", "b"], "laps": 4.0 }, "game": "team-race" }'), first);
  expect((await send('{"game":"team-race","settings":{"laps":4,"items":["b","a"]}}')).code).toBe(
    'idempotency-mismatch',
  );
  expect((await send('{"game":"team-race","settings":{"laps":4,"items":["a","b"]},"name":"x"}')).code).toBe(
    'idempotency-mismatch',
  );
  expectReplay(await send('{"game":"team-race","settings":{"laps":4,"items":["a","b"]}}'), first);
});

test('is a player’s own, and of one concrete path', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const key = fresh();
  const [first, other] = [await wire.gather([ann]), await wire.gather([bob])];
  const say = (guest: typeof ann, lobbyId: string) =>
    guest.post(`/v1/lobbies/${lobbyId}/messages`, { text: 'hi' }, key);
  const answers = [await say(ann, first.id), await say(bob, other.id), await say(ann, first.id)];
  expect(answers.map((answer) => [answer.status, isReplay(answer)])).toEqual([
    [201, false],
    [201, false],
    [201, true],
  ]);
  await ann.delete(`/v1/lobbies/${first.id}/members/me`);
  await join(ann, other.id);
  const elsewhere = await say(ann, other.id);
  expect([elsewhere.status, isReplay(elsewhere)]).toEqual([201, false]);
});

test('[RQ-5] is free again after a problem', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const key = fresh();
  const { id } = await wire.gather([ann]);
  const start = () => ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 }, key);
  expect((await start()).code).toBe('too-few-players');
  expectOk(await join(bob, id), 201);
  await ready(bob, id);
  const second = await start();
  expect([second.status, isReplay(second)]).toEqual([202, false]);
  expect((await ann.post(`/v1/lobbies`, { game: 'chess' }, key)).code).toBe('invalid-request');
  await ann.delete(`/v1/lobbies/${id}`);
  expect((await ann.post(`/v1/lobbies`, { game: 'team-race' }, key)).status).toBe(201);
});

test('a replay comes before all that the resource would say', async () => {
  const ann = await wire.guest();
  const key = fresh();
  const { id } = await wire.gather([ann]);
  const first = await ann.post(`/v1/lobbies/${id}/messages`, { text: 'hi' }, key);
  await ann.delete(`/v1/lobbies/${id}`);
  expectReplay(await ann.post(`/v1/lobbies/${id}/messages`, { text: 'hi' }, { ...key, 'If-Match': '"999"' }), first);
  expect((await ann.post(`/v1/lobbies/${id}/messages`, { text: 'other' }, key)).code).toBe('idempotency-mismatch');
  expect((await ann.post(`/v1/lobbies/${id}/messages`, { text: '' }, key)).code).toBe('invalid-request');
  expect((await ann.post(`/v1/lobbies/${id}/messages`, { text: 'hi' })).code).toBe('not-found');
});

test('[RQ-5] fifty at the same time happen once; who is too early hears that it is in progress', async () => {
  const ann = await wire.guest();
  const key = fresh();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ann.post('/v1/lobbies', { game: 'team-race' }, key)),
  );
  const made = answers.filter(({ status }) => status === 201);
  expect(made.filter((answer) => !isReplay(answer))).toHaveLength(1);
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
  const others = answers.filter(({ status }) => status !== 201).map(({ code }) => code);
  expect(others.filter((code) => code !== 'idempotency-in-progress')).toEqual([]);
  const late = await ann.post('/v1/lobbies', { game: 'team-race' }, key);
  expect([late.status, isReplay(late)]).toEqual([201, true]);
});
