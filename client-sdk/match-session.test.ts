import { expect, test } from '@jest/globals';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { GyreError } from './gyre-error.ts';
import type { HttpRequest } from './http-client.ts';
import { MatchSession } from './match-session.ts';
import { Routes } from './routes.ts';
import type { Api } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import type { WebSocketClass } from './socket.ts';
import { platformTiming } from './timing.ts';
import type { Timing } from './timing.ts';
import type { MatchView } from './views.ts';

const PLAYING: MatchView = {
  id: 'm_aaaaaaaa',
  version: 1,
  game: 'x',
  lobbyId: null,
  state: 'playing',
  reason: null,
  settings: {},
  seats: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  result: null,
};

const ENDS = [
  ['incompatible-build', 'incompatible-build'],
  ['deploy', 'abandoned'],
  ['crashed', 'abandoned'],
  ['ended-by-operator', 'abandoned'],
] as const;

/** A session whose room never comes, unless it is given one. */
function sessionWith(
  call: (request: HttpRequest) => Promise<unknown>,
  { timing = platformTiming, WebSocket }: { readonly timing?: Timing; readonly WebSocket?: WebSocketClass } = {},
): MatchSession {
  const api: Api = { call: <Body>(request: HttpRequest) => call(request) as Promise<Body> };
  const endpoint = 'http://127.0.0.1:9';
  return new MatchSession({
    id: PLAYING.id,
    api,
    endpoint,
    WebSocket: WebSocket ?? globalThis.WebSocket,
    network: new SimulatedNetwork(null),
    routes: new Routes(),
    timing,
    known: PLAYING,
    spectate: false,
  });
}

test.each(ENDS)(
  '[SV-6] a match that the hub calls abandoned for %s before its socket does is closed as %s',
  async (reason, closed) => {
    const match = sessionWith(() => new Promise(() => {}));
    const opening = match.open();
    match.learned({ ...PLAYING, version: 2, state: 'abandoned', reason });
    expect(await match.closed).toBe(closed);
    expect(match.view).toMatchObject({ connection: 'closed', closeReason: closed });
    await expect(opening).rejects.toMatchObject({ code: 'match-abandoned', detail: closed });
    await expect(match.result).rejects.toMatchObject({ code: 'match-abandoned', detail: closed });
  },
);

test.each(ENDS)(
  '[SV-6] a match that is over when its seat is asked for, abandoned for %s, is closed as %s',
  async (reason, closed) => {
    const match = sessionWith(({ method }) =>
      method === 'POST'
        ? Promise.reject(new GyreError('match-over', 'it is over', { status: 409 }))
        : Promise.resolve({ ...PLAYING, version: 2, state: 'abandoned', reason }),
    );
    await expect(match.open()).rejects.toMatchObject({ code: 'match-over' });
    expect(await match.closed).toBe(closed);
  },
);

test('[SD-8] a client that is closed stops asking how its match ended', async () => {
  const time = new VirtualTime();
  let asked = 0;
  const match = sessionWith(
    async ({ method }) => {
      if (method === 'POST') throw new GyreError('match-over', 'it is over', { status: 409 });
      asked += 1;
      throw new GyreError('network', 'nobody answers');
    },
    { timing: time },
  );
  match.open().catch(() => undefined);
  await settled();
  await time.passSettling(10_000);
  expect(asked).toBeGreaterThan(1);
  match.shutDown('closed');
  const before = asked;
  await time.passSettling(600_000);
  expect(asked).toBe(before);
});

test.each([4100, 4107, 4108])(
  '[SD-16] a match that is over by the time its seat is taken, which is told by %i, is over as if its seat had been refused',
  async (code) => {
    class ClosingSocket extends EventTarget {
      readyState = 0;
      constructor() {
        super();
        queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('close'), { code, reason: '' })));
      }
    }
    const grant = {
      directAddress: null,
      colyseus: { roomId: PLAYING.id, sessionId: 'x'.repeat(22), processId: 'i_1' },
    };
    const match = sessionWith(({ method }) => (method === 'POST' ? Promise.resolve(grant) : new Promise(() => {})), {
      timing: new VirtualTime(),
      WebSocket: ClosingSocket as unknown as WebSocketClass,
    });
    let failure: unknown = null;
    match.open().catch((error: unknown) => (failure = error));
    await settled();
    await settled();
    expect(failure).toMatchObject({ code: 'match-over' });
    match.shutDown('closed');
  },
);
