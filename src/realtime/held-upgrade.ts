import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A WebSocket that a client wants to open, not answered yet. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came right behind the request. */
  readonly head: Buffer;
}

/** More is sent by nobody before the handshake is answered (RFC 6455, 4.1): it is not kept. */
const MAX_EARLY_BYTES = 4 * 1024;

/** Whether it is worth while to go on: its client is there, and keeps to the protocol. Ends it otherwise. */
export function isWaiting({ socket, head }: Upgrade): boolean {
  if (socket.readableEnded || head.length + socket.readableLength > MAX_EARLY_BYTES) socket.destroy();
  return !socket.destroyed;
}
