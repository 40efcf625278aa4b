import { expect, test } from '@jest/globals';
import { Gyre, type Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { freePort } from '../support/gyre-process.ts';
import { type Service, type ServiceOptions, startService } from '../support/service.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

type ConnectFour = Games['connect-four'];

/** Two players of one service in a match; `players[0]` has the turn. */
async function seatTwo(service: Service) {
  const gyres = [0, 1].map(() => new Gyre<Games>({ endpoint: service.endpoint, storage: 'memory' }));
  const [ann, bob] = gyres as [Gyre<Games>, Gyre<Games>];
  await Promise.all([ann.signInAsGuest(), bob.signInAsGuest()]);
  const lobby = await ann.lobbies.create({ game: 'connect-four', settings: { turnMs: 120_000 } });
  const other = await bob.lobbies.join<ConnectFour>(lobby.view);
  await other.setReady();
  await lobby.start({ countdownMs: 0 });
  const matches = await Promise.all([lobby.nextMatch(), other.nextMatch()]);
  const players = [...matches].sort((one, two) => Number(isOn(two)) - Number(isOn(one)));
  return {
    ann,
    bob,
    lobbies: [lobby, other] as const,
    players: players as [Match<ConnectFour>, Match<ConnectFour>],
    [Symbol.dispose]() {
      for (const gyre of gyres) gyre.close();
    },
  };
}

function isOn(match: Match<ConnectFour>): boolean {
  return match.state.turn === match.view.seatIndex;
}

/** Moves after which nobody has won, by columns. */
const QUIET_MOVES = [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 2, 3, 2, 3, 2, 3, 3, 2, 3, 2, 3, 2];

test('[SD-3] through kill -9 and new starts, pending requests are answered and every input counts once', async () => {
  await using service = await startService();
  using two = await seatTwo(service);
  const [first, second] = two.players;
  const state = first.state;
  for (const [turn, column] of QUIET_MOVES.entries()) {
    const reply = (turn % 2 === 0 ? first : second).request('drop', { column });
    if (turn % 8 === 3) {
      // In the middle of a move: it may be on its way, in the log, or answered.
      await service.kill();
      await service.start();
    }
    expect(await reply).toEqual({ ok: true });
  }
  for (const { state: seen } of [first, second]) {
    await waitFor(() => [...seen.cells].filter((cell) => cell !== 0).length === QUIET_MOVES.length);
  }
  expect([...first.state.cells]).toEqual([...second.state.cells]);
  // The decoded state is the one that the page holds on to since the beginning.
  expect(first.state).toBe(state);
  expect(two.lobbies.map(({ view }) => view.state)).toEqual(['in-match', 'in-match']);
  await second.request('resign');
  expect((await first.result).placements[0]?.seatIndex).toBe(first.view.seatIndex);
}, 60_000);

test('a clean restart is a short reconnecting, and the hub comes back by itself', async () => {
  await using service = await startService();
  using two = await seatTwo(service);
  const [first] = two.players;
  const seen: string[] = [];
  first.subscribe(({ connection }) => seen.at(-1) === connection || seen.push(connection));
  // A chat that somebody looks at catches up with what was said while its hub was away.
  const said: string[] = [];
  two.lobbies[1].chat.subscribe((messages) => said.splice(0, said.length, ...messages.map(({ text }) => text)));
  await service.stop();
  await waitFor(() => first.view.connection === 'reconnecting');
  const reply = first.request('drop', { column: 3 });
  await service.start();
  expect(await reply).toEqual({ ok: true });
  expect(seen).toEqual(['connected', 'reconnecting', 'connected']);
  await waitFor(() => two.ann.view.connection === 'connected');
  await two.lobbies[0].chat.send('still here');
  await waitFor(() => said.includes('still here'), { what: 'the message' });
}, 60_000);

test('a seat is taken at the direct address if there is one, and at the shared one if that does not answer', async () => {
  const directPort = await freePort();
  const options: ServiceOptions = { env: { GYRE_DIRECT_ADDRESS: `127.0.0.1:${directPort}` } };
  await using service = await startService(options);
  using shared = await seatTwo(service);
  expect(await shared.players[0].request('drop', { column: 0 })).toEqual({ ok: true });
});

test('the direct address carries the match', async () => {
  await using network = await TcpProxy.to(0);
  const options: ServiceOptions = { env: { GYRE_DIRECT_ADDRESS: `127.0.0.1:${network.port}` } };
  await using service = await startService(options);
  network.target = service.port;
  using two = await seatTwo(service);
  const carried = network.connections;
  expect(carried).toBeGreaterThanOrEqual(2);
  network.cut();
  // The shared address is still there.
  expect(await two.players[0].request('drop', { column: 0 })).toEqual({ ok: true });
});
