import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Gyre, type Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

type Arena = Games['arena'];

/** Nobody but people, and longer than any test. */
const LONG = { settings: { botFill: 0, roundMs: 600_000 } } as const;
const SHORT = { settings: { botFill: 0, roundMs: 1_500 } } as const;

/** Pings are two seconds apart, and machines slow at times. */
const PATIENT = { timeoutMs: 40_000 };

let service: Service;
const open: Gyre<Games>[] = [];

beforeAll(async () => {
  service = await startService();
}, 30_000);

/** Nobody stays behind in a lobby that a later test would find. */
afterEach(async () => {
  for (const gyre of open.splice(0)) {
    await gyre.lobby?.leave().catch(() => undefined);
    gyre.close();
  }
});

afterAll(() => service[Symbol.asyncDispose]());

async function player(name: string): Promise<Gyre<Games>> {
  const gyre = new Gyre<Games>({ endpoint: service.endpoint, storage: 'memory' });
  open.push(gyre);
  await gyre.signInAsGuest({ displayName: name });
  return gyre;
}

const fightersOf = (match: Match<Arena>): string[] => [...match.state.fighters.keys()];
const fighterOf = (match: Match<Arena>, key: number | null) => match.state.fighters.get(String(key));

test('[SD-16] play ends in a seat, alone in a new lobby and late in a match that runs', async () => {
  const [ann, bob] = await Promise.all([player('Ann'), player('Bob')]);
  const first = await ann.play('arena', { create: LONG });
  expect(first.view).toMatchObject({ connection: 'connected', seatIndex: 0 });
  const second = await bob.play('arena');
  expect([second.id, second.view.seatIndex]).toEqual([first.id, 1]);
  await waitFor(() => fightersOf(first).length === 2);
  expect([ann.lobby?.id, ann.match]).toEqual([bob.lobby?.id, first]);
});

test('[SD-16] from the same lobby it does so again, once a match is over and when its seat was given up', async () => {
  const ann = await player('Ann');
  const first = await ann.play('arena', { create: SHORT });
  const { lobby } = ann;
  await first.result;
  const second = await ann.play('arena');
  expect(second.id).not.toBe(first.id);
  expect(ann.lobby).toBe(lobby);
  await second.leave();
  const third = await ann.play('arena', { create: LONG });
  expect(third.view).toMatchObject({ connection: 'connected', closeReason: null });
  expect(third).not.toBe(second);
});

test('[SD-16] joining the lobby of a running match leads to its seat by nextMatch, and so does play', async () => {
  const [ann, bob, eve] = await Promise.all([player('Ann'), player('Bob'), player('Eve')]);
  const first = await ann.play('arena', { create: LONG });
  const joined = await bob.lobbies.join(ann.lobby?.id ?? '');
  const match = await joined.nextMatch();
  expect(match.id).toBe(first.id);
  await eve.lobbies.join(ann.lobby?.id ?? '');
  expect((await eve.play('arena')).id).toBe(first.id);
  await waitFor(() => fightersOf(first).length === 3);
});

test('[SD-15] a spectator sees the match and its result, says nothing, and keeps a match of their own', async () => {
  const [ann, eve] = await Promise.all([player('Ann'), player('Eve')]);
  const played = await ann.play('arena', { create: LONG });
  const { items } = await eve.matches.list({ game: 'arena' });
  const shown = items.find(({ id }) => id === played.id);
  if (!shown) throw new Error('the match is not listed');
  const own = await eve.lobbies.create({ game: 'arena', ...LONG, private: true });
  const mine = await own.nextMatch();
  const watched = await eve.matches.watch(shown);
  expect(watched.view).toMatchObject({ connection: 'connected', seatIndex: null });
  expect([eve.match, mine.view.connection]).toEqual([mine, 'connected']);
  const { x } = fighterOf(played, 0) ?? { x: 0 };
  const towards = x > 8_000 ? -1 : 1;
  const walking = setInterval(() => played.send('move', { dx: towards, dy: 0, aim: 0 }), 50);
  await waitFor(() => fighterOf(watched, 0)?.x !== x);
  clearInterval(walking);
  const say = (): void => watched.send('move', { dx: 0, dy: 0, aim: 0 });
  expect(say).toThrow(expect.objectContaining({ code: 'spectator' }));
  await expect(watched.request('fire', { aim: 0, seenMs: 0 })).rejects.toMatchObject({ code: 'spectator' });
  expect(() => watched.predict({ input: 'move', own: () => null, step: (own: object) => own })).toThrow('spectator');
  // A match that everybody has left is over.
  await played.leave();
  expect((await watched.result).placements).toHaveLength(1);
  expect(await watched.closed).toBe('finished');
  expect([eve.match, mine.view.connection]).toEqual([mine, 'connected']);
});

test('[SD-15] watching ends by leaving at once, and by closing the client', async () => {
  const [ann, eve] = await Promise.all([player('Ann'), player('Eve')]);
  const played = await ann.play('arena', { create: LONG });
  const watched = await eve.matches.watch(played.id);
  await watched.leave();
  expect(watched.view).toMatchObject({ connection: 'closed', closeReason: 'left' });
  const again = await eve.matches.watch(played.id);
  eve.close();
  expect(await again.closed).toBe('closed');
  expect(played.view.connection).toBe('connected');
  await expect(ann.matches.watch('m_nothing0')).rejects.toMatchObject({ code: 'not-found' });
});

test('[SD-13] [SD-14] a bad network may be switched on and off while one plays', async () => {
  const ann = await player('Ann');
  const match = await ann.play('arena', { create: LONG });
  await waitFor(() => match.view.pingMs !== null);
  // Far more than any machine takes by itself.
  ann.simulate = { latencyMs: 2_000 };
  await waitFor(() => (match.view.pingMs ?? 0) >= 600, { what: 'a ping of the bad network', ...PATIENT });
  ann.simulate = null;
  expect(ann.simulate).toBeNull();
  const pingMs = match.view.pingMs ?? 0;
  await waitFor(() => (match.view.pingMs ?? 0) < pingMs, { what: 'a ping of the good network', ...PATIENT });
  expect(match.netStats()).toMatchObject({ pendingInputs: 0, correctionsLastMinute: 0, lastError: null });
});

test('[SD-10] the arena is foreseen by its own rules, and ends where the room has it', async () => {
  const { stepFighter } = await import('../../rooms/arena/rules.ts');
  const { mapNamed } = await import('../../rooms/arena/map-rules.ts');
  const ann = await player('Ann');
  ann.simulate = { latencyMs: 60, jitterMs: 20, loss: 0.02, seed: 3 };
  const match = await ann.play('arena', { create: LONG });
  const prediction = match.predict({
    input: 'move',
    own: ({ fighters }, seatIndex) => {
      const fighter = fighters.get(String(seatIndex));
      return fighter ? { x: fighter.x, y: fighter.y, aim: fighter.aim, hp: fighter.hp } : null;
    },
    step: (own, move, { map }) => stepFighter(own, move, mapNamed(map)),
  });
  let pushed = 0;
  const walking = setInterval(() => {
    const angle = pushed / 10;
    if (prediction.push({ dx: Math.cos(angle), dy: Math.sin(angle), aim: pushed % 4_096 })) pushed += 1;
  }, 50);
  await waitFor(() => pushed >= 60, PATIENT);
  clearInterval(walking);
  await waitFor(() => prediction.stats.pending === 0, PATIENT);
  // How often it was wrong depends on the machine; the simulation, which doesn't, counts that.
  expect(prediction.stats.compared).toBeGreaterThan(0);
  const { x, y, aim } = fighterOf(match, match.view.seatIndex) ?? {};
  expect(prediction.own).toMatchObject({ x, y, aim });
});
