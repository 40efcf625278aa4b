import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { PROBLEMS } from '../protocol/problems.ts';
import type { Answer, TestPlayer } from '../tests/support/http.ts';
import { type HttpService, startHttpService } from '../tests/support/http-service.ts';
import { OpenApiCheck } from '../tests/support/openapi-check.ts';
import { createTestDatabase } from '../tests/support/postgres.ts';
import type { OpenApiDocument } from './http/docs/openapi.ts';
import { defineRoute } from './http/route.ts';

/** Answers with a version, an empty 204 or a fault of the service. */
const routes = [
  defineRoute({
    method: 'GET',
    path: '/v1/versions/{id}',
    summary: 'Has a version',
    tag: 'Test',
    auth: 'player',
    responses: { 200: { description: 'It.', body: z.object({ id: z.string() }), etag: true } },
    handler: async ({ params }) => ({ status: 200, body: { id: params.id }, version: 4 }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/v1/versions/{id}',
    summary: 'Deletes it',
    tag: 'Test',
    auth: 'player',
    responses: { 204: { description: 'Gone.' } },
    handler: async () => ({ status: 204 }),
  }),
  defineRoute({
    method: 'POST',
    path: '/v1/broken',
    summary: 'Broken',
    tag: 'Test',
    auth: 'none',
    responses: {},
    handler: async () => {
      throw new Error('the secret reason');
    },
  }),
];

const lines: string[] = [];
let service: HttpService;
let ann: TestPlayer;
let document: OpenApiDocument;
beforeAll(async () => {
  service = await startHttpService({ routes: () => routes, logTo: (line) => lines.push(line) });
  ann = await service.api.signIn('Ann');
  document = (await service.api.get<OpenApiDocument>('/v1/openapi.json')).body;
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

test('/livez is 200 while the process lives, /readyz while it may be sent requests', async () => {
  await using own = await startHttpService();
  expect((await own.api.get('/livez')).status).toBe(200);
  expect((await own.api.get('/readyz')).status).toBe(200);
  own.health.draining();
  const drained = await own.api.get('/readyz');
  expect(drained).toMatchObject({ status: 503, code: 'draining', body: { retryable: true } });
  expect(Number(drained.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect((await own.api.get('/livez')).status).toBe(200);
});

test('GET /v1/games shows each game with its settings, without a token', async () => {
  const { status, body } = await service.api.get<{ items: unknown[] }>('/v1/games');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    nextCursor: null,
    items: [{ name: 'connect-four', defaultSettings: { turnMs: 30_000 } }],
  });
});

test('a fault of the service is 500 without its reason, which is logged once under the request id', async () => {
  lines.length = 0;
  const answer = await service.api.post('/v1/broken');
  expect(answer).toMatchObject({ status: 500, code: 'internal', body: { retryable: false } });
  expect(JSON.stringify(answer.body)).not.toContain('secret reason');
  const logged = lines.filter((line) => line.includes('the secret reason'));
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain(answer.headers.get('X-Request-Id'));
});

test('a database that is away is 503 dependency-unavailable with Retry-After, and not ready', async () => {
  await using own = await startHttpService();
  await using elsewhere = await createTestDatabase();
  await onDatabase(elsewhere.url, `drop database ${new URL(own.databaseUrl).pathname.slice(1)} with (force)`);
  const answer = await own.api.post('/v1/auth/guest');
  expect(answer).toMatchObject({ status: 503, code: 'dependency-unavailable', body: { retryable: true } });
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect(await own.api.get('/readyz')).toMatchObject({ status: 503, code: 'dependency-unavailable' });
});

test('ETag comes with Vary: Authorization, and If-None-Match gives 304 without a body', async () => {
  const first = await service.api.as(ann).get('/v1/versions/v_00000001');
  expect([first.headers.get('ETag'), first.headers.get('Vary')]).toEqual(['"4"', 'Authorization']);
  for (const tag of ['"4"', 'W/"4"', '"3", "4"', '*']) {
    const again = await service.api.as(ann).get('/v1/versions/v_00000001', { 'If-None-Match': tag });
    expect(again).toMatchObject({ status: 304, body: null });
    expect(again.headers.get('ETag')).toBe('"4"');
  }
  expect((await service.api.as(ann).get('/v1/versions/v_00000001', { 'If-None-Match': '"3"' })).status).toBe(200);
});

test('HEAD answers as GET does, without a body; OPTIONS says what is possible', async () => {
  const head = await service.api.as(ann).send('HEAD', '/v1/versions/v_00000001');
  expect(head).toMatchObject({ status: 200, body: null });
  expect(head.headers.get('ETag')).toBe('"4"');
  expect(Number(head.headers.get('Content-Length'))).toBeGreaterThan(2);
  const options = await service.api.send('OPTIONS', '/v1/versions/v_00000001');
  expect(options.status).toBe(204);
  expect(options.headers.get('Allow')).toBe('DELETE, GET, HEAD, OPTIONS');
});

test('me in a path stands for the caller', async () => {
  expect((await service.api.as(ann).get('/v1/versions/me')).body).toEqual({ id: ann.player.id });
});

test.each(Object.keys(PROBLEMS))('[RQ-1] /problems/%s explains the code', async (code) => {
  const answer = await service.api.get<string>(`/problems/${code}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Content-Type')).toContain('text/html');
  expect(answer.body).toContain(`<code>${code}</code>`);
});

test('the documentation is one page that loads nothing, scripts least of all', async () => {
  const { status, headers, body } = await service.api.get<string>('/docs');
  expect(status).toBe(200);
  expect(headers.get('Content-Security-Policy')).toContain("default-src 'self'");
  expect(headers.has('X-Powered-By')).toBe(false);
  for (const { path } of routes) expect(body).toContain(path);
  // The icon is in the page, which the policy has to allow.
  const icon = /<link rel="icon" href="data:image\/svg\+xml,[^"<>]+">/;
  expect(body).toMatch(icon);
  expect(headers.get('Content-Security-Policy')).toMatch(/img-src [^;]*data:/);
  expect(body.replace(icon, '')).not.toMatch(/<script|<link|<img|src=/);
});

test('the OpenAPI document has every route, each under a name of its own', () => {
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.values(item as Record<string, { operationId: string }>),
  );
  expect(document.openapi).toBe('3.1.0');
  expect(operations.length).toBeGreaterThan(routes.length + 6);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test('the OpenAPI document shows a request and its answer by example', () => {
  const guest = document.paths?.['/v1/auth/guest']?.post;
  expect(guest?.requestBody).toMatchObject({ content: { 'application/json': { example: { displayName: 'Ann' } } } });
  expect(guest?.responses?.['201']).toMatchObject({
    content: { 'application/json': { example: { player: { displayName: 'Ann' } } } },
  });
});

test('the OpenAPI document tells what a request may carry', () => {
  const guest = document.paths?.['/v1/auth/guest']?.post;
  expect(guest).toMatchObject({ security: [], requestBody: { required: false } });
  expect(guest?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          properties: { displayName: { anyOf: [{ type: 'string', minLength: 1, maxLength: 24 }, { type: 'null' }] } },
        },
      },
    },
  });
  const refresh = document.paths?.['/v1/auth/refresh']?.post;
  expect(refresh).toMatchObject({ requestBody: { required: true } });
  const patch = document.paths?.['/v1/players/me']?.patch?.requestBody as { content: object };
  expect(Object.keys(patch.content)).toEqual(['application/merge-patch+json', 'application/json']);
});

const CALLS: readonly (readonly [method: string, path: string, status: number, send: () => Promise<Answer>])[] = [
  ['POST', '/v1/auth/guest', 201, () => service.api.post('/v1/auth/guest')],
  ['POST', '/v1/auth/guest', 200, () => service.api.post('/v1/auth/guest', { deviceKey: ann.deviceKey })],
  ['POST', '/v1/auth/guest', 400, () => service.api.post('/v1/auth/guest', { deviceKey: 1 })],
  ['POST', '/v1/auth/guest', 415, () => service.api.post('/v1/auth/guest', {}, { 'Content-Type': 'text/plain' })],
  [
    'POST',
    '/v1/auth/refresh',
    200,
    () => service.api.post('/v1/auth/refresh', { refreshToken: ann.session.refreshToken }),
  ],
  ['POST', '/v1/auth/refresh', 401, () => service.api.post('/v1/auth/refresh', { refreshToken: 'x' })],
  ['GET', '/v1/players/me', 200, () => service.api.as(ann).get('/v1/players/me')],
  ['GET', '/v1/players/me', 401, () => service.api.get('/v1/players/me')],
  ['PATCH', '/v1/players/me', 200, () => service.api.as(ann).patch('/v1/players/me', { displayName: 'Anna' })],
  ['GET', '/v1/players/{id}', 200, () => service.api.as(ann).get(`/v1/players/${ann.player.id}`)],
  ['GET', '/v1/players/{id}', 404, () => service.api.as(ann).get('/v1/players/nobody')],
  ['GET', '/v1/games', 200, () => service.api.get('/v1/games')],
  ['GET', '/v1/games', 406, () => service.api.get('/v1/games', { Accept: 'text/html' })],
  ['GET', '/v1/games', 426, () => service.api.get('/v1/games', { 'X-Gyre-Protocol': '0' })],
  ['GET', '/v1/openapi.json', 200, () => service.api.get('/v1/openapi.json')],
  ['GET', '/v1/versions/{id}', 200, () => service.api.as(ann).get('/v1/versions/v_00000001')],
  [
    'GET',
    '/v1/versions/{id}',
    304,
    () => service.api.as(ann).get('/v1/versions/v_00000001', { 'If-None-Match': '"4"' }),
  ],
  ['DELETE', '/v1/versions/{id}', 204, () => service.api.as(ann).delete('/v1/versions/v_00000001')],
  ['POST', '/v1/broken', 500, () => service.api.post('/v1/broken')],
  ['DELETE', '/v1/auth/sessions/current', 204, () => service.api.as(ann).delete('/v1/auth/sessions/current')],
];

test.each(CALLS)('%s %s answers %d as the OpenAPI document says', async (method, path, status, send) => {
  const answer = await send();
  expect(answer.status).toBe(status);
  expect(new OpenApiCheck(document).faults({ method, path, answer })).toEqual([]);
});

async function onDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
