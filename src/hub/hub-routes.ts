import { HUB_ROOM } from '../../protocol/hub.ts';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import { SeatGrant } from '../../protocol/matches.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { HubRights } from './hub-rights.ts';

export interface HubRouteParts {
  readonly rights: Pick<HubRights, 'grant'>;
  readonly incarnation: string;
  /** This process's own address, `host[:port][/path]`; null: only the shared one is known. */
  readonly directAddress: string | null;
}

export function hubRoutes({ rights, incarnation, directAddress }: HubRouteParts): Route[] {
  const grant = (sessionId: string): SeatGrant => ({
    role: 'hub',
    matchId: null,
    game: null,
    seatIndex: null,
    expiresInMs: SEAT_RIGHT_MS,
    directAddress,
    colyseus: { name: HUB_ROOM, roomId: HUB_ROOM, sessionId, processId: incarnation },
  });
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/hub',
      summary: 'The right to open a hub',
      description: "The hub pushes what becomes of the caller's lobby and match. Several may be open at once.",
      tag: 'Hub',
      auth: 'player',
      idempotent: false,
      responses: { 200: { description: 'The right', body: SeatGrant } },
      handler: async ({ player }) => {
        const sessionId = rights.grant({ playerId: player.id, authSessionId: player.sessionId });
        return { status: 200, body: grant(sessionId) };
      },
    }),
  ];
}
