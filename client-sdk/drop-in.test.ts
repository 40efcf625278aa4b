import { expect, test } from '@jest/globals';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { CurrentLobby } from './current-lobby.ts';
import { DropIns } from './drop-in.ts';
import { GyreError } from './gyre-error.ts';
import type { HttpRequest } from './http-client.ts';
import type { HubPool } from './hub-pool.ts';
import { LobbiesClient } from './lobbies-client.ts';
import type { Match } from './match.ts';
import type { Api } from './session.ts';
import type { JoinedLobbyView } from './views.ts';

type View = Partial<JoinedLobbyView>;

const seatAtOnce = async (id: string): Promise<Match> => ({ id, view: { closeReason: null } }) as Match;

/** A player whose requests are answered by a script, and whose seats are there as soon as they are asked for, if nothing else is said. */
function dropping(answer: (request: string) => View | GyreError, seatOf: (id: string) => Promise<Match> = seatAtOnce) {
  const asked: string[] = [];
  const time = new VirtualTime();
  const viewOf = (view: View) =>
    ({
      id: 'l_11111111',
      game: 'arena',
      rev: 1,
      version: 1,
      startMode: 'instant',
      state: 'open',
      reason: null,
      matchId: null,
      ...view,
    }) as JoinedLobbyView;
  const call = async ({ method, path }: HttpRequest): Promise<unknown> => {
    asked.push(`${method} ${path.replace('/v1/lobbies/', '')}`);
    const answered = answer(asked.at(-1) ?? '');
    if (answered instanceof GyreError) throw answered;
    return viewOf(answered);
  };
  const api: Api = { call: <Body>(request: HttpRequest) => call(request) as Promise<Body> };
  const current = new CurrentLobby({ api, myId: () => 'p_1', takeSeat: seatOf });
  const lobbies = new LobbiesClient({ api, current, hubs: {} as HubPool });
  const giveUp = new AbortController();
  /** What the hub tells. */
  const push = (view: View): void => current.learned(1, viewOf(view), null);
  const dropIns = new DropIns({ lobbies, current, timing: time });
  const play = ({ signal } = giveUp) => dropIns.play({ game: 'arena', create: {}, signal });
  return { asked, time, current, push, play, giveUp };
}

const WRONG_STATE = new GyreError('wrong-state', 'it is starting');

test('[SD-16] whoever comes into an instant lobby waits for its match; whoever comes into another says that they are ready', async () => {
  const instant = dropping(() => ({}));
  const played = instant.play();
  await settled();
  instant.push({ version: 2, state: 'in-match', matchId: 'm_1' });
  expect((await played).id).toBe('m_1');
  expect(instant.asked).toEqual(['POST quick-join']);
  const other = dropping(() => ({ startMode: 'all-ready' }));
  void other.play().catch(() => undefined);
  await settled();
  expect(other.asked).toEqual(['POST quick-join', 'PATCH l_11111111/members/me']);
});

test('[SD-16] the answer of a lobby whose match is on is enough, and so is what the hub told before it', async () => {
  const late = dropping(() => ({ state: 'in-match', matchId: 'm_1' }));
  expect((await late.play()).id).toBe('m_1');
  const outrun = dropping(() => {
    outrun.push({ version: 2, state: 'in-match', matchId: 'm_2' });
    return {};
  });
  expect((await outrun.play()).id).toBe('m_2');
});

test('[SD-16] after a match it is ready again in the same lobby, as soon as the news of its end has come', async () => {
  const again = dropping((request) =>
    request.startsWith('PATCH') ? { version: 3 } : { state: 'in-match', matchId: 'm_1' },
  );
  await again.play();
  const next = again.play();
  await settled();
  expect(again.asked).toEqual(['POST quick-join', 'PUT l_11111111/members/me']);
  again.push({ version: 2 });
  await settled();
  expect(again.asked.at(-1)).toBe('PATCH l_11111111/members/me');
  again.push({ version: 4, state: 'in-match', matchId: 'm_2' });
  expect((await next).id).toBe('m_2');
});

test('[SD-16] who asks twice goes one way, and has one match of it; giving up the second time is nothing to the first', async () => {
  const twice = dropping(() => ({}));
  const impatient = new AbortController();
  const [first, second, third] = [twice.play(), twice.play(), twice.play(impatient)];
  await settled();
  impatient.abort();
  await expect(third).rejects.toMatchObject({ code: 'aborted' });
  twice.push({ version: 2, state: 'in-match', matchId: 'm_1' });
  expect(await first).toBe(await second);
  expect(twice.asked).toEqual(['POST quick-join']);
});

test('[SD-16] a lobby that is starting, or playing, by the time one is ready is no failure', async () => {
  const racing = dropping((request) => (request.startsWith('PATCH') ? WRONG_STATE : { startMode: 'all-ready' }));
  const played = racing.play();
  await settled();
  racing.push({ version: 2, state: 'in-match', matchId: 'm_1' });
  expect((await played).id).toBe('m_1');
});

test('[SD-16] a lobby that the hub has not told of yet is played on from, unless it is another game’s', async () => {
  const inLobby = new GyreError('already-in-lobby', 'in one', { extensions: { lobbyId: 'l_11111111' } });
  const known = dropping((request) => (request.startsWith('POST') ? inLobby : { state: 'in-match', matchId: 'm_1' }));
  expect((await known.play()).id).toBe('m_1');
  const other = dropping((request) => (request.startsWith('POST') ? inLobby : { game: 'connect-four' }));
  await expect(other.play()).rejects.toMatchObject({ code: 'already-in-lobby' });
});

test('[SD-16] an instant lobby whose start failed is asked again, once a second', async () => {
  let version = 1;
  const failing = dropping(() => ({ version: (version += 1) }));
  void failing.play().catch(() => undefined);
  await settled();
  const readies = () => failing.asked.filter((request) => request.startsWith('PATCH')).length;
  for (const times of [1, 2, 3]) {
    failing.push({ version: (version += 1), reason: 'room-failed' });
    await failing.time.passSettling(999);
    expect(readies()).toBe(times - 1);
    await failing.time.passSettling(1);
    expect(readies()).toBe(times);
  }
  failing.giveUp.abort();
  await settled();
  failing.push({ version: (version += 1), reason: 'no-capacity' });
  await failing.time.passSettling(5_000);
  expect(readies()).toBe(3);
});

test('[SD-16] a lobby that was closed meanwhile is left for another', async () => {
  const gone = new GyreError('not-found', 'closed', { status: 404 });
  const closed = dropping((request) =>
    request.startsWith('PUT') ? gone : { id: 'l_22222222', rev: 2, state: 'in-match', matchId: 'm_2' },
  );
  closed.push({ state: 'in-match', matchId: 'm_1' });
  expect((await closed.play()).id).toBe('m_2');
  expect(closed.asked).toEqual(['PUT l_11111111/members/me', 'POST quick-join']);
});

test('[SD-16] who gives up leaves the lobby', async () => {
  const waiting = dropping(() => ({}));
  const played = waiting.play();
  await settled();
  waiting.giveUp.abort();
  await expect(played).rejects.toMatchObject({ code: 'aborted' });
  expect(waiting.asked.at(-1)).toBe('DELETE l_11111111/members/me');
});

test('[SD-16] who gives up while the seat is being taken leaves the lobby too', async () => {
  const taking = dropping(
    () => ({ state: 'in-match', matchId: 'm_1' }),
    () => new Promise(() => {}),
  );
  const played = taking.play();
  let failure: unknown = null;
  played.catch((error: unknown) => (failure = error));
  await settled();
  taking.giveUp.abort();
  await settled();
  expect(failure).toMatchObject({ code: 'aborted' });
  expect(taking.asked.at(-1)).toBe('DELETE l_11111111/members/me');
});

test('[SD-16] who no longer waits for a seat, and stays in the lobby, is given it when they ask again', async () => {
  const seat = Promise.withResolvers<Match>();
  const { current, push } = dropping(
    () => ({}),
    () => seat.promise,
  );
  push({ state: 'in-match', matchId: 'm_1' });
  const impatient = new AbortController();
  const first = current.live.view?.nextMatch({ signal: impatient.signal });
  first?.catch(() => undefined);
  await settled();
  impatient.abort();
  await settled();
  seat.resolve(await seatAtOnce('m_1'));
  await expect(first).rejects.toMatchObject({ code: 'aborted' });
  expect((await current.live.view?.nextMatch())?.id).toBe('m_1');
});

test('[SD-16] a match that is over before its seat is taken is no end: one is ready again for the next', async () => {
  const over = new GyreError('match-over', 'it is over', { status: 409 });
  let version = 1;
  const late = dropping(
    () => ({ startMode: 'all-ready', lastMatchId: null, version: (version += 1) }),
    (id) => (id === 'm_1' ? Promise.reject(over) : seatAtOnce(id)),
  );
  const played = late.play();
  await settled();
  late.push({ startMode: 'all-ready', state: 'in-match', matchId: 'm_1', lastMatchId: null, version: (version += 1) });
  await settled();
  const readies = () => late.asked.filter((request) => request.startsWith('PATCH')).length;
  expect(readies()).toBe(1);
  late.push({ startMode: 'all-ready', lastMatchId: 'm_1', version: (version += 1) });
  await late.time.passSettling(1_000);
  expect(readies()).toBe(2);
  late.push({ startMode: 'all-ready', state: 'in-match', matchId: 'm_2', lastMatchId: 'm_1', version: (version += 1) });
  expect((await played).id).toBe('m_2');
});
