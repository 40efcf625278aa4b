import { expect, test } from '@jest/globals';
import {
  type Answer,
  problem,
  type Script,
  type ScriptedServer,
  scriptedServer,
} from '../tests/support/scripted-server.ts';
import { GyreError } from './gyre-error.ts';
import { HttpClient, type HttpRequest, type TokenSource } from './http-client.ts';

function clientOf(server: ScriptedServer, signal = new AbortController().signal): HttpClient {
  return new HttpClient({ endpoint: server.url, fetch: globalThis.fetch.bind(globalThis), signal });
}

/** Answers once with `first`, then with 200. */
function onceThenFine(first: Answer | 'reset'): Script {
  let calls = 0;
  return () => (calls++ === 0 ? first : { status: 200, body: { fine: true } });
}

const busy = (seconds = '0'): Answer => ({ ...problem('draining', 503), headers: { 'Retry-After': seconds } });
const limited: Answer = { ...problem('rate-limited', 429), headers: { 'Retry-After': '0' } };

test.each<[string, HttpRequest, Answer | 'reset']>([
  ['a GET whose connection broke', { method: 'GET', path: '/v1/x' }, 'reset'],
  ['a GET that met 503', { method: 'GET', path: '/v1/x' }, busy()],
  ['a GET that met 429', { method: 'GET', path: '/v1/x' }, limited],
  ['a GET that met a proxy’s 502', { method: 'GET', path: '/v1/x' }, { status: 502, body: '<html>bad gateway</html>' }],
  ['a PUT whose connection broke', { method: 'PUT', path: '/v1/x', body: {} }, 'reset'],
  ['a POST under a key whose connection broke', { method: 'POST', path: '/v1/x', body: {}, keyed: true }, 'reset'],
  ['a POST under a key that met 503', { method: 'POST', path: '/v1/x', body: {}, keyed: true }, busy()],
  ['a POST that may be repeated as it is', { method: 'POST', path: '/v1/x', repeatable: true }, 'reset'],
  ['a PATCH that met 429, which did nothing', { method: 'PATCH', path: '/v1/x', body: {} }, limited],
])('[SD-6] tried again: %s', async (_what, request, first) => {
  await using server = await scriptedServer(onceThenFine(first));
  expect(await clientOf(server).anonymous(request)).toEqual({ fine: true });
  expect(server.calls).toHaveLength(2);
});

test.each<[string, HttpRequest, Answer | 'reset', string]>([
  ['a POST without a key whose connection broke', { method: 'POST', path: '/v1/x', body: {} }, 'reset', 'network'],
  ['a PATCH whose connection broke', { method: 'PATCH', path: '/v1/x', body: {} }, 'reset', 'network'],
  ['a DELETE that met 503', { method: 'DELETE', path: '/v1/x' }, busy(), 'draining'],
  ['a GET that met 404', { method: 'GET', path: '/v1/x' }, problem('not-found', 404), 'not-found'],
  ['a GET that met 500', { method: 'GET', path: '/v1/x' }, problem('internal', 500), 'internal'],
  ['a GET that is to wait for a minute', { method: 'GET', path: '/v1/x' }, busy('60'), 'draining'],
  ['what its caller tries again itself', { method: 'GET', path: '/v1/x', once: true }, 'reset', 'network'],
])('[SD-6] not tried again: %s', async (_what, request, first, code) => {
  await using server = await scriptedServer(onceThenFine(first));
  await expect(clientOf(server).anonymous(request)).rejects.toMatchObject({ name: 'GyreError', code });
  expect(server.calls).toHaveLength(1);
});

test('[SD-6] all tries of a POST carry the same Idempotency-Key, and two POSTs carry two', async () => {
  await using server = await scriptedServer(onceThenFine('reset'));
  const client = clientOf(server);
  const request: HttpRequest = { method: 'POST', path: '/v1/x', body: {}, keyed: true };
  await client.anonymous(request);
  await client.anonymous(request);
  const [first, again, other] = server.calls.map(({ headers }) => headers['idempotency-key']);
  expect(first).toMatch(/^[\w-]{22}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('tries end: a server that stays away is a retryable network error', async () => {
  await using server = await scriptedServer(() => busy());
  const failure = clientOf(server).anonymous({ method: 'GET', path: '/v1/x' });
  await expect(failure).rejects.toMatchObject({ code: 'draining', retryable: true, retryAfterMs: 0 });
  expect(server.calls).toHaveLength(4);
});

test('[SD-8] a problem becomes an error with all that it says', async () => {
  const errors = [{ pointer: '#/settings/turnMs', code: 'too-small', detail: 'must be at least 5000' }];
  await using server = await scriptedServer(() => problem('already-in-lobby', 409, { lobbyId: 'l_1', errors }));
  const caught: unknown = await clientOf(server)
    .anonymous({ method: 'GET', path: '/v1/x' })
    .catch((error: unknown) => error);
  expect(GyreError.is(caught, 'already-in-lobby')).toBe(true);
  expect(caught).toMatchObject({
    status: 409,
    retryable: false,
    retryAfterMs: null,
    requestId: 'r_12345678',
    detail: 'because of already-in-lobby',
    errors,
    extensions: { lobbyId: 'l_1' },
  });
});

test('[SD-8] an answer that is not JSON is unexpected, whatever its status', async () => {
  await using server = await scriptedServer(() => ({ status: 200, body: '<html>' }));
  const failure = clientOf(server).anonymous({ method: 'POST', path: '/v1/x' });
  await expect(failure).rejects.toMatchObject({ code: 'unexpected-response', status: 200 });
});

test('204 is no body', async () => {
  await using server = await scriptedServer(() => ({ status: 204 }));
  expect(await clientOf(server).anonymous({ method: 'DELETE', path: '/v1/x' })).toBeUndefined();
});

test('a closed client gives up at once what is under way', async () => {
  const closing = new AbortController();
  await using server = await scriptedServer(() => {
    closing.abort();
    return new Promise(() => undefined);
  });
  const failure = clientOf(server, closing.signal).anonymous({ method: 'GET', path: '/v1/x' });
  await expect(failure).rejects.toMatchObject({ code: 'closed' });
});

test('an expired token is renewed once, and the request goes out again with the new one', async () => {
  await using server = await scriptedServer(({ headers }) =>
    headers.authorization === 'Bearer new' ? { status: 200, body: {} } : problem('token-expired', 401),
  );
  const renewed: string[] = [];
  const tokens: TokenSource = {
    accessToken: async () => 'old',
    renew: async (stale) => {
      renewed.push(stale);
      return 'new';
    },
  };
  await clientOf(server).authorized({ method: 'POST', path: '/v1/x', body: {}, keyed: true }, tokens);
  expect(renewed).toEqual(['old']);
  const keys = server.calls.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toBe(keys[1]);
});

test('every request says which contract it speaks, and carries no cookies', async () => {
  await using server = await scriptedServer(() => ({ status: 200, body: {} }));
  await clientOf(server).anonymous({ method: 'PATCH', path: '/v1/x', body: {}, ifMatch: '"3"' });
  expect(server.calls[0]?.headers).toMatchObject({
    'x-gyre-protocol': '1',
    'content-type': 'application/merge-patch+json',
    'if-match': '"3"',
  });
});
