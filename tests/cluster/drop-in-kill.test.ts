import { Client } from '@colyseus/sdk';
import { expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Match, SeatGrant } from '../../protocol/matches.ts';
import { GyreProcess } from '../support/gyre-process.ts';
import { Api } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG_MS = 120_000;
type Reservation = Parameters<Client['consumeSeatReservation']>[0];

/** It kills itself at the next seat that its room is told of, or at the next hand-off. */
async function dying(): Promise<GyreProcess> {
  return await GyreProcess.start({ entry: 'tests/cluster/drop-in-process.ts', answers: true });
}

async function guests(gyre: GyreProcess, ...names: readonly string[]): Promise<Api[]> {
  const api = new Api(gyre.endpoint);
  return await Promise.all(names.map(async (name) => api.as(await api.signIn(name))));
}

async function create(guest: Api, body: object = {}): Promise<Lobby> {
  return (await guest.post<Lobby>('/v1/lobbies', { game: 'drop-in', ...body })).body;
}

async function reaches(guest: Api, lobbyId: string, state: Lobby['state']): Promise<Lobby> {
  const look = async () => {
    const { body } = await guest.get<Lobby>(`/v1/lobbies/${lobbyId}`);
    return body.state === state ? body : null;
  };
  return await waitFor(look, { what: `a lobby in ${state}` });
}

async function dieAndStart(gyre: GyreProcess): Promise<void> {
  await waitFor(() => !gyre.isAlive, { what: 'its death' });
  await gyre.start();
}

/** Takes one's seat, scores once, and shows the points of all seats. */
async function play(gyre: GyreProcess, guest: Api, matchId: string): Promise<readonly number[]> {
  const { body } = await guest.post<SeatGrant>(`/v1/matches/${matchId}/seat`);
  const room = await new Client(gyre.endpoint).consumeSeatReservation(body.colyseus as Reservation);
  room.reconnection.enabled = false;
  room.onMessage('*', () => {});
  try {
    expect(await room.request('score', undefined)).toEqual({ ok: true });
    const points = () => (room.state as { toJSON(): { points?: number[] } }).toJSON().points ?? [];
    return await waitFor(() => (points()[body.seatIndex ?? 0] === 1 ? points() : null));
  } finally {
    room.connection.close();
  }
}

test(
  '[HO-6, RM-15] a process that dies between a late join and its room leaves the seat to the next one',
  async () => {
    await using gyre = await dying();
    const [ann, bob] = (await guests(gyre, 'Ann', 'Bob')) as [Api, Api];
    const { id } = await create(ann);
    const { matchId } = await reaches(ann, id, 'in-match');
    await gyre.ask('seat');
    // Its answer never comes.
    await expect(bob.put(`/v1/lobbies/${id}/members/me`, {})).rejects.toThrow(/fetch failed/);
    await dieAndStart(gyre);
    const again = await bob.put<Lobby>(`/v1/lobbies/${id}/members/me`, {});
    expect([again.status, again.body.state, again.body.memberCount]).toEqual([200, 'in-match', 2]);
    const { seats } = (await bob.get<Match>(`/v1/matches/${matchId}`)).body;
    expect(seats.map(({ index, displayName }) => [index, displayName])).toEqual([
      [0, 'Ann'],
      [1, 'Bob'],
    ]);
    expect(await play(gyre, bob, matchId ?? '')).toEqual([0, 1]);
  },
  LONG_MS,
);

test(
  '[HO-5] a process that dies between an instant lobby and its hand-off leaves the start to the next one',
  async () => {
    await using gyre = await dying();
    const [ann, bob] = (await guests(gyre, 'Ann', 'Bob')) as [Api, Api];
    const waiting = await create(bob, { settings: { goal: 1 } });
    const { matchId } = await reaches(bob, waiting.id, 'in-match');
    await play(gyre, bob, matchId ?? '');
    await reaches(bob, waiting.id, 'open');
    await gyre.ask('hand-off');
    // Its answer may never come.
    await create(ann).catch(() => null);
    await dieAndStart(gyre);
    const { lobbyId } = (await ann.get<{ lobbyId: string }>('/v1/players/me')).body;
    const started = await reaches(ann, lobbyId, 'in-match');
    expect(started).toMatchObject({ reason: null, memberCount: 1 });
    expect(await play(gyre, ann, started.matchId ?? '')).toEqual([1]);
    // The one that waited for its members still does.
    expect((await bob.get<Lobby>(`/v1/lobbies/${waiting.id}`)).body).toMatchObject({
      state: 'open',
      lastMatchId: matchId,
    });
  },
  LONG_MS,
);
