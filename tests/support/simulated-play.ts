import { MatchSession } from '../../client-sdk/match-session.ts';
import type { Match } from '../../client-sdk/match.ts';
import { Routes } from '../../client-sdk/routes.ts';
import type { SeatGrant } from '../../client-sdk/seat-grant.ts';
import type { Api } from '../../client-sdk/session.ts';
import { SimulatedNetwork, type SimulatedConditions } from '../../client-sdk/simulated-network.ts';
import type { WebSocketClass } from '../../client-sdk/socket.ts';
import type { MatchView } from '../../client-sdk/views.ts';
import type { RoomClass } from '../../rooms/kit/game-room.ts';
import type { AnyGame, RoomState } from '../../rooms/kit/game-types.ts';
import type { SeatInit } from '../../rooms/kit/ports.ts';
import { type RoomSocket, SimulatedRoom } from './simulated-room.ts';
import { settled, VirtualTime } from './virtual-time.ts';

export interface SimulatedPlayOptions<Game extends AnyGame> {
  readonly seats: number;
  /** Of everything that is by chance: the room's, and each player's network's. */
  readonly seed: number;
  readonly settings?: Game['settings']['_zod']['input'];
  readonly conditions: SimulatedConditions;
}

const CONNECT_WITHIN_MS = 10_000;
const MATCH_ID = 'm_simulated';

/**
 * A match of the real core and the SDK's real match connections, over a simulated network, in virtual time: minutes of play
 * take a second, and the same seed always plays the same.
 */
export class SimulatedPlay<Game extends AnyGame> implements Disposable {
  readonly time: VirtualTime;
  readonly room: SimulatedRoom;
  readonly #sessions: readonly MatchSession[];

  private constructor(room: SimulatedRoom, sessions: readonly MatchSession[]) {
    this.time = room.time;
    this.room = room;
    this.#sessions = sessions;
  }

  /** Everyone is seated when it resolves. */
  static async start<Game extends AnyGame>(
    room: RoomClass<Game>,
    options: SimulatedPlayOptions<Game>,
  ): Promise<SimulatedPlay<Game>> {
    const { seats: count, seed, conditions } = options;
    const time = new VirtualTime(100_000);
    const settings = room.game.settings.parse(options.settings ?? {});
    const seats: SeatInit[] = Array.from({ length: count }, (_, index) => seatOf(index));
    const simulated = new SimulatedRoom(time, room, { matchId: MATCH_ID, settings, seats, seed });
    const sessions = seats.map(({ index }) => {
      const network = new SimulatedNetwork({ ...conditions, seed: seed * 1_000 + index }, time);
      return sessionOf(simulated, { seatIndex: index, network, game: room.game.name });
    });
    const play = new SimulatedPlay<Game>(simulated, sessions);
    const opening = sessions.map((session) => session.open());
    for (const opened of opening) opened.catch(() => undefined);
    await play.pass(CONNECT_WITHIN_MS);
    if (!sessions.every(({ view }) => view.connection === 'connected')) throw new Error('nobody lets the players in');
    await Promise.all(opening);
    return play;
  }

  /** Each player's side of the match, by the seat's index. */
  get players(): readonly Match<Game>[] {
    return this.#sessions as unknown as readonly Match<Game>[];
  }

  /** The room's own state. */
  get state(): RoomState<Game> {
    return this.room.state as RoomState<Game>;
  }

  /** Lets match and network go on. */
  async pass(ms: number): Promise<void> {
    await settled();
    await this.time.passSettling(ms);
  }

  /** Throws what the game threw meanwhile. */
  [Symbol.dispose](): void {
    for (const session of this.#sessions) session.shutDown('closed');
    if (this.room.faults.length > 0) throw new AggregateError(this.room.faults, 'The game threw.');
  }
}

interface PlayerParts {
  readonly seatIndex: number;
  readonly network: SimulatedNetwork;
  readonly game: string;
}

function sessionOf(room: SimulatedRoom, { seatIndex, network, game }: PlayerParts): MatchSession {
  const view = { id: MATCH_ID, version: 1, game, state: 'playing', settings: {}, seats: [], result: null };
  const api: Api = { call: async <Body>() => grantOf(seatIndex, game) as Body };
  return new MatchSession({
    id: MATCH_ID,
    api,
    endpoint: 'http://simulated.invalid',
    WebSocket: socketsInto(room, seatIndex),
    network,
    routes: new Routes(),
    timing: room.time,
    known: view as unknown as MatchView,
    spectate: false,
  });
}

function seatOf(index: number): SeatInit {
  return { index, playerId: `p_player0${index}`, displayName: `Player ${index + 1}`, team: null, isBot: false };
}

function grantOf(seatIndex: number, game: string): SeatGrant {
  const colyseus = { name: game, roomId: MATCH_ID, sessionId: `seat${seatIndex}`, processId: 'simulated' };
  return { role: 'player', matchId: MATCH_ID, game, seatIndex, expiresInMs: 60_000, directAddress: null, colyseus };
}

const LOST = 1006;

/** WebSockets that end in the room, at once: what lies between is the simulated network's. */
function socketsInto(room: SimulatedRoom, seatIndex: number): WebSocketClass {
  class VirtualSocket extends EventTarget implements RoomSocket {
    readonly seatIndex = seatIndex;
    readyState = 0;

    constructor() {
      super();
      room.time.after(0, () => this.#open());
    }

    /** Both ends have it: the room's frames go to the client, the client's to the room. */
    send(frame: Uint8Array): void {
      room.heard(this.#end, frame);
    }

    close(code = LOST): void {
      if (this.readyState === 3) return;
      this.readyState = 3;
      room.gone(this.#end);
      this.dispatchEvent(Object.assign(new Event('close'), { code, reason: '' }));
    }

    readonly #end: RoomSocket = {
      seatIndex,
      send: (frame) => this.#receive(frame),
      close: (code) => this.close(code),
    };

    #open(): void {
      if (room.isDown) return this.close();
      this.readyState = 1;
      room.arrived(this.#end);
    }

    #receive(frame: Uint8Array): void {
      const data = new Uint8Array(frame).buffer;
      if (this.readyState === 1) this.dispatchEvent(Object.assign(new Event('message'), { data }));
    }
  }
  return VirtualSocket as unknown as WebSocketClass;
}
