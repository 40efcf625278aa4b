/** "Which one. The first that applies": each request below is guilty of two neighbours in the contract's order. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { TestPlayer } from '../../tests/support/http.ts';
import { type HttpService, startHttpService } from '../../tests/support/http-service.ts';
import { requireVersion } from './if-match.ts';
import { RateLimits } from './rate-limits.ts';
import { ProblemError } from './problem.ts';
import { defineRoute } from './route.ts';

/** The resource has version 3. Anyone but its host is turned away; `rule: false` breaks its own rule. */
const thing = defineRoute({
  method: 'POST',
  path: '/v1/things/{id}',
  summary: 'A thing',
  tag: 'Things',
  auth: 'player',
  limit: 'create',
  body: z.strictObject({ host: z.boolean().optional(), rule: z.boolean().optional() }),
  responses: { 200: { description: 'Done.', body: z.object({}), etag: true } },
  handler: ({ params, body, ifMatch, transact }) =>
    transact(async () => {
      if (params.id !== 't_00000000') throw new ProblemError('not-found', 'No such thing.');
      if (body.host === false) throw new ProblemError('not-host', 'Not yours.');
      requireVersion(ifMatch, 3);
      if (body.rule === false) throw new ProblemError('wrong-state', 'Not now.', { extensions: { state: 'x' } });
      return { status: 200, body: {}, version: 3 };
    }),
});

let open: HttpService;
let limited: HttpService;
let ann: TestPlayer;
beforeAll(async () => {
  open = await startHttpService({ routes: () => [thing] });
  limited = await startHttpService({
    routes: () => [thing],
    databaseUrl: open.databaseUrl,
    // Its time stands still: nothing is given back while a test makes its requests.
    shared: { limits: new RateLimits({ enabled: true, nowMs: () => 0 }) },
  });
  ann = await open.api.signIn();
});
afterAll(async () => {
  await limited[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});

const THING = '/v1/things/t_00000000';
const big = JSON.stringify({ host: 'x'.repeat(70_000) });
const guilty = {
  'client-too-old': { headers: { 'X-Gyre-Protocol': '0' } },
  'not-found': { path: '/v1/nothing' },
  'method-not-allowed': { method: 'PUT' },
  'not-acceptable': { headers: { Accept: 'text/html' } },
  unauthenticated: { headers: { Authorization: '' } },
  'body-too-large': { raw: big },
  'unsupported-media-type': { raw: 'x', headers: { 'Content-Type': 'text/plain' } },
  'invalid-request': { raw: '{' },
} as const;
type Guilt = { method?: string; path?: string; raw?: string; headers?: Readonly<Record<string, string>> };

const ORDER = [
  ['client-too-old', 426],
  ['not-found', 404],
  ['method-not-allowed', 405],
  ['not-acceptable', 406],
  ['unauthenticated', 401],
  ['body-too-large', 413],
  ['unsupported-media-type', 415],
  ['invalid-request', 400],
] as const;

const pairs = ORDER.flatMap(([code, status], i) => ORDER.slice(i + 1).map(([later]) => [code, status, later] as const))
  // These two are both about the same bytes.
  .filter(([code, , later]) => !(code === 'unsupported-media-type' && later === 'invalid-request'));

test.each(pairs)('[RQ-2] %s (%d) comes before %s', async (code, status, later) => {
  const [first, second]: [Guilt, Guilt] = [guilty[code], guilty[later]];
  const request = { ...second, ...first, headers: { ...second.headers, ...first.headers } };
  const answer = await send(request);
  expect(answer).toMatchObject({ status, code });
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
});

test('a body of the wrong type comes before its content (415 before 400)', async () => {
  expect(await send({ raw: '{', headers: { 'Content-Type': 'text/plain' } })).toMatchObject({ status: 415 });
});

test('the limit of the address (429) comes before 426, and the limit of the player after 401 and before 413', async () => {
  const player = await open.api.signIn();
  const caller = limited.api.as(player);
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await caller.post(THING, {})).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect(await caller.send('POST', THING, { raw: big })).toMatchObject({ status: 429, code: 'rate-limited' });
  expect(await limited.api.send('POST', THING, { raw: big })).toMatchObject({ status: 401 });
  expect(await limited.api.post(THING, {}, { 'X-Gyre-Protocol': '0' })).toMatchObject({ status: 426 });
  // 60 at once for the address: enough requests without a token use that up.
  await Promise.all(Array.from({ length: 60 }, () => limited.api.post(THING, {})));
  const answer = await limited.api.post(THING, {}, { 'X-Gyre-Protocol': '0' });
  expect(answer).toMatchObject({ status: 429, code: 'rate-limited', body: { retryable: true } });
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
});

test('400 comes before a replay, a replay before 404', async () => {
  const key = { 'Idempotency-Key': 'k-1' };
  const caller = open.api.as(ann);
  expect(await caller.post(THING, {}, key)).toMatchObject({ status: 200 });
  expect(await caller.post(THING, { nonsense: 1 }, key)).toMatchObject({ status: 400 });
  expect(await caller.post(THING, { host: false }, key)).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
  expect(await caller.post('/v1/things/t_11111111', { host: false }, key)).toMatchObject({ status: 404 });
  const replayed = await caller.post(THING, {}, { ...key, 'If-Match': '"2"' });
  expect(replayed).toMatchObject({ status: 200 });
  expect(replayed.headers.get('Idempotency-Replayed')).toBe('true');
});

test.each([
  ['not-found (404) before not-host', '/v1/things/t_11111111', { host: false }, 404],
  ['not-host (403) before 412', THING, { host: false }, 403],
  ["412 before the rule's own", THING, { rule: false }, 412],
])('%s', async (_, path, body, status) => {
  expect(await open.api.as(ann).post(path, body, { 'If-Match': '"2"' })).toMatchObject({ status });
});

test('412 tells the present version, and a matching If-Match lets through', async () => {
  const stale = await open.api.as(ann).post(THING, {}, { 'If-Match': '"2"' });
  expect(stale).toMatchObject({ status: 412, code: 'version-mismatch', body: { version: 3 } });
  for (const tag of ['"3"', 'W/"3"', '*']) {
    expect(await open.api.as(ann).post(THING, {}, { 'If-Match': tag })).toMatchObject({ status: 200 });
  }
  expect(await open.api.as(ann).post(THING, {}, { 'If-Match': '"abc"' })).toMatchObject({ status: 412 });
  expect(await open.api.as(ann).post(THING, {}, { 'If-Match': '3' })).toMatchObject({ status: 400 });
});

test('405 lists what is possible', async () => {
  const answer = await open.api.as(ann).get(THING);
  expect(answer.status).toBe(405);
  expect(answer.headers.get('Allow')).toBe('OPTIONS, POST');
});

function send({ method = 'POST', path = THING, raw, headers = {} }: Guilt) {
  const signedIn = { Authorization: `Bearer ${ann.session.accessToken}` };
  return open.api.send(method, path, { raw: raw ?? '{}', headers: { ...signedIn, ...headers } });
}
