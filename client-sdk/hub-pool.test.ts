import { expect, test } from '@jest/globals';
import type { Lobby } from '../protocol/lobbies.ts';
import { SimulatedHub } from '../tests/support/simulated-hub.ts';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { GyreError } from './gyre-error.ts';
import { HubPool } from './hub-pool.ts';
import { Routes } from './routes.ts';
import type { SeatGrant } from './seat-grant.ts';
import type { Api } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { WatchedLobbies } from './watched-lobbies.ts';

const GRANT: SeatGrant = {
  role: 'hub',
  matchId: null,
  game: null,
  seatIndex: null,
  expiresInMs: 60_000,
  directAddress: null,
  colyseus: { name: 'hub', roomId: 'hub', sessionId: 'x'.repeat(22), processId: 'i_1234567' },
};

/** Hubs of a client whose requests are refused as those of a closed one, unless there is a hub for it. */
function pool(simulated: SimulatedHub | null = null) {
  const time = new VirtualTime();
  let asked = 0;
  const api: Api = {
    call: <Body>() => {
      asked += 1;
      return simulated
        ? Promise.resolve(GRANT as Body)
        : Promise.reject(new GyreError('closed', 'the client was closed'));
    },
  };
  const ignore = (): void => undefined;
  const hubs = new HubPool({
    api,
    endpoint: 'http://simulated.invalid',
    WebSocket: simulated?.WebSocket ?? WebSocket,
    network: new SimulatedNetwork(null, time),
    routes: new Routes(),
    timing: time,
    handlers: { lobby: ignore, match: ignore, chat: ignore, notice: ignore, greeted: ignore, signedOut: ignore },
  });
  return { hubs, time, asked: () => asked };
}

test('[SD-8] a hub of a client that was closed meanwhile asks for no right again', async () => {
  const { hubs, time, asked } = pool();
  hubs.start();
  await settled();
  await time.passSettling(60_000);
  expect(asked()).toBe(1);
});

test('[SD-8] a page of lobbies that is watched with a closed client fails at once', async () => {
  const { hubs } = pool();
  hubs.fail();
  const watched = new WatchedLobbies((watcher) => hubs.watch({ request: { where: {} }, watcher }));
  const failure = await Promise.race([watched.ready.catch((error: unknown) => error), settled()]);
  expect(failure).toMatchObject({ code: 'closed' });
});

test('[SD-5] what is still told of the page that was watched before is not shown as the next one', async () => {
  const simulated = new SimulatedHub();
  const { hubs } = pool(simulated);
  hubs.start();
  const watch = (game: string) =>
    new WatchedLobbies((watcher) => hubs.watch({ request: { where: { game } }, watcher }));
  const pageOf = (id: string) => ({ items: [{ id } as Lobby] });
  const first = watch('arena');
  await settled();
  simulated.answer(0, pageOf('l_first'));
  await first.ready;
  first.stop();
  const next = watch('connect-four');
  let isReady = false;
  void next.ready.then(() => (isReady = true));
  simulated.push('lobbies', pageOf('l_changed'));
  await settled();
  expect([isReady, next.view]).toEqual([false, []]);
  simulated.answer(simulated.asked.at(-1) ?? -1, pageOf('l_next'));
  expect(next.view).toEqual([{ id: 'l_next' }]);
  // Right behind the answer: it came with the same bytes.
  simulated.push('lobbies', pageOf('l_later'));
  await settled();
  expect(next.view).toEqual([{ id: 'l_later' }]);
  hubs.stop();
});
