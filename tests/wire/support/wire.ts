/** A whole Gyre, its guests and their lobbies, for tests that know nothing but the wire contract. */
import { randomBytes } from 'node:crypto';
import type { Lobby } from '../../../protocol/lobbies.ts';
import type { SignedIn } from '../../../protocol/players.ts';
import { games } from '../../../rooms/games.ts';
import { rooms } from '../../../rooms/index.ts';
import { startTestGyre, type TestGyre, type TestGyreOptions } from '../../support/gyre.ts';
import { DropInRoom } from '../../support/drop-in-room.ts';
import { dropIn, teamRace } from '../../support/games.ts';
import { TeamRaceRoom } from '../../support/team-race-room.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { WireAnswer } from './answers.ts';
import { expectOk, WireClient } from './client.ts';

/** Somebody who has signed in. */
export interface Guest extends WireClient {
  readonly id: string;
  readonly name: string;
  readonly signedIn: SignedIn;
}

export class Wire implements AsyncDisposable {
  readonly gyre: TestGyre;
  /** Nobody: requests without a token. */
  readonly anyone: WireClient;

  private constructor(gyre: TestGyre) {
    this.gyre = gyre;
    this.anyone = new WireClient(gyre.url);
  }

  /** With the games that are shipped, and with team-race and drop-in, which only tests know. */
  static async open(options: TestGyreOptions = {}): Promise<Wire> {
    const all = {
      games: { ...games, 'team-race': teamRace, 'drop-in': dropIn },
      rooms: { ...rooms, 'team-race': TeamRaceRoom, 'drop-in': DropInRoom },
    };
    return new Wire(await startTestGyre({ ...all, ...options }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gyre[Symbol.asyncDispose]();
  }

  async guest(displayName?: string): Promise<Guest> {
    const deviceKey = randomBytes(32).toString('base64url');
    const signedIn = expectOk(await this.anyone.post<SignedIn>('/v1/auth/guest', { deviceKey, displayName }), 201);
    const client = this.anyone.with({ Authorization: `Bearer ${signedIn.session.accessToken}` });
    return Object.assign(client, { id: signedIn.player.id, name: signedIn.player.displayName, signedIn });
  }

  async guests<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Guest }> {
    const guests = await Promise.all(names.map((name) => this.guest(name)));
    return guests as { [Index in keyof Names]: Guest };
  }

  async crowd(size: number): Promise<Guest[]> {
    return await Promise.all(Array.from({ length: size }, (_, index) => this.guest(`Guest ${index}`)));
  }

  /** A lobby of its host and these members, who come in this order. Team race unless `body` says otherwise. */
  async gather([host, ...others]: readonly [Guest, ...Guest[]], body: object = {}): Promise<Lobby> {
    const lobby = expectOk(await host.post<Lobby>('/v1/lobbies', { game: 'team-race', ...body }), 201);
    const password = 'password' in body ? body.password : null;
    for (const guest of others) expectOk(await join(guest, lobby.id, { code: lobby.code, password }), 201);
    return await see(host, lobby.id);
  }

  /** A connect-four match in play, between these two. */
  async duel(host: Guest, other: Guest, settings: object = {}): Promise<{ lobbyId: string; matchId: string }> {
    const { id } = await this.gather([host, other], { game: 'connect-four', settings });
    await ready(other, id);
    return await this.play(host, id);
  }

  /** Starts a lobby that may be started, and waits until it is played. */
  async play(host: Guest, lobbyId: string): Promise<{ lobbyId: string; matchId: string }> {
    expectOk(await host.post(`/v1/lobbies/${lobbyId}/start`, { countdownMs: 0 }), 202);
    const { matchId } = await reaches(host, lobbyId, 'in-match');
    if (matchId === null) throw new Error('a lobby in a match has no match');
    return { lobbyId, matchId };
  }
}

/** A drop-in lobby whose match has begun, with its host alone. */
export async function dropInWith(host: Guest, body: object = {}): Promise<{ lobbyId: string; matchId: string }> {
  const { id } = expectOk(await host.post<Lobby>('/v1/lobbies', { game: 'drop-in', ...body }), 201);
  const { matchId } = await reaches(host, id, 'in-match');
  if (matchId === null) throw new Error('a lobby in a match has no match');
  return { lobbyId: id, matchId };
}

/** The lobby as `guest` sees it. */
export async function see(guest: WireClient, lobbyId: string): Promise<Lobby> {
  return expectOk(await guest.get<Lobby>(`/v1/lobbies/${lobbyId}`), 200);
}

export function join(guest: WireClient, lobbyId: string, body?: object): Promise<WireAnswer<Lobby>> {
  return guest.put<Lobby>(`/v1/lobbies/${lobbyId}/members/me`, body);
}

export async function ready(guest: WireClient, lobbyId: string, isReady = true): Promise<Lobby> {
  return expectOk(await guest.patch<Lobby>(`/v1/lobbies/${lobbyId}/members/me`, { ready: isReady }), 200);
}

/** Waits until the lobby is in a state. */
export async function reaches(guest: WireClient, lobbyId: string, state: Lobby['state']): Promise<Lobby> {
  const look = async (): Promise<Lobby | null> => {
    const lobby = await see(guest, lobbyId);
    return lobby.state === state ? lobby : null;
  };
  return await waitFor(look, { what: `a lobby in ${state}`, everyMs: 20 });
}
