import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { TestPlayer } from '../../tests/support/http.ts';
import { type HttpParts, type HttpService, startHttpService } from '../../tests/support/http-service.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { reports } from '../store/schema.ts';
import { newId } from '../store/ids.ts';
import { purgeKept } from './idempotency-store.ts';
import { ProblemError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

/** POST writes a row and answers with its id; `fail` rolls it back with a problem, `hold` waits to be let go. */
function routes({ db }: HttpParts): readonly Route[] {
  const spec = {
    summary: 'Writes a row',
    tag: 'Rows',
    auth: 'player',
    body: z.strictObject({ fail: z.boolean().optional(), hold: z.boolean().optional(), note: z.unknown().optional() }),
    responses: { 201: { description: 'Written.', body: z.object({ id: z.string() }), etag: true, location: true } },
  } as const;
  const handler: Parameters<typeof defineRoute<'player'>>[0]['handler'] = ({ player, body, transact }) =>
    transact(async (tx) => {
      const { fail, hold } = body as { fail?: boolean; hold?: boolean };
      const id = newId('x');
      await tx.sql.insert(reports).values({ id, lobbyId: 'l', reporterId: player.id, playerId: 'p', reason: 'r' });
      if (hold) await gate.promise;
      if (fail) throw new ProblemError('wrong-state', 'Not now.');
      return { status: 201, body: { id, none: null }, version: 7, location: `/v1/rows/${id}` };
    });
  return [
    defineRoute({ ...spec, method: 'POST', path: '/v1/rows', handler }),
    defineRoute({ ...spec, method: 'POST', path: '/v1/rows/{id}/more', handler }),
    defineRoute({ ...spec, method: 'POST', path: '/v1/seat', handler, idempotent: false }),
    defineRoute({ ...spec, method: 'PUT', path: '/v1/rows', handler }),
    defineRoute({
      ...spec,
      method: 'POST',
      path: '/v1/careless',
      handler: async ({ player }) => {
        await db
          .insert(reports)
          .values({ id: newId('x'), lobbyId: 'l', reporterId: player.id, playerId: 'p', reason: 'r' });
        return { status: 201, body: {} };
      },
    }),
  ];
}

let gate = Promise.withResolvers<void>();
let service: HttpService;
let ann: TestPlayer;
let calls = 0;
beforeAll(async () => {
  service = await startHttpService({ routes });
  ann = await service.api.signIn('Ann');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const newKey = () => ({ 'Idempotency-Key': `key-${(calls += 1)}` });
const post = (path: string, body: unknown, headers: Record<string, string>, who = ann) =>
  service.api.as(who).post<{ id: string }>(path, body, headers);

test('a replay repeats status, body, ETag and Location, says so, and has no effect', async () => {
  const key = newKey();
  const first = await post('/v1/rows', { note: 1 }, key);
  const before = await countRows();
  const second = await post('/v1/rows', { note: 1 }, key);
  expect(second).toMatchObject({ status: 201, body: first.body });
  for (const name of ['ETag', 'Location']) expect(second.headers.get(name)).toBe(first.headers.get(name));
  expect(first.headers.get('Location')).toBe(`/v1/rows/${first.body.id}`);
  expect([first.headers.get('Idempotency-Replayed'), second.headers.get('Idempotency-Replayed')]).toEqual([
    null,
    'true',
  ]);
  expect(await countRows()).toBe(before);
});

test('twenty identical requests at once have one effect; each gets its answer or 409 idempotency-in-progress', async () => {
  const key = newKey();
  const before = await countRows();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/rows', {}, key)));
  expect(await countRows()).toBe(before + 1);
  const created = answers.filter(({ status }) => status === 201);
  expect(new Set(created.map(({ body }) => body.id)).size).toBe(1);
  expect(created.filter(({ headers }) => !headers.has('Idempotency-Replayed'))).toHaveLength(1);
  for (const { status, code } of answers)
    expect([201, 409]).toContain(status === 409 && code === 'idempotency-in-progress' ? 409 : status);
});

test('while the first runs, the second is 409 idempotency-in-progress, retryable; afterwards a replay', async () => {
  gate = Promise.withResolvers();
  const key = newKey();
  const first = post('/v1/rows', { hold: true }, key);
  await waitFor(async () => (await heldLocks()) > 0, { what: 'the first request in its transaction' });
  const second = await post('/v1/rows', { hold: true }, key);
  expect(second).toMatchObject({ status: 409, code: 'idempotency-in-progress', body: { retryable: true } });
  gate.resolve();
  const { body } = await first;
  expect(await post('/v1/rows', { hold: true }, key)).toMatchObject({ status: 201, body });
});

test.each([
  ['the order of keys', { note: { a: 1, b: [1.0, 2] } }, '{"note":{"b":[1,2e0],"a":1}}', 201],
  ['another number', { note: 1 }, '{"note":2}', 422],
  ['another order of an array', { note: [1, 2] }, '{"note":[2,1]}', 422],
  ['text for a number', { note: 1 }, '{"note":"1"}', 422],
  ['{} for a body that was left out', undefined, '{}', 201],
])('the second body differs in %s: %j then %s gives %d', async (_, first, second, status) => {
  const key = newKey();
  await post('/v1/rows', first, key);
  const answer = await service.api.as(ann).send('POST', '/v1/rows', { raw: second, headers: key });
  expect(answer).toMatchObject({ status, code: status === 422 ? 'idempotency-mismatch' : null });
});

test('after a problem the key is free, and nothing of the failed request is left', async () => {
  const key = newKey();
  const before = await countRows();
  expect(await post('/v1/rows', { fail: true }, key)).toMatchObject({ status: 409, code: 'wrong-state' });
  expect(await countRows()).toBe(before);
  expect(await post('/v1/rows', {}, key)).toMatchObject({ status: 201 });
});

test('a key counts per player, per method and per concrete path', async () => {
  const bob = await service.api.signIn('Bob');
  const key = newKey();
  const answers = [
    await post('/v1/rows', {}, key),
    await post('/v1/rows', {}, key, bob),
    await post('/v1/rows/x_00000001/more', {}, key),
    await post('/v1/rows/x_00000002/more', {}, key),
    await service.api.as(ann).put<{ id: string }>('/v1/rows', {}, key),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(5);
});

test('elsewhere a key is ignored, valid or not: on a PUT, on a POST that says so, on sign-in', async () => {
  const key = newKey();
  expect((await post('/v1/seat', {}, key)).body.id).not.toBe((await post('/v1/seat', {}, key)).body.id);
  expect(await service.api.as(ann).put('/v1/rows', {}, { 'Idempotency-Key': 'x'.repeat(65) })).toMatchObject({
    status: 201,
  });
  expect(await service.api.post('/v1/auth/guest', {}, { 'Idempotency-Key': 'with space' })).toMatchObject({
    status: 201,
  });
});

test.each(['', 'with space', 'x'.repeat(65), 'ümlaut'])('the key %j is 400', async (value) => {
  const answer = await post('/v1/rows', {}, { 'Idempotency-Key': value });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter: 'Idempotency-Key' }] } });
});

test('a key is forgotten after 24 hours, and the purge removes it', async () => {
  await using own = await startHttpService({ routes });
  const bob = await own.api.signIn();
  const key = newKey();
  const first = await own.api.as(bob).post<{ id: string }>('/v1/rows', {}, key);
  own.clock.advance(24 * 3_600_000 + 1);
  const fresh = await own.api.post<typeof bob>('/v1/auth/guest', { deviceKey: bob.deviceKey });
  const second = await own.api.as(fresh.body).post<{ id: string }>('/v1/rows', { note: 2 }, key);
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first.body.id);
  own.clock.advance(24 * 3_600_000 + 1);
  await purgeKept(own.db, own.clock.now());
  const { rows } = await own.db.execute(sql`select from idempotency_keys`);
  expect(rows).toHaveLength(0);
});

test('a route that has its effect outside of transact() is found out', async () => {
  expect(await post('/v1/careless', {}, newKey())).toMatchObject({ status: 500, code: 'internal' });
});

async function countRows(): Promise<number> {
  const { rows } = await service.db.execute<{ n: number }>(sql`select count(*)::int as n from reports`);
  return rows[0]?.n ?? 0;
}

async function heldLocks(): Promise<number> {
  const { rows } = await service.db.execute<{ n: number }>(
    sql`select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]?.n ?? 0;
}
