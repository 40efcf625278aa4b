import { schema, t } from '@colyseus/schema';
import { Client } from '@colyseus/sdk';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import type { SeatGrant } from '../../protocol/matches.ts';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { type AnyRoomClass, gameRoom } from '../../rooms/kit/index.ts';
import { startTestGyre } from '../support/gyre.ts';
import { waitFor } from '../support/wait-for.ts';

/** Two builds of the same games: `tally` has a new field in the second, `still` is as it was. */
function build({ withNewField }: { withNewField: boolean }) {
  const fields = { count: t.uint8().default(0), ...(withNewField && { best: t.uint8().default(0) }) };
  const rooms = { tally: roomOf('tally', fields), still: roomOf('still', { count: t.uint8().default(0) }) };
  return { games: { tally: rooms.tally.game, still: rooms.still.game }, rooms };
}

function roomOf(name: string, fields: Parameters<typeof schema>[0]): AnyRoomClass {
  const game = defineGame({
    name,
    title: name,
    players: { min: 1, max: 1 },
    state: schema(fields, `State of ${name}`),
    messages: { count: z.undefined() },
  });
  class CountingRoom extends gameRoom(game) {
    override readonly messages = this.handle({ count: () => undefined });
    override onStart(): void {}
  }
  return CountingRoom;
}

test('[SV-6] a game whose state has changed: its match is given up with a reason, those of other games go on', async () => {
  await using gyre = await startTestGyre(build({ withNewField: false }));
  const played = await Promise.all(['tally', 'still'].map((game) => play(gyre, game)));
  const [tally, still] = played as [Played, Played];
  await gyre.restart(build({ withNewField: true }));

  await waitFor(() => tally.closes.includes(4108), { what: '4108' });
  const lobby = await tally.api.get(`/v1/lobbies/${tally.lobbyId}`);
  expect(lobby.body).toMatchObject({ state: 'open', reason: 'match-abandoned', lastMatchId: tally.matchId });
  const match = await tally.api.get(`/v1/matches/${tally.matchId}`);
  expect(match.body).toMatchObject({ state: 'abandoned', reason: 'incompatible-build', result: null });

  await waitFor(() => still.returns === 1, { what: 'the other match' });
  expect(await still.room.request('count')).toEqual({ ok: true });
  expect(still.closes).toEqual([]);
  // Or it would go on trying to come back.
  await still.room.leave();
});

type Gyre = Awaited<ReturnType<typeof startTestGyre>>;
type Played = Awaited<ReturnType<typeof play>>;

/** One guest alone, from sign-in to a seat. */
async function play(gyre: Gyre, game: string) {
  const player = await gyre.api.signIn();
  const api = gyre.api.as(player);
  const { id: lobbyId } = (await api.post<{ id: string }>('/v1/lobbies', { game })).body;
  await api.post(`/v1/lobbies/${lobbyId}/start`, { countdownMs: 0 });
  const matchId = await waitFor(
    async () => (await api.get<{ matchId: string | null }>(`/v1/lobbies/${lobbyId}`)).body.matchId,
  );
  const { colyseus } = (await api.post<SeatGrant>(`/v1/matches/${matchId}/seat`)).body;
  const room = await new Client(gyre.endpoint).consumeSeatReservation(colyseus as never);
  Object.assign(room.reconnection, { minUptime: 0, maxRetries: 1_000, maxDelay: 100 });
  const seen = { api, lobbyId, matchId, room, closes: [] as number[], returns: 0 };
  room.onLeave((code) => seen.closes.push(code));
  room.onReconnect(() => (seen.returns += 1));
  room.onMessage('__gyre', () => {});
  return seen;
}
