/** "Problems" of the wire contract, CORS, HEAD and OPTIONS. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rawRequest } from '../support/raw-http.ts';
import type { WireProblem } from './support/answers.ts';
import { expectOk } from './support/client.ts';
import { type Guest, ready, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

const CODES = `invalid-request invalid-filter invalid-cursor unauthenticated token-expired token-invalid token-reused
  not-host not-member wrong-password kicked banned not-in-match not-found no-lobby method-not-allowed not-acceptable
  lobby-full already-in-lobby not-ready too-few-players team-full wrong-state match-over idempotency-in-progress
  version-mismatch body-too-large unsupported-media-type idempotency-mismatch lobby-locked client-too-old rate-limited
  internal draining dependency-unavailable no-capacity match-moving`.split(/\s+/);

describe('a problem', () => {
  test('[RQ-1] has a type that the server itself explains, for every code', async () => {
    for (const code of CODES) {
      const { status, headers, text } = await wire.anyone.get(`/problems/${code}`);
      expect([code, status]).toEqual([code, 200]);
      expect(headers.get('Content-Type')).toMatch(/^text\/html/);
      expect(text).toContain(code);
    }
    expect((await wire.anyone.get('/problems/no-such-problem')).status).toBe(404);
  });

  test('is the example of the contract', async () => {
    const [ann, bob, cid] = await wire.guests('Ann', 'Bob', 'Cid');
    const { id: lobbyId } = await wire.gather([ann, bob], { maxPlayers: 2 });
    const { headers, body } = await cid.put(`/v1/lobbies/${lobbyId}/members/me`, {});
    expect(body).toEqual({
      type: '/problems/lobby-full',
      title: 'The lobby is full',
      status: 409,
      code: 'lobby-full',
      detail: expect.stringContaining(lobbyId),
      requestId: headers.get('X-Request-Id'),
      retryable: false,
      errors: [],
    });
    expect(body.requestId).toMatch(/^r_/);
  });

  test('[RQ-3] names all faults of a body, each by its pointer', async () => {
    const ann = await wire.guest();
    const body = { game: 'team-race', name: '', maxPlayers: 'many', settings: { laps: 0 }, surprise: 1 };
    const problem = await ann.post<WireProblem>('/v1/lobbies', body);
    const pointers = problem.body.errors.map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['#/name', '#/maxPlayers', '#/surprise']));
  });

  test('escapes what stands in a pointer', async () => {
    const ann = await wire.guest();
    const { body } = await ann.post<WireProblem>('/v1/lobbies', { game: 'team-race', settings: { 'a/b~c': 1 } });
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(['#/settings/a~1b~0c']);
  });
});

describe('[RQ-2] of several things that are wrong, the first is answered', () => {
  const big = 'x'.repeat(70_000);
  const old = { 'X-Gyre-Protocol': '0' };
  const html = { Accept: 'text/html' };
  const text = { 'Content-Type': 'text/plain' };
  const key = { 'Idempotency-Key': 'two words' };
  const stale = { 'If-Match': '"999"' };
  const known = '/v1/lobbies';

  test('426, unknown route, 405, 406, 401, 413, 415, 400, resource 404', async () => {
    const ann = await wire.guest();
    const nobody = wire.anyone;
    const cases = [
      ['client-too-old', nobody, 'BREW', '/v1/nowhere', { ...old, ...html }, big],
      ['not-found', nobody, 'PUT', '/v1/nowhere', { ...html, ...text }, big],
      ['method-not-allowed', nobody, 'PUT', known, { ...html, ...text }, big],
      ['not-acceptable', nobody, 'POST', known, { ...html, ...text }, big],
      ['unauthenticated', nobody, 'POST', known, text, big],
      ['token-invalid', nobody.with({ Authorization: 'Bearer x' }), 'POST', known, text, big],
      ['body-too-large', ann, 'POST', known, { ...text, ...key }, big],
      ['unsupported-media-type', ann, 'POST', known, { ...text, ...key }, 'not json'],
      ['invalid-request', ann, 'POST', '/v1/lobbies/l_AAAAAAAAAAAA/start', { ...key, ...stale }, '{}'],
      ['invalid-request', ann, 'PATCH', '/v1/lobbies/l_AAAAAAAAAAAA', stale, '{"name":""}'],
      ['not-found', ann, 'PATCH', '/v1/lobbies/l_AAAAAAAAAAAA', stale, '{"name":"x"}'],
    ] as const;
    for (const [code, client, method, path, headers, raw] of cases.slice(1)) {
      expect([method, path, (await client.send(method, path, { headers, raw })).code]).toEqual([method, path, code]);
    }
    expect((await nobody.send('PUT', '/v1/nowhere', { headers: { ...old, ...html }, raw: big })).code).toBe(
      'client-too-old',
    );
  });

  test('not-member, not-host, 412, and then the rule’s own', async () => {
    const [ann, bob, eve] = await wire.guests('Ann', 'Bob', 'Eve');
    const { id: lobbyId, version } = await wire.gather([ann, bob]);
    const start = (guest: Guest, headers: Record<string, string>) =>
      guest.post(`/v1/lobbies/${lobbyId}/start`, {}, headers);
    expect((await start(eve, stale)).code).toBe('not-member');
    expect((await start(bob, stale)).code).toBe('not-host');
    expect((await start(ann, stale)).code).toBe('version-mismatch');
    expect((await start(ann, { 'If-Match': `"${version}"` })).code).toBe('not-ready');
    const team = (guest: Guest) => guest.patch(`/v1/lobbies/${lobbyId}/members/me`, { ready: true }, stale);
    expect([(await team(eve)).code, (await team(bob)).code]).toEqual(['not-member', 'version-mismatch']);
  });

  test('a start is wrong-state, then too-few-players, then not-ready', async () => {
    const [ann, bob] = await wire.guests('Ann', 'Bob');
    const { id: lobbyId } = await wire.gather([ann], { startMode: 'all-ready' });
    const start = async () => (await ann.post(`/v1/lobbies/${lobbyId}/start`)).code;
    expect(await start()).toBe('wrong-state');
    expectOk(await ann.patch(`/v1/lobbies/${lobbyId}`, { startMode: 'host' }), 200);
    expect(await start()).toBe('too-few-players');
    expectOk(await bob.put(`/v1/lobbies/${lobbyId}/members/me`, {}), 201);
    expect(await start()).toBe('not-ready');
    await ready(bob, lobbyId);
    expect(await start()).toBeNull();
  });
});

describe('methods', () => {
  test('that a route does not have are 405, with what it has', async () => {
    const ann = await wire.guest();
    for (const [method, path, allowed] of [
      ['DELETE', '/v1/lobbies', 'POST'],
      ['POST', '/v1/games', 'GET'],
      ['GET', '/v1/auth/guest', 'POST'],
      ['GET', '/v1/hub', 'POST'],
      ['PUT', '/v1/players/me', 'PATCH'],
      ['GET', '/v1/lobbies/l_AAAAAAAAAAAA/start', 'DELETE'],
    ] as const) {
      const { code, headers } = await ann.send(method, path);
      expect([method, path, code]).toEqual([method, path, 'method-not-allowed']);
      expect(headers.get('Allow')?.split(/, */)).toContain(allowed);
    }
  });

  test('HEAD answers as GET does, without a body', async () => {
    const ann = await wire.guest();
    const { id: lobbyId } = await wire.gather([ann]);
    for (const path of ['/v1/games', '/v1/lobbies', `/v1/lobbies/${lobbyId}`, '/v1/players/me', '/livez']) {
      const [head, get] = [await ann.send('HEAD', path), await ann.get(path)];
      expect([path, head.status, head.text]).toEqual([path, 200, '']);
      for (const name of ['Content-Type', 'ETag']) expect(head.headers.get(name)).toBe(get.headers.get(name));
      expect(head.headers.get('X-Request-Id')).not.toBeNull();
    }
    expect((await ann.send('HEAD', '/v1/lobbies/l_AAAAAAAAAAAA')).status).toBe(404);
    expect((await ann.send('HEAD', '/v1/hub')).status).toBe(405);
  });
});

describe('[RQ-9] other origins', () => {
  test('may ask before they call, for every method and header of the contract', async () => {
    for (const path of ['/v1/lobbies', '/v1/lobbies/l_AAAAAAAAAAAA', '/v1/players/me']) {
      const { status, headers, text } = await wire.anyone.send('OPTIONS', path, {
        headers: {
          Origin: 'https://elsewhere.example',
          'Access-Control-Request-Method': 'PATCH',
          'Access-Control-Request-Headers': 'authorization,content-type,if-match,idempotency-key,x-gyre-protocol',
        },
      });
      expect([path, status, text]).toEqual([path, 204, '']);
      const listed = (name: string) => (headers.get(name) ?? '').toLowerCase().split(/, */);
      expect(listed('Access-Control-Allow-Methods')).toEqual(
        expect.arrayContaining(['get', 'post', 'put', 'patch', 'delete']),
      );
      expect(listed('Access-Control-Allow-Headers')).toEqual(
        expect.arrayContaining([
          'authorization',
          'content-type',
          'if-match',
          'if-none-match',
          'idempotency-key',
          'x-gyre-protocol',
        ]),
      );
    }
  });

  test('may read every answer, good or bad', async () => {
    const ann = await wire.guest();
    const origin = { Origin: 'https://elsewhere.example' };
    // The client itself checks the headers of each answer.
    for (const path of [
      '/v1/games',
      '/v1/players/me',
      '/v1/nowhere',
      '/v1/lobbies?colour=red',
      '/livez',
      '/problems/kicked',
    ]) {
      expect((await ann.get(path, origin)).headers.get('Access-Control-Allow-Origin')).toBe('*');
    }
  });
});

describe('[RQ-4] what no client sends', () => {
  test.each<[string, string]>([
    ['a path that can’t be decoded', 'GET /v1/lobbies/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a path with NUL', 'GET /v1/lobbies/l_%00aaaaaaaaaa HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header that is none', 'GET /v1/games HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n'],
    ['a request line that is none', 'HELLO\r\n\r\n'],
    ['a length that is none', 'POST /v1/lobbies HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
    ['headers of 100 KB', `GET /v1/games HTTP/1.1\r\nHost: x\r\nX-Fill: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('%s is a problem of 4xx', async (_, bytes) => {
    const { status, head, body } = await rawRequest(wire.gyre.url, bytes);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(head.toLowerCase()).toContain('application/problem+json');
    expect(head.toLowerCase()).toContain('x-request-id:');
    expect(JSON.parse(body)).toMatchObject({ status });
  });

  test('ids that are none are 404, texts with NUL 400', async () => {
    const ann = await wire.guest();
    for (const path of [
      '/v1/lobbies/x',
      '/v1/lobbies/l_!!!!!!!!!!',
      `/v1/lobbies/${'l'.repeat(500)}`,
      '/v1/matches/..',
      '/v1/players/p',
    ]) {
      expect([path, (await ann.get(path)).status]).toEqual([path, 404]);
    }
    expect((await ann.post('/v1/lobbies', { game: 'team-race', name: 'a\u0000b' })).code).toBe('invalid-request');
    expect((await ann.patch('/v1/players/me', { displayName: '\u0000' })).code).toBe('invalid-request');
    expect((await ann.get('/v1/lobbies?game=%00')).status).toBe(400);
  });
});
