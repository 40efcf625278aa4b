import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { SeatGrant } from '../../protocol/matches.ts';
import { GyreProcess } from '../support/gyre-process.ts';
import { Api } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';

/** When the process is killed, in ms after the start was asked for: through the countdown, all steps, and after them. */
const KILLED_AFTER_MS = [0, 6, 12, 18, 25, 35, 70];
const LONG_MS = 120_000;

test(
  '[HO-1, HO-3] killed at any moment of a start, both play one match or are back in an open lobby',
  async () => {
    await using gyre = await GyreProcess.start();
    const ends: string[] = [];
    for (const killedAfterMs of KILLED_AFTER_MS) ends.push(await startAndKill(gyre, killedAfterMs));
    // The earliest come before the first step, the latest after the last: else this would prove little.
    expect(new Set(ends)).toEqual(new Set(['open', 'in-match']));
  },
  LONG_MS,
);

async function startAndKill(gyre: GyreProcess, killedAfterMs: number): Promise<string> {
  const api = new Api(gyre.endpoint);
  const [ann, bob] = [api.as(await api.signIn('Ann')), api.as(await api.signIn('Bob'))];
  const { id } = (await ann.post<Lobby>('/v1/lobbies', { game: 'connect-four' })).body;
  await bob.put(`/v1/lobbies/${id}/members/me`, {});
  await bob.patch(`/v1/lobbies/${id}/members/me`, { ready: true });
  // Its answer may never come.
  const started = ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 0 }).catch(() => null);
  await pause(killedAfterMs);
  await gyre.kill();
  await started;
  await gyre.start();
  const lobby = await waitFor(async () => {
    const { body } = await ann.get<Lobby>(`/v1/lobbies/${id}`);
    return body.state === 'open' || body.state === 'in-match' ? body : null;
  });
  if (lobby.state === 'in-match') await expectBothSeated([ann, bob], lobby.matchId);
  else await expectNothingLeft([ann, bob], lobby);
  return lobby.state;
}

async function expectBothSeated(players: readonly Api[], matchId: string | null): Promise<void> {
  const seats = await Promise.all(players.map((player) => player.post<SeatGrant>(`/v1/matches/${matchId}/seat`)));
  expect(seats.map(({ status, body }) => [status, body.seatIndex])).toEqual([
    [200, 0],
    [200, 1],
  ]);
}

async function expectNothingLeft(players: readonly Api[], lobby: Lobby): Promise<void> {
  expect([null, 'room-failed', 'player-left']).toContain(lobby.reason);
  expect([lobby.matchId, lobby.lastMatchId]).toEqual([null, null]);
  for (const player of players) {
    expect((await player.get<{ matchId: string | null }>('/v1/players/me')).body.matchId).toBeNull();
    expect((await player.get<{ items: unknown[] }>('/v1/matches?player=me')).body.items).toEqual([]);
  }
}
