import { type Lobby, Player } from '../cluster/stock-players.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { Random } from '../support/state-fuzz/random.ts';
import { waitFor } from '../support/wait-for.ts';
import { BadActor } from './bad-actor.ts';
import { Tallier } from './honest-players.ts';
import { HONEST_SEATS } from './tally-game.ts';

const SEATS = 8;

/** A match of tally: two honest players, the rest up to no good. */
export interface World {
  readonly matchId: string;
  readonly lobbyId: string;
  readonly honest: readonly Tallier[];
  /** They have seats. */
  readonly saboteurs: readonly BadActor[];
}

/** Makes a lobby, fills and starts it. */
export async function openWorld(gyre: GyreProcess, seed: number): Promise<World> {
  const players = [await Player.signIn(gyre.endpoint, 'Ann'), await Player.signIn(gyre.endpoint, 'Ben')] as const;
  const [ann, ben] = players;
  const { id: lobbyId } = await ann.call<Lobby>('POST /lobbies', { game: 'tally' });
  const target = { port: gyre.port, lobbyId, matchId: '' };
  await ben.call(`PUT /lobbies/${lobbyId}/members/me`, {});
  await ben.call(`PATCH /lobbies/${lobbyId}/members/me`, { ready: true });
  const saboteurs: BadActor[] = [];
  for (let seat = HONEST_SEATS; seat < SEATS; seat += 1) {
    const actor = new BadActor(target, new Random(seed + seat));
    await actor.signIn();
    await actor.call('PUT', `/v1/lobbies/${lobbyId}/members/me`);
    await actor.call('PATCH', `/v1/lobbies/${lobbyId}/members/me`, { ready: true });
    saboteurs.push(actor);
  }
  await ann.call(`POST /lobbies/${lobbyId}/start`, { countdownMs: 0 });
  const matchId = await waitFor(async () => (await ann.call<Lobby>(`GET /lobbies/${lobbyId}`)).matchId);
  target.matchId = matchId;
  const honest = [];
  for (const player of players) {
    const seat = await player.takeSeat(matchId);
    gyre.beforeEnd.push(() => (seat.room.reconnection.enabled = false));
    honest.push(new Tallier(seat, new Random(seed * 31 + seat.seatIndex)));
  }
  return { matchId, lobbyId, honest, saboteurs };
}
