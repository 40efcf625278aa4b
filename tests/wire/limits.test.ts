/** "Limits" of the wire contract: a Gyre that has them on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import type { WireAnswer } from './support/answers.ts';
import { expectOk } from './support/client.ts';
import { type Guest, join, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open({ env: { GYRE_RATE_LIMITS: 'on' } });
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

/** How many of so many calls at once get through. */
async function passed(count: number, call: (index: number) => Promise<WireAnswer<unknown>>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => call(index)));
  const refused = answers.filter(({ code }) => code === 'rate-limited');
  expect(refused.every(({ status }) => status === 429)).toBe(true);
  return count - refused.length;
}

test('[RQ-7] lists: five at once', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  // A second may pass meanwhile.
  expect([5, 6]).toContain(await passed(12, () => ann.get('/v1/lobbies')));
  expect((await bob.get('/v1/lobbies')).status).toBe(200);
});

test('[RQ-7] lobbies: two made in six seconds', async () => {
  const ann = await wire.guest();
  const made: number[] = [];
  for (let again = 0; again < 3; again += 1) {
    const { status, body, headers } = await ann.post('/v1/lobbies', { game: 'team-race' });
    made.push(status);
    if (status === 201) await ann.delete(`/v1/lobbies/${String(body.id)}/members/me`);
    else made.push(Number(headers.get('Retry-After')));
  }
  expect(made.slice(0, 3)).toEqual([201, 201, 429]);
  expect(made[3]).toBeGreaterThanOrEqual(1);
  expect(made[3]).toBeLessThanOrEqual(6);
});

test('[RQ-7] joins: five at once, by whatever way', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id: lobbyId, code } = await wire.gather([ann]);
  const ways = [
    () => join(bob, lobbyId),
    () => bob.post('/v1/lobbies/join-by-code', { code }),
    () => bob.post('/v1/lobbies/quick-join', { game: 'team-race' }),
  ];
  const through = await passed(12, (index) => ways[index % ways.length]!());
  expect([5, 6]).toContain(through);
});

test('[RQ-7] changes: five at once', async () => {
  const ann = await wire.guest();
  const { id: lobbyId } = await wire.gather([ann]);
  const through = await passed(12, (index) => ann.patch(`/v1/lobbies/${lobbyId}`, { name: `Name ${index}` }));
  expect([5, 6]).toContain(through);
});

test('[LO-16] wrong codes and passwords: five a minute, and the right one waits too', async () => {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id: lobbyId } = await wire.gather([ann], { password: 'sesame' });
  const codes: (string | null)[] = [];
  // The limit on joins is another one, and short.
  const guess = (guest: Guest, password: string) =>
    waitFor(
      async () => {
        const answer = await join(guest, lobbyId, { password });
        return answer.headers.get('Retry-After') === '1' ? null : answer;
      },
      { everyMs: 250 },
    );
  for (let tried = 0; tried < 5; tried += 1) codes.push((await guess(bob, `wrong ${tried}`)).code);
  expect(codes).toEqual(Array.from({ length: 5 }, () => 'wrong-password'));
  const sixth = await guess(bob, 'wrong again');
  expect(sixth.code).toBe('rate-limited');
  expect(Number(sixth.headers.get('Retry-After'))).toBeGreaterThan(1);
  expect((await guess(bob, 'sesame')).code).toBe('rate-limited');
});

test('[RQ-7] one address: thirty times as much as one player', async () => {
  const crowd = await wire.crowd(60);
  const beganMs = performance.now();
  const through = await passed(300, (index) => crowd[index % crowd.length]!.get('/v1/lobbies'));
  const seconds = (performance.now() - beganMs) / 1_000;
  // 150 at once, less what the test before took, and 30 a second.
  expect(through).toBeGreaterThanOrEqual(130);
  expect(through).toBeLessThanOrEqual(150 + 30 * (seconds + 1));
});

test('[RQ-7] reading one’s own things is not limited', async () => {
  const ann = await wire.guest();
  expect(await passed(40, () => ann.get('/v1/players/me'))).toBe(40);
  expect(expectOk(await wire.anyone.get('/v1/games'), 200)).toBeDefined();
});
