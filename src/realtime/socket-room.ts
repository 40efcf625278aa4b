import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { PING_FRAME } from './frames.ts';
import { type InboundMessage, readFrame } from './inbound-frame.ts';
import type { RealtimeLog } from './ports.ts';
import type { SocketClient } from './socket-client.ts';

/** "Unexpected condition" (RFC 6455, 7.4.1): our own fault, and final for clients. */
const INTERNAL_ERROR = 1011;

/** What a room does with its sockets. */
export interface SocketHandler {
  /** A socket presents its right: `client.end` turns it away, `client.join` lets it in, now or later. */
  arrived(client: SocketClient): void;
  /** The client has acknowledged JOIN_ROOM. */
  acknowledged(client: SocketClient): void;
  /** A message within the caps; whatever stage the socket is in. */
  received(client: SocketClient, message: InboundMessage): void;
  /** Whether a message is not counted against 60/s. */
  isUncounted(client: SocketClient, message: InboundMessage): boolean;
  /** The client leaves on purpose. Its socket may still be open, and is to be closed with 4000. */
  consented(client: SocketClient): void;
  /** The socket is closed, by whichever side. Once for each. */
  gone(client: SocketClient): void;
  /** What a client said before it knew that its socket is being closed. Left out: nobody wants to know. */
  late?(client: SocketClient, message: InboundMessage | { readonly kind: 'leave' }): void;
}

/** What a {@link SocketRoom} is made of. */
export interface SocketRoomParts {
  readonly roomId: string;
  readonly handler: SocketHandler;
  readonly log: RealtimeLog;
}

/**
 * The sockets of a match, or of the hub, on Colyseus' protocol: they are let in, heard and let go by Gyre's rules. It takes
 * the place of Colyseus' own `Room`, whose seats, listing, timers and encode buffers Gyre has its own of: an idle room owns
 * no timer and no buffer.
 */
export class SocketRoom {
  readonly clients = new Set<SocketClient>();
  readonly #parts: SocketRoomParts;

  constructor(parts: SocketRoomParts) {
    this.#parts = parts;
  }

  /** Takes over a socket that asks for this room. */
  enter(client: SocketClient): void {
    if (client.ref.readyState !== client.ref.OPEN) return;
    client.ref.on('message', (data: Buffer, isBinary: boolean) => this.#hear(client, isBinary ? data : null));
    client.ref.once('close', (code: number) => this.#leave(client, code));
    this.clients.add(client);
    this.contain(client, () => this.#parts.handler.arrived(client));
  }

  /** Closes all sockets with `code`; for the room they are gone. */
  disconnect(code: number = CloseCode.comeBack): void {
    for (const client of this.clients) {
      client.end(code);
      this.#leave(client);
    }
  }

  /** A throw on behalf of one socket costs that socket, and nobody else anything. */
  contain(client: SocketClient, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.log.error({ err: error, roomId: this.#parts.roomId }, 'handling a socket threw');
      client.end(INTERNAL_ERROR);
    }
  }

  #hear(client: SocketClient, data: Buffer | null): void {
    client.ref.silentRounds = 0;
    if (client.stage !== 'ended') this.contain(client, () => this.#receive(client, data));
    else if (this.#parts.handler.late !== undefined && data !== null)
      this.contain(client, () => this.#overhear(client, data));
  }

  #overhear(client: SocketClient, data: Buffer): void {
    const frame = readFrame(data);
    if (frame?.kind === 'message' || frame?.kind === 'leave') this.#parts.handler.late?.(client, frame);
  }

  #leave(client: SocketClient, code?: number): void {
    if (!this.clients.delete(client)) return;
    this.contain(client, () => {
      // A raw client may say goodbye by the close code alone.
      if (code === CloseCode.consented && client.stage !== 'ended') this.#parts.handler.consented(client);
      client.markEnded();
      this.#parts.handler.gone(client);
    });
  }

  #receive(client: SocketClient, data: Buffer | null): void {
    const frame = data === null ? null : readFrame(data);
    switch (frame?.kind) {
      case undefined:
        client.end(CloseCode.badInput);
        break;
      case 'acknowledge':
        if (client.acknowledge()) this.#parts.handler.acknowledged(client);
        break;
      case 'ping':
        if (client.pings.take()) client.deliver(PING_FRAME);
        else client.end(CloseCode.tooManyMessages);
        break;
      case 'leave':
        this.#parts.handler.consented(client);
        break;
      case 'message':
        this.#take(client, frame);
        break;
    }
  }

  #take(client: SocketClient, message: InboundMessage): void {
    if (!this.#parts.handler.isUncounted(client, message) && !client.messages.take())
      client.end(CloseCode.tooManyMessages);
    else if (message.packed.length > MAX_ROOM_MESSAGE_BYTES + ENVELOPE_BYTES) client.end(CloseCode.badInput);
    else this.#parts.handler.received(client, message);
  }
}

/** Room around the payload itself: `[seq, name, …, true]` of an input. */
export const ENVELOPE_BYTES = 128;
