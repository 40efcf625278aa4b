import { expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { SeatGrant } from '../../protocol/matches.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { Api } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG_MS = 150_000;
/** A reservation whose process lives is put back after 15 s, by a look that comes every five. */
const PATIENT = { timeoutMs: 60_000 };

/** Two players of a lobby that can start, who speak to one process first and to another one later. */
async function duel(first: GyreProcess, later: GyreProcess) {
  const api = new Api(first.endpoint);
  const players = [await api.signIn('Ann'), await api.signIn('Bob')] as const;
  const [ann, bob] = [api.as(players[0]), api.as(players[1])];
  const { id } = (await ann.post<Lobby>('/v1/lobbies', { game: 'connect-four' })).body;
  await bob.put(`/v1/lobbies/${id}/members/me`, {});
  await bob.patch(`/v1/lobbies/${id}/members/me`, { ready: true });
  const there = players.map((player) => new Api(later.endpoint).as(player));
  return {
    /** Its answer may never come. */
    start: (countdownMs: number) => ann.post(`/v1/lobbies/${id}/start`, { countdownMs }).catch(() => null),
    look: async () => (await there[0]!.get<Lobby>(`/v1/lobbies/${id}`)).body,
    settled: () =>
      waitFor(async () => {
        const { body } = await there[0]!.get<Lobby>(`/v1/lobbies/${id}`);
        return body.state === 'open' || body.state === 'in-match' ? body : null;
      }, PATIENT),
    seats: async (matchId: string | null) =>
      await Promise.all(there.map((player) => player.post<SeatGrant>(`/v1/matches/${matchId}/seat`))),
    history: async () => (await there[0]!.get<{ items: unknown[] }>('/v1/matches?player=me')).body.items,
  };
}

type Duel = Awaited<ReturnType<typeof duel>>;

async function expectPlayed(it: Duel): Promise<void> {
  const { state, matchId } = await it.settled();
  expect(state).toBe('in-match');
  await waitFor(async () => (await it.seats(matchId)).every(({ status }) => status === 200), PATIENT);
  expect((await it.seats(matchId)).map(({ body }) => body.seatIndex)).toEqual([0, 1]);
}

async function expectNothingLeft(it: Duel): Promise<void> {
  expect(await it.settled()).toMatchObject({ state: 'open', reason: 'room-failed', matchId: null, lastMatchId: null });
  expect(await it.history()).toEqual([]);
}

test(
  '[CL-34, CL-88] killed at a step of a hand-off here or elsewhere, or in a countdown: both play, or are back in an open lobby',
  async () => {
    await using cluster = await GyreCluster.start({
      processes: 1,
      entry: 'tests/cluster/hand-off-process.ts',
      answers: true,
    });
    const [survivor] = cluster.processes as [GyreProcess];
    const dying = await Promise.all(['play', 'open', 'never'].map(() => cluster.add()));
    const [one, two, three] = dying as [GyreProcess, GyreProcess, GyreProcess];
    const [made, played, counted] = await Promise.all(dying.map((each) => duel(each, survivor)));
    // It would begin what it sees to be due.
    await survivor.ask('leave');
    await one.ask('elsewhere play');
    await two.ask('here open');
    // One after the other: whose timer goes off begins whatever is due by then.
    await made!.start(0);
    await waitFor(() => !one.isAlive, PATIENT);
    await played!.start(0);
    await waitFor(() => !two.isAlive, PATIENT);
    await counted!.start(8_000);
    expect((await counted!.look()).state).toBe('countdown');
    await three.kill();
    await survivor.ask('take');
    // Its room was made, where nobody will ever play it.
    await Promise.all([
      expectNothingLeft(made!),
      expectPlayed(played!),
      waitFor(async () => {
        const { state, matchId } = await counted!.look();
        return state === 'in-match' && (await counted!.seats(matchId)).every(({ status }) => status === 200);
      }, PATIENT),
    ]);
    await one.start();
    const again = await duel(one, survivor);
    await survivor.ask('leave');
    await one.ask('elsewhere open');
    await again.start(0);
    await waitFor(() => !one.isAlive, PATIENT);
    await survivor.ask('take');
    await expectPlayed(again);
  },
  LONG_MS,
);
