import { expect, test } from '@jest/globals';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { GyreError } from './gyre-error.ts';
import { HubPool } from './hub-pool.ts';
import { Routes } from './routes.ts';
import type { Api } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { WatchedLobbies } from './watched-lobbies.ts';

/** Hubs of a client, whose requests are refused as those of a closed one. */
function pool() {
  const time = new VirtualTime();
  let asked = 0;
  const api: Api = {
    call: () => {
      asked += 1;
      return Promise.reject(new GyreError('closed', 'the client was closed'));
    },
  };
  const ignore = (): void => undefined;
  const hubs = new HubPool({
    api,
    endpoint: 'http://simulated.invalid',
    WebSocket,
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
