import { expect, test } from '@jest/globals';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { MatchesClient } from './matches-client.ts';
import { Routes } from './routes.ts';
import type { SeatGrant } from './seat-grant.ts';
import type { Api } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import type { WebSocketClass } from './socket.ts';

const GRANT: SeatGrant = {
  role: 'player',
  matchId: 'm_11111111',
  game: 'x',
  seatIndex: 0,
  expiresInMs: 60_000,
  directAddress: null,
  colyseus: { name: 'x', roomId: 'm_11111111', sessionId: 'abcdefghijklmnopqrstuv', processId: 'i_1234567' },
};

/** Somebody with a right to a seat, whose room never lets them in. */
function waiting() {
  const time = new VirtualTime();
  let dials = 0;
  let open = 0;
  class SilentSocket extends EventTarget {
    readyState = 0;
    constructor() {
      super();
      dials += 1;
      open += 1;
    }
    close(): void {
      open -= 1;
    }
  }
  const api: Api = {
    call: <Body>({ method }: { readonly method: string }) =>
      method === 'POST' ? Promise.resolve(GRANT as Body) : new Promise<Body>(() => {}),
  };
  const matches = new MatchesClient({
    api,
    endpoint: 'http://simulated.invalid',
    WebSocket: SilentSocket as unknown as WebSocketClass,
    network: new SimulatedNetwork(null, time),
    routes: new Routes(),
    timing: time,
  });
  return { matches, time, sockets: () => ({ dials, open }) };
}

test.each(['closed', 'signed-out'] as const)(
  '[SD-8] a seat that is still being taken is given up with its client, which is %s: nobody dials on, and whoever waits is told',
  async (reason) => {
    const { matches, time, sockets } = waiting();
    const [played, watched] = [matches.join('m_11111111'), matches.watch('m_11111111')];
    const failures: unknown[] = [];
    for (const opening of [played, watched]) opening.catch((error: unknown) => failures.push(error));
    await settled();
    expect(sockets()).toEqual({ dials: 2, open: 2 });
    matches.reset(reason);
    await time.passSettling(60_000);
    expect(sockets()).toEqual({ dials: 2, open: 0 });
    expect(failures).toMatchObject([{ code: reason }, { code: reason }]);
  },
);
