/** A list that is asked for again is answered on a road of its own: it must be the same to see, whatever is asked. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { RATE_LIMITS } from '../../protocol/limits.ts';
import type { Answer, RequestHeaders } from '../../tests/support/http.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';

const LIST = '/v1/lobbies?game=team-race&limit=3';
/** Means nothing to a list, but is out of the ordinary: such a request takes the road of all others. */
const THE_LONG_WAY: RequestHeaders = { 'If-Match': '"1"' };

let bed: LobbyBed;
let ann: Guest;
beforeAll(async () => {
  bed = await LobbyBed.open({ config: { origins: ['https://play.example'] } });
  ann = await bed.guest('Ann');
  for (const name of ['a', 'b', 'c', 'd']) await bed.gather([await bed.guest(name)], { name });
  await warm();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

async function warm(of: LobbyBed = bed, who: Guest = ann): Promise<void> {
  for (let i = 0; i < 2; i += 1) expect((await who.get(LIST)).status).toBe(200);
  expect(of.lobbies.pages.count).toBeGreaterThan(0);
}

/** Everything about an answer that isn't new each time. */
function seen({ status, headers, body }: Answer): unknown {
  const kept = [...headers].filter(
    ([name]) => !['date', 'x-request-id', 'retry-after', 'content-length'].includes(name),
  );
  const { requestId: _, ...rest } = (body ?? {}) as Record<string, unknown>;
  return { status, headers: kept, body: rest };
}

test('[RQ-14] a list that was asked for before is answered without a look at the database', async () => {
  const reads = jest.spyOn(bed.lobbies.list, 'read');
  expect((await ann.get(LIST)).status).toBe(200);
  expect(reads).not.toHaveBeenCalled();
  expect((await ann.get(LIST, THE_LONG_WAY)).status).toBe(200);
  expect(reads).toHaveBeenCalledTimes(1);
  reads.mockRestore();
});

test('[RQ-14] whoever asks in odd ways slows nobody else down for good', async () => {
  for (let odd = 0; odd < 60; odd += 1) await ann.get(LIST, { Accept: `application/json, text/x-${odd}` });
  await ann.get(LIST);
  const reads = jest.spyOn(bed.lobbies.list, 'read');
  expect((await ann.get(LIST)).status).toBe(200);
  expect(reads).not.toHaveBeenCalled();
  reads.mockRestore();
});

test.each<[string, number, RequestHeaders, { method?: string; path?: string }?]>([
  ['as always', 200, {}],
  ['of any type', 200, { Accept: 'text/html, */*' }],
  ['in no type that there is', 406, { Accept: 'text/html' }],
  ['with a version', 200, { 'X-Gyre-Protocol': '1' }],
  ['with an old version', 426, { 'X-Gyre-Protocol': '0' }],
  ['with a version that is none', 400, { 'X-Gyre-Protocol': 'one' }],
  ['without a token', 401, { Authorization: '' }],
  ['with a token of another kind', 401, { Authorization: 'Basic YTpi' }],
  ['with a forged token', 401, { Authorization: 'Bearer e30.e30' }],
  ['from a page of ours', 200, { Origin: 'https://play.example' }],
  ['from a page of others', 200, { Origin: 'https://evil.example' }],
  ['with a tag', 200, { 'If-None-Match': '"1"' }],
  ['by HEAD', 200, {}, { method: 'HEAD' }],
  ['by PUT', 405, {}, { method: 'PUT' }],
  ['by OPTIONS', 204, {}, { method: 'OPTIONS' }],
  ['in another order', 200, {}, { path: '/v1/lobbies?limit=3&game=team-race' }],
  ['with a slash', 200, {}, { path: '/v1/lobbies/?game=team-race&limit=3' }],
  ['with an unknown field', 400, {}, { path: `${LIST}&colour=red` }],
  ['with a field that objects have of themselves', 400, {}, { path: `${LIST}&__proto__=x` }],
  ['with a wrong limit', 400, {}, { path: '/v1/lobbies?limit=0' }],
  ['with a wrong order', 400, {}, { path: '/v1/lobbies?sort=name' }],
  ['with a wrong cursor', 400, {}, { path: `${LIST}&cursor=x` }],
])('[RQ-14] a list asked for %s is answered alike on both roads: %d', async (_title, status, headers, how = {}) => {
  const { method = 'GET', path = LIST } = how;
  for (let i = 0; i < 3; i += 1) {
    const short = await ann.send(method, path, { headers });
    const long = await ann.send(method, path, { headers: { ...headers, ...THE_LONG_WAY } });
    expect(short.status).toBe(status);
    expect(seen(short)).toEqual(seen(long));
    expect(short.headers.get('X-Request-Id')).toMatch(/^r_[0-9a-z]{26}$/);
  }
});

test('[RQ-14] the cursor of a remembered page leads to the next one', async () => {
  const first = await ann.get<{ items: { name: string }[]; nextCursor: string }>(LIST);
  expect(first.body.items.map(({ name }) => name)).toEqual(['d', 'c', 'b']);
  const second = await ann.get<typeof first.body>(`${LIST}&cursor=${first.body.nextCursor}`);
  expect(second.body).toMatchObject({ items: [{ name: 'a' }], nextCursor: null });
});

test('[RQ-14, RQ-7] counts against the same limits, once', async () => {
  await using limited = await LobbyBed.open({ config: { rateLimits: true } });
  const [first, second, third] = await limited.guests('First', 'Second', 'Third');
  await warm(limited, first);
  const { burst } = RATE_LIMITS.list;
  /** How many were answered before one was refused, and the refusal. */
  const untilRefused = async (who: Guest, headers: RequestHeaders): Promise<[number, Answer]> => {
    for (let answered = 0; answered <= 3 * burst; answered += 1) {
      const answer = await who.get(LIST, headers);
      if (answer.status !== 200) return [answered, answer];
    }
    throw new Error('nothing was refused');
  };
  const [short, shortRefusal] = await untilRefused(second, {});
  const [long, longRefusal] = await untilRefused(third, THE_LONG_WAY);
  // On a slow machine, a token or two come back meanwhile.
  expect(short).toBeGreaterThanOrEqual(burst);
  expect(long).toBeGreaterThanOrEqual(burst);
  expect(shortRefusal).toMatchObject({ status: 429, code: 'rate-limited' });
  expect(seen({ ...shortRefusal, body: null })).toEqual(seen({ ...longRefusal, body: null }));
  expect(shortRefusal.headers.get('Retry-After')).toBe('1');
});

test('[RQ-18, PL-4] a token that was found good is refused once its session has ended or its time is over', async () => {
  const leaver = await bed.guest('Leaver');
  for (let i = 0; i < 2; i += 1) expect((await leaver.get(LIST)).status).toBe(200);
  await leaver.delete('/v1/auth/sessions/current');
  expect(await leaver.get(LIST)).toMatchObject({ status: 401, code: 'token-invalid' });
  const stayer = await bed.guest('Stayer');
  for (let i = 0; i < 2; i += 1) expect((await stayer.get(LIST)).status).toBe(200);
  bed.http.clock.advance(15 * 60_000);
  for (let i = 0; i < 2; i += 1) {
    expect(await stayer.get(LIST)).toMatchObject({ status: 401, code: 'token-expired' });
    expect(await stayer.get(LIST, THE_LONG_WAY)).toMatchObject({ status: 401, code: 'token-expired' });
  }
});

test('[RQ-14] a process that is stopping answers nothing from memory', async () => {
  await using stopping = await LobbyBed.open();
  const guest = await stopping.guest('Guest');
  await warm(stopping, guest);
  stopping.http.health.draining();
  expect(await guest.get(LIST)).toMatchObject({ status: 503, code: 'draining' });
});
