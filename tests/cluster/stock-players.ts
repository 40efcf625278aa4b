import { Client, type Room } from '@colyseus/sdk';
import type { ConnectFourState } from '../../rooms/connect-four/game.ts';
import { GYRE_TYPE, type GyreMessage } from '../../protocol/room-messages.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** The state as a stock client decodes it. */
type Board = InstanceType<typeof ConnectFourState>;

/** A player with a stock Colyseus client, who has a seat in a match. */
export interface Seated {
  readonly player: Player;
  readonly seatIndex: number;
  readonly sessionId: string;
  readonly room: Room<unknown, Board>;
  /** `drop`, `reconnect`, `leave` with their close codes, as they come. */
  readonly events: string[];
  readonly messages: GyreMessage[];
}

export class Player {
  readonly #endpoint: string;
  #token = '';
  id = '';

  private constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  static async signIn(endpoint: string, displayName: string): Promise<Player> {
    const player = new Player(endpoint);
    const { player: own, session } = await player.call<{ player: { id: string }; session: { accessToken: string } }>(
      'POST /auth/guest',
      { displayName },
    );
    player.id = own.id;
    player.#token = session.accessToken;
    return player;
  }

  /** @param what such as `GET /lobbies/l_…` */
  async call<Answer>(what: string, body?: object): Promise<Answer> {
    const [method = '', route = ''] = what.split(' ');
    const response = await fetch(`${this.#endpoint}/v1${route}`, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Answer;
  }

  async takeSeat(matchId: string): Promise<Seated> {
    const { seatIndex, colyseus } = await this.call<{ seatIndex: number; colyseus: { sessionId: string } }>(
      `POST /matches/${matchId}/seat`,
      {},
    );
    const client = new Client(this.#endpoint);
    const room = (await client.consumeSeatReservation(colyseus as never)) as unknown as Seated['room'];
    // What a player who waits for minutes has anyway: tries that don't give up and don't slow down.
    Object.assign(room.reconnection, { minUptime: 0, maxRetries: 1_000, maxDelay: 100 });
    const seated: Seated = { player: this, seatIndex, sessionId: colyseus.sessionId, room, events: [], messages: [] };
    room.onDrop((code) => seated.events.push(`drop ${code}`));
    room.onReconnect(() => seated.events.push('reconnect'));
    room.onLeave((code) => seated.events.push(`leave ${code}`));
    room.onMessage(GYRE_TYPE, (message: GyreMessage) => seated.messages.push(message));
    return seated;
  }
}

export interface Lobby {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly matchId: string | null;
  readonly lastMatchId: string | null;
}

export interface Played {
  readonly lobbyId: string;
  readonly matchId: string;
  /** By seat index. */
  readonly seats: readonly Seated[];
}

/** Two guests, from sign-in to their seats in a match. */
export async function playConnectFour(
  gyre: Pick<GyreProcess, 'endpoint' | 'beforeEnd'>,
  settings = { turnMs: 30_000 },
): Promise<Played> {
  const { endpoint } = gyre;
  const [ann, ben] = [await Player.signIn(endpoint, 'Ann'), await Player.signIn(endpoint, 'Ben')];
  const { id: lobbyId } = await ann.call<Lobby>('POST /lobbies', { game: 'connect-four', settings });
  await ben.call(`PUT /lobbies/${lobbyId}/members/me`, {});
  await ben.call(`PATCH /lobbies/${lobbyId}/members/me`, { ready: true });
  await ann.call(`POST /lobbies/${lobbyId}/start`, { countdownMs: 0 });
  const matchId = await waitFor(async () => (await ann.call<Lobby>(`GET /lobbies/${lobbyId}`)).matchId);
  const seats = [await ann.takeSeat(matchId), await ben.takeSeat(matchId)].sort((a, b) => a.seatIndex - b.seatIndex);
  for (const { room } of seats) gyre.beforeEnd.push(() => (room.reconnection.enabled = false));
  await waitFor(() => seats.every(({ room }) => room.state?.cells?.length === 42), { what: 'the board' });
  return { lobbyId, matchId, seats };
}

/** What a client sees of the board. */
export function boardOf({ room }: Seated) {
  const { cells, turn, turnEndsAtMs } = room.state;
  return { cells: [...cells], turn, turnEndsAtMs };
}
