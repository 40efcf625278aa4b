/** A player at a match or hub with the stock Colyseus SDK. */
import { Client, type Room } from '@colyseus/sdk';
import type { SeatGrant } from '../../../protocol/matches.ts';
import { waitFor } from '../../support/wait-for.ts';
import { expectOk } from './client.ts';
import type { Guest, Wire } from './wire.ts';

type Message = Record<string, unknown>;
type Reservation = Parameters<Client['consumeSeatReservation']>[0];

/** A right to a seat, as `POST /v1/matches/{id}/seat` hands it out. */
export async function grantOf(guest: Guest, matchId: string): Promise<SeatGrant> {
  return expectOk(await guest.post<SeatGrant>(`/v1/matches/${matchId}/seat`), 200);
}

/** A right to a hub. */
export async function hubGrantOf(guest: Guest): Promise<SeatGrant> {
  return expectOk(await guest.post<SeatGrant>('/v1/hub'), 200);
}

/** A stock SDK's room with all that it was sent. */
export class Player implements AsyncDisposable {
  readonly room: Room;
  /** In the order in which they came. */
  readonly messages: { readonly type: string; readonly payload: Message }[] = [];
  /** The final close code, once there is one. */
  left: number | null = null;

  constructor(room: Room) {
    this.room = room;
    room.reconnection.minUptime = 0;
    room.reconnection.delay = 20;
    room.reconnection.minDelay = 20;
    room.reconnection.maxDelay = 100;
    room.onMessage('*', (type, payload) => this.messages.push({ type: String(type), payload: payload as Message }));
    room.onLeave((code) => {
      this.left = code;
    });
  }

  static async take(wire: Wire, guest: Guest, matchId: string): Promise<Player> {
    return await Player.use(wire, await grantOf(guest, matchId));
  }

  static async hub(wire: Wire, guest: Guest): Promise<Player> {
    return await Player.use(wire, await hubGrantOf(guest));
  }

  /** Uses a right as the contract says: as it is, with nothing besides. */
  static async use(wire: Wire, { colyseus }: SeatGrant): Promise<Player> {
    return new Player(await new Client(wire.gyre.endpoint).consumeSeatReservation(colyseus as Reservation));
  }

  /** Messages of one type. */
  of(type: string): Message[] {
    return this.messages.flatMap((message) => (message.type === type ? [message.payload] : []));
  }

  /** Waits for the next message of a type that fits. */
  async hears(type: string, fits: (payload: Message) => boolean = () => true): Promise<Message> {
    return await waitFor(() => this.of(type).find(fits), { what: `a message ${type}` });
  }

  /** The line breaks, for ever. */
  cut(): void {
    this.room.reconnection.enabled = false;
    this.room.reconnection.maxRetries = 0;
    this.room.connection.reconnect = () => {};
    this.room.connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.left === null) this.cut();
  }
}
