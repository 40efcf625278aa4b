import { expect, test } from '@jest/globals';
import { GyreError } from './gyre-error.ts';
import type { HttpRequest } from './http-client.ts';
import { MatchSession } from './match-session.ts';
import { Routes } from './routes.ts';
import type { Api } from './session.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { platformTiming } from './timing.ts';
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

/** A session whose room never comes. */
function sessionWith(call: (request: HttpRequest) => Promise<unknown>): MatchSession {
  const api: Api = { call: <Body>(request: HttpRequest) => call(request) as Promise<Body> };
  const endpoint = 'http://127.0.0.1:9';
  return new MatchSession({
    id: PLAYING.id,
    api,
    endpoint,
    WebSocket,
    network: new SimulatedNetwork(null),
    routes: new Routes(),
    timing: platformTiming,
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
