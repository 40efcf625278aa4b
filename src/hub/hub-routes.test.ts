import { expect, test } from '@jest/globals';
import { SeatGrant } from '../../protocol/matches.ts';
import { startHttpService } from '../../tests/support/http-service.ts';
import { systemClock } from '../clock.ts';
import { HubRights } from './hub-rights.ts';
import { hubRoutes } from './hub-routes.ts';

test('POST /v1/hub gives another right at each call, to the caller and the sign-in', async () => {
  const rights = new HubRights(systemClock);
  await using http = await startHttpService({
    routes: () => hubRoutes({ rights, incarnation: 'i_1234567', directAddress: null }),
  });
  const signedIn = await http.api.signIn();
  const hub = async () => await http.api.as(signedIn).post<SeatGrant>('/v1/hub');
  const grants = [await hub(), await hub()];
  for (const { status, body } of grants) {
    expect(status).toBe(200);
    expect(SeatGrant.parse(body)).toEqual({
      role: 'hub',
      matchId: null,
      game: null,
      seatIndex: null,
      expiresInMs: 60_000,
      directAddress: null,
      colyseus: { name: 'hub', roomId: 'hub', sessionId: body.colyseus.sessionId, processId: 'i_1234567' },
    });
    const admission = rights.use(body.colyseus.sessionId, null);
    expect(admission).toMatchObject({ playerId: signedIn.player.id });
    expect(admission?.authSessionId).toMatch(/^s_/);
  }
  expect(grants[0]?.body.colyseus.sessionId).not.toBe(grants[1]?.body.colyseus.sessionId);
  expect(await http.api.post('/v1/hub')).toMatchObject({ status: 401, code: 'unauthenticated' });
});
