// The peer of a campaign: plain Colyseus with its Redis driver and presence, as its documentation has it for several
// processes, and the same field as a room of its own.
import { createServer } from 'node:http';
import { type Client, Room, Server } from '@colyseus/core';
import { RedisDriver } from '@colyseus/redis-driver';
import { RedisPresence } from '@colyseus/redis-presence';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { TICK_RATE_HZ } from '../beacon-rules.ts';
import { FieldState } from './field-game.ts';
import { newOwnerMark, placeSeats, say, stepField } from './field-steps.ts';

const RECONNECT_GRACE_S = 120;

interface JoinOptions {
  readonly group: number;
  readonly seat: number;
  readonly seats: number;
}

class PlainField extends Room<{ state: InstanceType<typeof FieldState> }> {
  override state = new FieldState();
  readonly #owner = newOwnerMark();
  readonly #seats = new Map<string, number>();

  override onCreate({ seats }: JoinOptions): void {
    this.maxClients = seats;
    placeSeats(this.state, seats);
    this.onMessage('say', (client, { number }: { number: number }) => {
      say(this.state, this.#seats.get(client.sessionId) ?? -1, number);
    });
    this.setSimulationInterval(() => stepField(this.state, this.#owner), 1_000 / TICK_RATE_HZ);
  }

  override onJoin(client: Client, { seat }: JoinOptions): void {
    this.#seats.set(client.sessionId, seat);
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, RECONNECT_GRACE_S);
  }
}

const { PORT, HOST, REDIS_URL = '', PUBLIC_ADDRESS } = process.env;
const http = createServer();
const server = new Server({
  transport: new WebSocketTransport({ server: http }),
  driver: new RedisDriver(REDIS_URL),
  presence: new RedisPresence(REDIS_URL),
  ...(PUBLIC_ADDRESS !== undefined && { publicAddress: PUBLIC_ADDRESS }),
  greet: false,
});
server.define('field', PlainField).filterBy(['group']);
await server.listen(Number(PORT), HOST);
