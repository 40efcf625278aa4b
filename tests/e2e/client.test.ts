import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Gyre, type GyreOptions, type KeyValueStorage, type Lobby, type Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { type Service, startService } from '../support/service.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

type ConnectFour = Games['connect-four'];

let service: Service;
const open: Gyre<Games>[] = [];
const networks: TcpProxy[] = [];

beforeAll(async () => {
  service = await startService();
}, 30_000);

/** Nobody stays behind in a lobby that a later test would find. */
afterEach(async () => {
  for (const gyre of open.splice(0)) {
    await gyre.lobby?.leave().catch(() => undefined);
    gyre.close();
  }
  for (const network of networks.splice(0)) await network[Symbol.asyncDispose]();
});

afterAll(() => service[Symbol.asyncDispose]());

/** A browser tab's storage. */
class TabStorage implements KeyValueStorage {
  readonly #items = new Map<string, string>();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
  removeItem = (key: string): void => void this.#items.delete(key);
}

/** A way to the service that can be broken. */
async function shakyNetwork(): Promise<{ readonly network: TcpProxy; readonly endpoint: string }> {
  const network = await TcpProxy.to(service.port);
  networks.push(network);
  return { network, endpoint: `http://127.0.0.1:${network.port}` };
}

function client(options: Partial<GyreOptions> = {}): Gyre<Games> {
  const gyre = new Gyre<Games>({ endpoint: service.endpoint, storage: 'memory', ...options });
  open.push(gyre);
  return gyre;
}

interface Seated {
  readonly gyre: Gyre<Games>;
  readonly lobby: Lobby<ConnectFour>;
  readonly match: Match<ConnectFour>;
}

/** Two players in a match of connect four: the host, with these options, and a guest with plain ones. */
async function playing(hostOptions: Partial<GyreOptions> = {}, guestOptions = {}): Promise<readonly [Seated, Seated]> {
  const [ann, bob] = [client(hostOptions), client(guestOptions)];
  await Promise.all([ann.signInAsGuest({ displayName: 'Ann' }), bob.signInAsGuest({ displayName: 'Bob' })]);
  const lobby = await ann.lobbies.create({ game: 'connect-four' });
  const other = await bob.lobbies.join<ConnectFour>(lobby.view);
  await other.setReady();
  await lobby.start({ countdownMs: 0 });
  const [match, against] = await Promise.all([lobby.nextMatch(), other.nextMatch()]);
  return [
    { gyre: ann, lobby, match },
    { gyre: bob, lobby: other, match: against },
  ];
}

/** The matches of both, who has the turn first. */
function byTurn(seated: readonly [Seated, Seated]): readonly [Match<ConnectFour>, Match<ConnectFour>] {
  const [{ match: one }, { match: two }] = seated;
  return one.state.turn === one.view.seatIndex ? [one, two] : [two, one];
}

function discs(match: Match<ConnectFour>): number {
  return [...match.state.cells].filter((cell) => cell !== 0).length;
}

/** The first player wins by a column. */
async function winBy(first: Match<ConnectFour>, second: Match<ConnectFour>): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    expect(await first.request('drop', { column: 0 })).toEqual({ ok: true });
    expect(await second.request('drop', { column: 1 })).toEqual({ ok: true });
  }
  expect(await first.request('drop', { column: 0 })).toEqual({ ok: true });
}

test('two players play from sign-in to result, rematch, and find both in their history', async () => {
  const seated = await playing();
  const [host, guest] = seated;
  const [first, second] = byTurn(seated);
  expect(await second.request('drop', { column: 0 })).toEqual({ ok: false, refused: 'not-your-turn' });
  await winBy(first, second);
  const result = await first.result;
  expect(result.placements.find(({ place }) => place === 1)?.seatIndex).toBe(first.view.seatIndex);
  expect(await second.result).toEqual(result);
  expect(await first.closed).toBe('finished');

  await waitFor(() =>
    [host, guest].every(({ lobby }) => lobby.view.state === 'open' && lobby.view.lastMatchId === first.id),
  );
  await guest.lobby.setReady();
  await host.lobby.start({ countdownMs: 0 });
  const [again, against] = await Promise.all([host.lobby.nextMatch(), guest.lobby.nextMatch()]);
  expect(again.id).not.toBe(first.id);
  await against.request('resign');
  await again.result;
  const { items } = await host.gyre.matches.history({ game: 'connect-four' });
  expect(items.map(({ id, state }) => [id, state])).toEqual([
    [again.id, 'finished'],
    [first.id, 'finished'],
  ]);
});

test('[SD-2] resume() after a reload brings back the player, the lobby and the seat; inputs go on where they stopped', async () => {
  const storage = new TabStorage();
  const [{ gyre, lobby, match }, other] = await playing({ storage });
  for (const column of [0, 1, 2]) await match.request('drop', { column });
  gyre.close();
  expect(await match.closed).toBe('closed');

  const reloaded = client({ storage });
  const resumed = await reloaded.resume();
  expect(resumed?.player.id).toBe(match.info.seats[match.view.seatIndex ?? -1]?.playerId);
  expect(resumed?.lobby?.id).toBe(lobby.id);
  expect(resumed?.match?.view).toMatchObject({ connection: 'connected', seatIndex: match.view.seatIndex });
  expect(await reloaded.lobby?.nextMatch()).toBe(resumed?.match);
  if (resumed?.match?.game !== 'connect-four') throw new Error('the seat is not there');
  const again = resumed.match;
  const count = discs(again);
  const [turn] = byTurn([{ gyre: reloaded, lobby, match: again }, other]);
  expect(await turn.request('drop', { column: 5 })).toEqual({ ok: true });
  await waitFor(() => discs(other.match) === count + 1);
});

test('resume() is null where nobody was signed in, and after signing out', async () => {
  const storage = new TabStorage();
  expect(await client({ storage }).resume()).toBeNull();
  const gyre = client({ storage });
  const player = await gyre.signInAsGuest({ displayName: 'Ann' });
  await gyre.signOut();
  expect(gyre.view).toMatchObject({ player: null, connection: 'closed', lobby: null, match: null });
  expect(await client({ storage }).resume()).toBeNull();
  expect((await client({ storage }).signInAsGuest({ displayName: 'Other' })).id).toBe(player.id);
});

test('[SD-3] while the network breaks again and again, every input counts once and every request is answered', async () => {
  const { network, endpoint } = await shakyNetwork();
  const players = byTurn(await playing({ endpoint }, { endpoint }));
  // Nobody wins by these.
  const order = [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 2, 3, 2, 3, 2, 3, 3, 2, 3, 2, 3, 2];
  for (const [turn, column] of order.entries()) {
    const reply = players[turn % 2]?.request('drop', { column });
    // On its way there or back, or in the middle of coming back from the time before.
    if (turn % 2 === 0) setTimeout(() => network.drop(), turn % 5);
    expect(await reply).toEqual({ ok: true });
  }
  await waitFor(() => players.every((match) => match.view.connection === 'connected' && discs(match) === order.length));
  expect([...players[0].state.cells]).toEqual([...players[1].state.cells]);
});

test('a result that the socket missed comes by the hub or by REST', async () => {
  const { network, endpoint } = await shakyNetwork();
  const [{ match }, { match: against }] = await playing({ endpoint });
  network.cut();
  await waitFor(() => match.view.connection === 'reconnecting');
  const waiting = match.request('drop', { column: 0 });
  await against.request('resign');
  const result = await against.result;
  network.mend();
  expect(await match.result).toEqual(result);
  expect(await match.closed).toBe('finished');
  await expect(waiting).rejects.toMatchObject({ code: 'match-closed' });
});

test('the same seat on another device replaces this one, for good', async () => {
  const storage = new TabStorage();
  const [{ match }] = await playing({ storage });
  const newer = await client({ storage }).resume();
  expect(await match.closed).toBe('replaced');
  await expect(match.request('resign')).rejects.toMatchObject({ code: 'match-closed' });
  expect(newer?.match?.view).toMatchObject({ connection: 'connected', seatIndex: match.view.seatIndex });
});

test('signing out on one device ends the matches of that session everywhere it is used', async () => {
  const storage = new TabStorage();
  const gyre = client({ storage });
  await gyre.signInAsGuest();
  const lobby = await gyre.lobbies.create({ game: 'connect-four', private: true });
  const otherTab = client({ storage });
  await otherTab.resume();
  await otherTab.signOut();
  expect(await lobby.closed).toBe('signed-out');
  expect(gyre.player).toBeNull();
  await expect(gyre.lobbies.create({ game: 'connect-four' })).rejects.toMatchObject({ code: 'signed-out' });
});

test('a watched list follows what happens, over a lost connection too, and two lists at once', async () => {
  const { network, endpoint } = await shakyNetwork();
  const watcher = client({ endpoint });
  const host = client();
  await Promise.all([watcher.signInAsGuest(), host.signInAsGuest()]);
  using open = watcher.lobbies.watch({ game: 'connect-four', openSlots: { ge: 1 } });
  using full = watcher.lobbies.watch({ game: 'connect-four', openSlots: 0, limit: 100 });
  await Promise.all([open.ready, full.ready]);
  const lobby = await host.lobbies.create({ game: 'connect-four', name: 'Watched' });
  const has = (list: typeof open): boolean => list.view.some(({ id }) => id === lobby.id);
  await waitFor(() => has(open) && !has(full));
  network.drop();
  const guest = client();
  await guest.signInAsGuest();
  await guest.lobbies.join<ConnectFour>(lobby.view);
  await waitFor(() => !has(open) && has(full));
});

test('[SD-8] a refused watch, a refused call and a server that is not there are GyreErrors with a code', async () => {
  const gyre = client();
  await expect(gyre.lobbies.create({ game: 'connect-four' })).rejects.toMatchObject({ code: 'signed-out' });
  await gyre.signInAsGuest();
  await expect(gyre.lobbies.watch({ data: { nope: 'x' } }).ready).rejects.toMatchObject({ code: 'invalid-filter' });
  await expect(gyre.lobbies.joinByCode('ZZZZZZ')).rejects.toMatchObject({ code: 'not-found', status: 404 });
  await expect(gyre.lobbies.create({ game: 'connect-four', settings: { turnMs: 1 } })).rejects.toMatchObject({
    code: 'invalid-request',
    errors: [{ pointer: '#/settings/turnMs' }],
  });
});

test('chat is live for both and has its history', async () => {
  const [ann, bob] = [client(), client()];
  await Promise.all([ann.signInAsGuest({ displayName: 'Ann' }), bob.signInAsGuest({ displayName: 'Bob' })]);
  const lobby = await ann.lobbies.create({ game: 'connect-four' });
  await lobby.chat.send('anyone?');
  const other = await bob.lobbies.joinByCode(lobby.view.code);
  await other.chat.send('here');
  await waitFor(() => lobby.chat.view.length === 2);
  expect(await other.chat.loadHistory()).toBe(false);
  expect(other.chat.view.map(({ text }) => text)).toEqual(['anyone?', 'here']);
  await lobby.kick(bob.player?.id ?? '');
  expect(await other.closed).toBe('kicked');
  await expect(bob.lobbies.joinByCode(lobby.view.code)).rejects.toMatchObject({ code: 'kicked' });
  await expect(other.setReady()).rejects.toMatchObject({ code: 'not-in-lobby' });
});

test('play() brings two strangers together, to a seat', async () => {
  const [ann, bob] = [client(), client()];
  await Promise.all([ann.signInAsGuest(), bob.signInAsGuest()]);
  const mine = ann.play('connect-four');
  await waitFor(() => ann.lobby?.view.members[0]?.ready);
  const [match, theirs] = await Promise.all([mine, bob.play('connect-four')]);
  expect(theirs.id).toBe(match.id);
  await match.leave();
  expect(match.view).toMatchObject({ connection: 'closed', closeReason: 'left' });
  await expect(match.result).rejects.toMatchObject({ code: 'left' });
  expect((await theirs.result).placements[0]?.seatIndex).toBe(theirs.view.seatIndex);
});
