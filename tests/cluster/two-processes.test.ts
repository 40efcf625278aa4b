import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import { pino } from 'pino';
import { RedisConnection } from '../../src/cluster/redis-connection.ts';
import { RateLimits } from '../../src/http/rate-limits.ts';
import { SharedBuckets } from '../../src/http/shared-buckets.ts';
import type { Answer } from '../support/http.ts';
import type { LobbyBed } from '../support/lobby-bed.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { TwinBeds } from '../support/twin-beds.ts';
import { waitFor } from '../support/wait-for.ts';

let twins: TwinBeds;
let one: LobbyBed;
let two: LobbyBed;
beforeEach(async () => {
  twins = await TwinBeds.open();
  ({ one, two } = twins);
});
afterEach(async () => {
  await twins[Symbol.asyncDispose]();
});

const counts = (answers: readonly Answer[]): Record<string, number> => {
  const statuses = Object.groupBy(answers, ({ status }) => status);
  return Object.fromEntries(Object.entries(statuses).map(([status, those]) => [status, those?.length ?? 0]));
};

describe('a session that was ended at one process', () => {
  test('[CL-37] is refused by the other', async () => {
    const ann = await one.guest('Ann');
    const there = two.visitor(ann);
    expect((await there.get('/v1/players/me')).status).toBe(200);
    expect((await ann.delete('/v1/auth/sessions/current')).status).toBe(204);
    await waitFor(async () => (await there.get('/v1/players/me')).code === 'token-invalid');
  });

  test('[CL-37] is refused by the other as soon as the bus is back, if the word was lost', async () => {
    const ann = await one.guest('Ann');
    const there = two.visitor(ann);
    const { bus } = twins.twin(1);
    bus.cut();
    await ann.delete('/v1/auth/sessions/current');
    bus.mend();
    await waitFor(async () => (await there.get('/v1/players/me')).code === 'token-invalid', { timeoutMs: 3_000 });
  });

  test('[CL-37] is refused by the other within seconds, if nobody knows that the word was lost', async () => {
    const ann = await one.guest('Ann');
    const there = two.visitor(ann);
    twins.twin(1).bus.cut();
    await ann.delete('/v1/auth/sessions/current');
    await waitFor(async () => (await there.get('/v1/players/me')).code === 'token-invalid', { timeoutMs: 15_000 });
  }, 20_000);
});

describe('a request that is sent to two processes', () => {
  test('[CL-38] at the same moment under one idempotency key has one effect', async () => {
    for (let round = 0; round < 10; round += 1) {
      const ann = await one.guest('Ann');
      const headers = { 'Idempotency-Key': `key-${round}` };
      const body = { game: 'team-race' };
      const answers = await Promise.all([
        ann.post<Lobby>('/v1/lobbies', body, headers),
        two.visitor(ann).post<Lobby>('/v1/lobbies', body, headers),
      ]);
      const made = answers.filter(({ status }) => status === 201);
      expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
      const refusals = answers.filter(({ status }) => status !== 201);
      expect(refusals.filter(({ code }) => code !== 'idempotency-in-progress')).toEqual([]);
      const again = await two.visitor(ann).post<Lobby>('/v1/lobbies', body, headers);
      expect(again.headers.get('Idempotency-Replayed')).toBe('true');
      expect(again.body.id).toBe(made[0]?.body.id);
    }
  });
});

test('[CL-38] players who quick-join at two processes at the same moment fill lobbies', async () => {
  const guests = await Promise.all(Array.from({ length: 16 }, () => one.guest()));
  const order = { game: 'team-race', create: { maxPlayers: 4 } };
  const answers = await Promise.all(
    guests.map((guest, i) => (i % 2 === 0 ? guest : two.visitor(guest)).post<Lobby>('/v1/lobbies/quick-join', order)),
  );
  expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
  const { body } = await guests[0]!.get<Page<Lobby>>('/v1/lobbies?limit=100&game=team-race');
  expect(body.items.map(({ memberCount }) => memberCount)).toEqual([4, 4, 4, 4]);
});

test('[CL-39] a list that is kept in memory shows what another process has changed', async () => {
  const reader = await two.guest('Reader');
  const names = async () => {
    const { body } = await reader.get<Page<Lobby>>('/v1/lobbies?limit=100');
    return body.items.map(({ name }) => name);
  };
  const ann = await one.guest('Ann');
  const { id } = await one.gather([ann], { name: 'before' });
  await waitFor(async () => (await names()).includes('before'));
  // Asked for all the time, so that it is always in memory.
  await ann.patch(`/v1/lobbies/${id}`, { name: 'after' });
  await waitFor(async () => (await names()).join() === 'after');
  await ann.delete(`/v1/lobbies/${id}`);
  await waitFor(async () => (await names()).length === 0);
});

describe('limits', () => {
  let redis: TestRedis;
  let connection: RedisConnection;
  let limited: TwinBeds;
  beforeEach(async () => {
    redis = await startRedis();
    connection = await RedisConnection.connect({ url: redis.url, logger: pino({ level: 'silent' }) });
    const limits = () =>
      new RateLimits({ enabled: true, shared: new SharedBuckets({ redis: connection, answerMs: 20_000 }) });
    limited = await TwinBeds.open({ config: { rateLimits: true }, limits });
  });
  afterEach(async () => {
    await limited[Symbol.asyncDispose]();
    connection.close();
    await redis[Symbol.asyncDispose]();
  });

  test('[CL-35] a password may be guessed wrong five times, wherever; a right one does not count', async () => {
    const [host, eve] = await limited.one.guests('Host', 'Eve');
    const { id } = await limited.one.gather([host], { password: 'open sesame' });
    const doors = [limited.one.visitor(eve), limited.two.visitor(eve)];
    const knock = (i: number, password: string) => doors[i % 2]!.put(`/v1/lobbies/${id}/members/me`, { password });
    for (let i = 0; i < 3; i += 1) {
      expect((await knock(i, 'open sesame')).status).toBe(201);
      await doors[i % 2]!.delete(`/v1/lobbies/${id}/members/me`);
    }
    // One after another, since joins have a limit of their own; that one makes nobody wait for longer than a second.
    const beganMs = performance.now();
    const refused = new Set<number>();
    let guessed = 0;
    for (let i = 0; refused.size < 2; i += 1) {
      const { code, headers } = await knock(i, 'wrong');
      if (code === 'wrong-password') guessed += 1;
      if (Number(headers.get('Retry-After')) > 1) refused.add(i % 2);
    }
    const refilled = Math.ceil((performance.now() - beganMs) / 12_000);
    expect(guessed).toBeGreaterThanOrEqual(5);
    expect(guessed).toBeLessThanOrEqual(5 + refilled);
  }, 60_000);

  test('[CL-35] a list that is answered from memory counts at every process', async () => {
    const ann = await limited.one.guest('Ann');
    const readers = [limited.one.visitor(ann), limited.two.visitor(ann)];
    const beganMs = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => readers[i % 2]!.get<Page<Lobby>>('/v1/lobbies?limit=7')),
    );
    const passed = counts(answers)[200] ?? 0;
    // What may have come back while it took.
    const refilled = Math.ceil((performance.now() - beganMs) / 1_000);
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(5 + refilled);
    expect(counts(answers)).toEqual({ 200: passed, 429: 30 - passed });
    // By now it is a known read at both.
    await waitFor(async () => (await readers[0]!.get('/v1/lobbies?limit=7')).status === 200);
    await waitFor(async () => (await readers[1]!.get('/v1/lobbies?limit=7')).status === 200);
  });

  test('[CL-36] who is not let in at all learns that in the same order as from one process', async () => {
    const { api } = limited.two.http;
    expect((await api.get('/v1/lobbies')).code).toBe('unauthenticated');
    expect((await api.get('/v1/lobbies', { 'X-Gyre-Protocol': '0' })).code).toBe('client-too-old');
    expect((await api.send('DELETE', '/v1/lobbies')).status).toBe(405);
    expect((await api.send('OPTIONS', '/v1/lobbies')).status).toBe(204);
    expect((await api.get('/v1/nothing')).code).toBe('not-found');
  });
});
