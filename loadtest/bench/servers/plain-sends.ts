// The least that it takes to get the same bytes to as many clients at the same rate: one buffer, written to each connection.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { serveParent } from '../child-side.ts';
import { FIELD_RATE_HZ } from './field.ts';
import type { RoomsToOpen } from './rooms-to-open.ts';

/** Of RFC 6455. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const STATE_FRAME = Buffer.of(0x82, 1, 14);
const PATCH_BYTES = 401;
const PATCH_FRAME = Buffer.concat([
  Buffer.of(0x82, 126, PATCH_BYTES >> 8, PATCH_BYTES & 0xff),
  Buffer.alloc(PATCH_BYTES, 15),
]);

const connections: Socket[] = [];
let places = 0;
const http = createServer().on('upgrade', (request, connection: Socket) => {
  const key = `${request.headers['sec-websocket-key']}${ACCEPT_GUID}`;
  const accept = createHash('sha1').update(key).digest('base64');
  connection.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  connection.write(STATE_FRAME);
  connection.resume();
  connections.push(connection);
});
await new Promise<void>((resolve) => {
  http.listen(0, '127.0.0.1', resolve);
});
setInterval(() => {
  for (const connection of connections) connection.write(PATCH_FRAME);
}, 1_000 / FIELD_RATE_HZ);

serveParent({
  ready: { port: (http.address() as AddressInfo).port },
  asks: {
    open: ({ rooms, clients }: RoomsToOpen) => {
      places = rooms * clients;
    },
    reserve: () => Array.from({ length: places }, (_, place) => `/p/room?sessionId=${place}`),
  },
});
