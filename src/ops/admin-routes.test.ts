import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { ClusterView } from '../../protocol/admin.ts';
import type { OpenApiDocument } from '../http/docs/openapi.ts';
import { matches, processes } from '../store/schema.ts';
import { documentation, DocumentedApi, type Documentation } from '../../tests/support/documented-api.ts';
import { type HttpService, startHttpService } from '../../tests/support/http-service.ts';
import { adminRoutes } from './admin-routes.ts';
import { clusterView } from './cluster-view.ts';

const TOKEN = 'the operator of this test';
const AS_OPERATOR = { Authorization: `Bearer ${TOKEN}` };

let service: HttpService;
let seen: Documentation;
let operator: DocumentedApi;
let drained: (string | null)[];
beforeAll(async () => {
  service = await startHttpService({
    config: { operatorToken: TOKEN },
    routes: ({ db }) => adminRoutes({ db, drains: { drain } }),
  });
  seen = documentation((await service.api.get<OpenApiDocument>('/v1/openapi.json')).body);
  operator = new DocumentedApi(service.url, seen, AS_OPERATOR);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});
beforeEach(async () => {
  drained = [];
  await service.db.delete(matches);
  await service.db.delete(processes);
});

async function drain(incarnation: string | null): Promise<'draining' | 'unknown'> {
  drained.push(incarnation);
  return incarnation === null || incarnation === 'i_alive-one' ? 'draining' : 'unknown';
}

async function addProcess(incarnation: string, row: Partial<typeof processes.$inferInsert> = {}): Promise<void> {
  await service.db.insert(processes).values({ incarnation, state: 'alive', build: '1', ...row });
}

async function addMatch(id: string, row: Partial<typeof matches.$inferInsert> = {}): Promise<void> {
  const match = { id, game: 'connect-four', state: 'playing' as const, settings: {}, seed: 1, compat: 'c', epoch: 1 };
  await service.db.insert(matches).values({ ...match, ...row });
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test('[CL-50] the operator sees each process with what it owns, and what is parked', async () => {
  const load = { clients: 7, rooms: 3, delayMs: 1.5 };
  await addProcess('i_alive-one', { address: '127.0.0.1:1', directAddress: 'a.example/p/1', counter: 12, load });
  await addProcess('i_dead-one', { state: 'dead', endedAt: minutesAgo(1) });
  for (const id of ['m_000001', 'm_000002']) await addMatch(id, { owner: 'i_alive-one' });
  await addMatch('m_000003', { owner: 'i_alive-one', game: 'arena' });
  await addMatch('m_000004', { owner: null });
  await addMatch('m_000005', { owner: 'i_alive-one', state: 'finished' });
  const { status, body } = await operator.get<ClusterView>('/v1/admin/cluster');
  expect(status).toBe(200);
  const [alive, dead, ...others] = body.processes;
  expect(alive).toEqual({
    incarnation: 'i_alive-one',
    state: 'alive',
    build: '1',
    address: '127.0.0.1:1',
    directAddress: 'a.example/p/1',
    counter: 12,
    load,
    startedAt: expect.any(String),
    endedAt: null,
    matches: { arena: 1, 'connect-four': 2 },
  });
  expect(dead).toMatchObject({ incarnation: 'i_dead-one', state: 'dead', endedAt: expect.any(String), matches: {} });
  expect(others).toEqual([]);
  expect(body.parked).toEqual({ 'connect-four': 1 });
  expect(body.matches).toBeUndefined();
  expect(seen.faults).toEqual([]);
});

test('[CL-50] who ended long ago is shown only while matches wait in its name', async () => {
  await addProcess('i_long-gone', { state: 'dead', endedAt: minutesAgo(60) });
  await addProcess('i_owes-some', { state: 'dead', endedAt: minutesAgo(60) });
  await addMatch('m_000001', { owner: 'i_owes-some' });
  const { body } = await operator.get<ClusterView>('/v1/admin/cluster');
  expect(body.processes.map(({ incarnation }) => incarnation)).toEqual(['i_owes-some']);
});

test('[CL-51] the matches being played are named, the newest first, within a limit', async () => {
  await addMatch('m_000001', {
    owner: 'i_alive-one',
    epoch: 4,
    uncleanDeaths: 2,
    onProbation: true,
    startedAt: minutesAgo(1),
  });
  await addMatch('m_000002', { owner: null, recordedBy: 'i_dead-one' });
  await addMatch('m_000003', { state: 'reserved', owner: 'i_alive-one' });
  const { body } = await operator.get<ClusterView>('/v1/admin/cluster?matches=true');
  const plain = { game: 'connect-four', deaths: 0, uncleanDeaths: 0, onProbation: false, recordedBy: null };
  const first = { ...plain, id: 'm_000001', owner: 'i_alive-one', epoch: 4, uncleanDeaths: 2, onProbation: true };
  expect(body.matches).toEqual([
    { ...plain, id: 'm_000002', owner: null, epoch: 1, recordedBy: 'i_dead-one', startedAt: null },
    { ...first, startedAt: expect.any(String) },
  ]);
  const one = await operator.get<ClusterView>('/v1/admin/cluster?matches=true&limit=1');
  expect(one.body.matches?.map(({ id }) => id)).toEqual(['m_000002']);
  for (const query of ['limit=0', 'limit=1001', 'matches=yes', 'colour=red']) {
    expect(await operator.get(`/v1/admin/cluster?${query}`)).toMatchObject({ status: 400, code: 'invalid-request' });
  }
  expect(seen.faults).toEqual([]);
});

test('[CL-52] a drain is asked of this process or of a named one; an unknown one is 404', async () => {
  const path = '/v1/admin/drain';
  expect(await operator.post(path)).toMatchObject({ status: 202, body: { state: 'draining' } });
  expect(await operator.post(path, { incarnation: 'i_alive-one' })).toMatchObject({ status: 202 });
  expect(await operator.post(path, { incarnation: 'i_nobody-one' })).toMatchObject({ status: 404, code: 'not-found' });
  expect(drained).toEqual([null, 'i_alive-one', 'i_nobody-one']);
  expect(await operator.post(path, { incarnation: 7 })).toMatchObject({ status: 400 });
  expect(drained).toHaveLength(3);
  expect(seen.faults).toEqual([]);
});

test('[CL-53] the routes are closed to everybody but the operator, and to everybody without a token in the configuration', async () => {
  const player = await service.api.signIn();
  const callers = [service.api, service.api.as(player), service.api.with({ Authorization: `Bearer ${TOKEN}x` })];
  for (const caller of callers) {
    expect(await caller.get('/v1/admin/cluster')).toMatchObject({ status: 401 });
    expect(await caller.post('/v1/admin/drain')).toMatchObject({ status: 401 });
  }
  await using closed = await startHttpService({ routes: ({ db }) => adminRoutes({ db, drains: { drain } }) });
  for (const token of [TOKEN, 'null', 'undefined']) {
    const caller = closed.api.with({ Authorization: `Bearer ${token}` });
    expect(await caller.get('/v1/admin/cluster')).toMatchObject({ status: 401, code: 'token-invalid' });
    expect(await caller.post('/v1/admin/drain')).toMatchObject({ status: 401, code: 'token-invalid' });
  }
  expect(drained).toEqual([]);
});

test('[CL-50] it is of one moment: counts and names agree while matches change hands', async () => {
  for (const incarnation of ['i_alive-one', 'i_alive-two']) await addProcess(incarnation);
  await service.db.execute(sql`
    insert into matches (id, game, state, settings, seed, compat, owner, epoch)
    select 'm_00000' || n, 'arena', 'playing', '{}', 1, 'c', 'i_alive-one', 1 from generate_series(1, 50) n`);
  const looking = new AbortController();
  const moving = (async () => {
    for (let n = 0; !looking.signal.aborted; n += 1)
      await service.db.update(matches).set({ owner: `i_alive-${n % 2 ? 'one' : 'two'}` });
  })();
  try {
    for (let look = 0; look < 100; look += 1) {
      const { processes: rows, matches: named = [] } = await clusterView(service.db, 100);
      const counts = rows.map(({ incarnation, matches: { arena = 0 } }) => [incarnation, arena]);
      const owned = rows.map(({ incarnation }) => [
        incarnation,
        named.filter(({ owner }) => owner === incarnation).length,
      ]);
      expect(counts).toEqual(owned);
    }
  } finally {
    looking.abort();
    await moving;
  }
});
