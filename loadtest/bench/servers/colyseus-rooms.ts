// Plain Colyseus on `ws`, with its defaults, as its documentation has it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { matchMaker, Room, Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { serveParent } from '../child-side.ts';
import { FIELD_RATE_HZ, FieldState, moveWalkers, placeWalkers } from './field.ts';
import type { RoomsToOpen } from './rooms-to-open.ts';

interface FieldOptions {
  readonly clients: number;
}

class StandingRoom extends Room<{ state: InstanceType<typeof FieldState> }> {
  override state = new FieldState();
  // The rooms of Gyre stay as well.
  override autoDispose = false;

  override onCreate({ clients }: FieldOptions): void {
    placeWalkers(this.state, clients);
  }
}

class WalkingRoom extends StandingRoom {
  override onCreate(options: FieldOptions): void {
    super.onCreate(options);
    this.setSimulationInterval(() => moveWalkers(this.state), 1_000 / FIELD_RATE_HZ);
  }
}

/** Rooms that are created at a time. */
const AT_A_TIME = 50;

const http = createServer();
const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
server.define('walking', WalkingRoom);
server.define('standing', StandingRoom);
await server.listen(0, '127.0.0.1');
const { port } = http.address() as AddressInfo;
const open: { roomId: string; clients: number }[] = [];

serveParent({
  ready: { port },
  asks: {
    open: async ({ rooms, walking, clients }: RoomsToOpen) => {
      for (let left = rooms; left > 0; left -= AT_A_TIME) {
        await Promise.all(Array.from({ length: Math.min(left, AT_A_TIME) }, () => openOne(walking, clients)));
      }
    },
    reserve: async () => {
      const paths: string[] = [];
      for (const { roomId, clients } of open.splice(0)) {
        for (let client = 0; client < clients; client += 1) {
          const { sessionId } = await matchMaker.joinById(roomId, {});
          paths.push(`/p/${roomId}?sessionId=${sessionId}`);
        }
      }
      return paths;
    },
    heapBytes: () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
  },
});

async function openOne(walking: boolean, clients: number): Promise<void> {
  const { roomId } = await matchMaker.createRoom(walking ? 'walking' : 'standing', { clients });
  open.push({ roomId, clients });
}
