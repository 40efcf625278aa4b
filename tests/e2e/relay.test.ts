import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Gyre, type Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { startTestGyre, type TestGyre } from '../support/gyre.ts';
import { waitFor } from '../support/wait-for.ts';

type RelayMatch = Match<Games['relay']>;

let service: TestGyre;
const clients: Gyre<Games>[] = [];

beforeAll(async () => {
  service = await startTestGyre();
}, 30_000);

afterAll(async () => {
  for (const gyre of clients) gyre.close();
  await service[Symbol.asyncDispose]();
});

async function players(count: number): Promise<readonly Gyre<Games>[]> {
  const made = Array.from({ length: count }, () => new Gyre<Games>({ endpoint: service.url, storage: 'memory' }));
  clients.push(...made);
  await Promise.all(made.map((gyre) => gyre.signInAsGuest()));
  return made;
}

/** All in one match, by seat index. */
async function playing(gyres: readonly Gyre<Games>[]): Promise<readonly RelayMatch[]> {
  const [host, ...guests] = gyres as [Gyre<Games>, ...Gyre<Games>[]];
  const lobby = await host.lobbies.create({
    game: 'relay',
    settings: { hostGraceMs: 0, agreementMs: 1_000 },
    startMode: 'all-ready',
  });
  const joined = [];
  for (const guest of guests) joined.push(await guest.lobbies.join(lobby.view));
  await Promise.all([lobby, ...joined].map((each) => each.setReady()));
  const matches = (await Promise.all([lobby, ...joined].map((each) => each.nextMatch()))) as RelayMatch[];
  return matches.toSorted((a, b) => (a.view.seatIndex ?? 0) - (b.view.seatIndex ?? 0));
}

test('a game that a player’s client hosts goes on with the next host, and its agreed result is recorded [RL-1, RL-2, RL-3, RL-5]', async () => {
  const gyres = await players(3);
  const [host, second, third] = (await playing(gyres)) as [RelayMatch, RelayMatch, RelayMatch];
  const heard: unknown[] = [];
  third.on('message', (message) => heard.push(message));
  expect(await host.request('publish', { key: 'level', data: { seed: 7 } })).toEqual({ ok: true });
  expect(await host.request('send', { to: 'others', topic: 'spawn', data: [1, 2] })).toEqual({ ok: true });
  await waitFor(() => heard.length === 1);
  expect(heard).toEqual([{ from: 0, term: 1, topic: 'spawn', data: [1, 2] }]);

  // The host's tab is closed.
  gyres.find((gyre) => gyre.match?.id === host.id && gyre.match.view.seatIndex === 0)?.close();
  await waitFor(() => second.state.host === 1 && second.state.term === 2);
  expect(second.state.entries.get('level')).toBe('{"seed":7}');
  expect(await third.request('send', { to: 'host', topic: 'hello', data: null })).toEqual({ ok: true });
  expect(await third.request('publish', { key: 'level', data: 1 })).toEqual({ ok: false, refused: 'not-host' });

  const placements = [[1], [2], [0]];
  await second.request('propose', { placements, scores: { 1: 3 } });
  await third.request('propose', { placements, scores: { 1: 3 } });
  // The first host may come back for a minute, and has not agreed.
  await waitFor(() => second.state.closesAtMs > 0);
  const result = await second.result;
  expect(result.data).toEqual({ rated: false });
  expect(result.placements.map(({ seatIndex }) => seatIndex)).toEqual([1, 2, 0]);
  expect(await third.result).toEqual(result);
});

test('members who all say the same end their match at once, rated [RL-5]', async () => {
  const gyres = await players(2);
  const [one, two] = (await playing(gyres)) as [RelayMatch, RelayMatch];
  await one.request('propose', { placements: [[1], [0]] });
  await two.request('propose', { placements: [[1], [0]] });
  const { data, placements } = await one.result;
  expect([data, placements[0]?.seatIndex]).toEqual([{ rated: true }, 1]);
  const { items } = await (gyres[0] as Gyre<Games>).matches.history({ game: 'relay' });
  expect(items.map(({ result }) => result?.data)).toEqual([{ rated: true }]);
});
