/** Lobbies over real HTTP on a real database, handed off to rooms that are only remembered. */
import { connectFour } from '../../rooms/connect-four/game.ts';
import type { Lobby, LobbyCreate } from '../../protocol/lobbies.ts';
import type { Nudges } from '../../src/cluster/ports.ts';
import { Lobbies } from '../../src/lobbies/lobbies.ts';
import { lobbyRoutes } from '../../src/lobbies/lobby-routes.ts';
import { HandOffs } from '../../src/matches/hand-off.ts';
import { MatchService } from '../../src/matches/match-service.ts';
import { LocalRooms } from '../../src/realtime/local-rooms.ts';
import { newId } from '../../src/store/ids.ts';
import { processes } from '../../src/store/schema.ts';
import { FakeRoomHost } from './fake-room-host.ts';
import { dropIn, teamRace } from './games.ts';
import type { Answer, Api, TestPlayer } from './http.ts';
import { type HttpParts, type HttpService, type HttpServiceOptions, startHttpService } from './http-service.ts';

export interface SeenNudge {
  readonly topic: keyof Nudges;
  readonly nudge: object;
}

/** A signed-in player with a client of its own. */
export interface Guest extends Api {
  readonly id: string;
  readonly name: string;
  readonly player: TestPlayer;
}

/** A lobby's body, `game` being team-race unless it says otherwise. */
type NewLobby = Partial<LobbyCreate>;

export class LobbyBed implements AsyncDisposable {
  readonly http: HttpService;
  readonly lobbies: Lobbies;
  readonly matches: MatchService;
  readonly handOffs: HandOffs;
  readonly rooms: FakeRoomHost;
  /** All that went over the bus, oldest first. */
  readonly nudges: SeenNudge[] = [];
  /** What went wrong in the background. */
  readonly errors: unknown[];

  private constructor(http: HttpService, parts: BedParts) {
    this.http = http;
    this.lobbies = parts.lobbies;
    this.matches = parts.matches;
    this.handOffs = parts.handOffs;
    this.rooms = parts.rooms;
    this.errors = parts.errors;
    for (const topic of ['lobby', 'player', 'match', 'chat'] as const) {
      http.bus.subscribe(topic, (nudge) => this.nudges.push({ topic, nudge }));
    }
  }

  static async open(options: Pick<HttpServiceOptions, 'config' | 'databaseUrl' | 'shared'> = {}): Promise<LobbyBed> {
    let made: BedParts | undefined;
    const http = await startHttpService({
      ...options,
      games: { 'connect-four': connectFour, 'team-race': teamRace, 'drop-in': dropIn },
      onAuthenticated: (playerId) => made?.lobbies.presence.sign(playerId),
      onLobbyTouched: (lobbyId) => made?.lobbies.pages.touched(lobbyId),
      routes: (parts) => {
        made = makeParts(parts);
        return lobbyRoutes({ ...parts, lobbies: made.lobbies, matches: made.matches });
      },
    });
    if (made === undefined) throw new Error('the routes were not asked for');
    await http.db.insert(processes).values({ incarnation: made.incarnation, state: 'alive', build: 'test' });
    await made.lobbies.countdowns.start(made.handOffs);
    return new LobbyBed(http, made);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lobbies.countdowns.stop();
    await this.handOffs.stop();
    await this.lobbies.presence.stop();
    await this.http[Symbol.asyncDispose]();
    if (this.errors.length > 0) throw new AggregateError(this.errors, 'something went wrong in the background');
  }

  async guest(displayName?: string): Promise<Guest> {
    const player = await this.http.api.signIn(displayName);
    return guestOf(this.http.api, player);
  }

  /** The same player, as a client of this bed: they may have signed in at another one on the same database. */
  visitor(guest: Guest): Guest {
    return guestOf(this.http.api, guest.player);
  }

  async guests<const Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Guest }> {
    const guests = await Promise.all(names.map((name) => this.guest(name)));
    return guests as { [Index in keyof Names]: Guest };
  }

  /** Creates a lobby with its host and these members, in this order. */
  async gather([host, ...others]: readonly Guest[], body: NewLobby = {}): Promise<Lobby> {
    if (host === undefined) throw new Error('a lobby needs a host');
    const created = await host.post<Lobby>('/v1/lobbies', { game: 'team-race', ...body });
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
    let lobby = created.body;
    for (const guest of others) {
      const joined = await this.join(guest, lobby.id, { code: lobby.code, password: body.password });
      if (joined.status !== 201) throw new Error(JSON.stringify(joined.body));
    }
    if (others.length > 0) lobby = (await host.get<Lobby>(`/v1/lobbies/${lobby.id}`)).body;
    return lobby;
  }

  async join(guest: Guest, lobbyId: string, body: object = {}): Promise<Answer<Lobby>> {
    return await guest.put<Lobby>(`/v1/lobbies/${lobbyId}/members/me`, body);
  }

  async ready(guest: Guest, lobbyId: string, ready = true): Promise<Answer<Lobby>> {
    return await guest.patch<Lobby>(`/v1/lobbies/${lobbyId}/members/me`, { ready });
  }

  /** Why these players left their lobbies since then; others of the same bed have lobbies of their own. */
  exitsSince(since: number, guests: readonly Guest[]): readonly { playerId?: string; exit?: string }[] {
    return this.nudges
      .slice(since)
      .map(({ nudge }) => nudge as { playerId?: string; exit?: string })
      .filter(({ playerId, exit }) => exit !== undefined && guests.some(({ id }) => id === playerId));
  }

  /** Time passes for who shows no sign of life, and presence is judged once. */
  async pass(ms: number): Promise<void> {
    this.http.clock.advance(ms);
    await this.lobbies.presence.sweep();
  }

  /** The countdowns that run now come to their end, and what they lead to is waited for. */
  async endCountdowns(ms = 10_000): Promise<void> {
    this.http.clock.advance(ms);
    await this.lobbies.countdowns.sweep();
    await this.handOffs.idle();
  }
}

interface BedParts {
  readonly lobbies: Lobbies;
  readonly matches: MatchService;
  readonly handOffs: HandOffs;
  readonly rooms: FakeRoomHost;
  readonly incarnation: string;
  readonly errors: unknown[];
}

function makeParts(parts: HttpParts): BedParts {
  const errors: unknown[] = [];
  const incarnation = parts.cluster.incarnation || newId('i');
  const rooms = new FakeRoomHost();
  const here = new LocalRooms(rooms, { incarnation });
  const lobbies = new Lobbies({ ...parts, onError: (error) => errors.push(error) });
  const common = { ...parts, lobbies: lobbies.moves, presence: lobbies.presence, incarnation, rooms: () => here };
  const matches = new MatchService(common);
  const handOffs = new HandOffs({ ...common, matches });
  return { lobbies, matches, handOffs, rooms, incarnation, errors };
}

function guestOf(api: Api, player: TestPlayer): Guest {
  return Object.assign(api.as(player), { id: player.player.id, name: player.player.displayName, player });
}
