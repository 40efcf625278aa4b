// `ws` alone: what a WebSocket costs before anything is done with it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serveParent } from '../child-side.ts';
import type { RoomsToOpen } from './rooms-to-open.ts';

const JOIN_ROOM = Buffer.of(10);
const STATE = Buffer.of(14);

const http = createServer();
const sockets = new WebSocketServer({ server: http });
sockets.on('connection', (socket) => {
  socket.on('message', () => socket.send(STATE));
  socket.send(JOIN_ROOM);
});
await new Promise<void>((resolve) => {
  http.listen(0, '127.0.0.1', resolve);
});
let places = 0;

serveParent({
  ready: { port: (http.address() as AddressInfo).port },
  asks: {
    open: ({ rooms, clients }: RoomsToOpen) => {
      places = rooms * clients;
    },
    reserve: () => Array.from({ length: places }, (_, place) => `/p/room?sessionId=${place}`),
  },
});
