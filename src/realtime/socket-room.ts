import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { ColyseusRoom } from './colyseus-room.ts';
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
}

/** What a {@link SocketRoom} is created with. */
export interface SocketRoomOptions {
  readonly handler: SocketHandler;
  readonly log: RealtimeLog;
}

/**
 * The Colyseus room of a match, or the hub. Its sockets are let in, heard and let go by Gyre's rules: Colyseus' own seats,
 * timers and serializer are switched off, so an idle room owns no timer and no buffer. The one place that overrides
 * Colyseus' internals.
 */
export class SocketRoom extends ColyseusRoom {
  #options: SocketRoomOptions | null = null;

  onCreate(options: SocketRoomOptions): void {
    this.#options = options;
  }

  /** Takes over a socket that asks for this room. */
  enter(client: SocketClient): void {
    if (client.ref.readyState !== client.ref.OPEN) return;
    client.ref.on('message', (data: Buffer, isBinary: boolean) => this._onMessage(client, data, isBinary));
    client.ref.once('close', (code: number) => void this._onLeave(client, code));
    this.clients.push(client);
    this.#contain(client, () => this.#own.handler.arrived(client));
  }

  override _onMessage(client: SocketClient, data: Buffer, isBinary = true): void {
    if (client.stage !== 'ended') this.#contain(client, () => this.#receive(client, isBinary ? data : null));
  }

  override async _onLeave(client: SocketClient, code?: number): Promise<void> {
    if (!this.clients.delete(client)) return;
    this.#contain(client, () => {
      // A raw client may say goodbye by the close code alone.
      if (code === CloseCode.consented && client.stage !== 'ended') this.#own.handler.consented(client);
      client.markEnded();
      this.#own.handler.gone(client);
    });
  }

  /** Closes all sockets with `code` and disposes of the room. */
  override async disconnect(code: number = CloseCode.comeBack): Promise<void> {
    const clients = [...this.clients];
    // With an empty list Colyseus disposes at once, and has no sockets to wait for.
    for (const client of clients) client.end(code);
    await Promise.all(clients.map((client) => this._onLeave(client)));
    await super.disconnect(code);
  }

  /** Colyseus' timers and serializer, which these rooms do without. */
  override __init(): void {}
  /** Nobody comes in by Colyseus' own reservations. */
  override hasReservedSeat(): boolean {
    return false;
  }
  override async _reserveSeat(): Promise<boolean> {
    return false;
  }
  override async _onJoin(): Promise<void> {
    throw new Error('Sockets come in by SocketRoom.enter().');
  }
  /** The service stops its rooms itself. */
  override onBeforeShutdown(): void {}

  get #own(): SocketRoomOptions {
    if (this.#options === null) throw new Error('the room has not been created');
    return this.#options;
  }

  #receive(client: SocketClient, data: Buffer | null): void {
    const frame = data === null ? null : readFrame(data);
    switch (frame?.kind) {
      case undefined:
        client.end(CloseCode.badInput);
        break;
      case 'acknowledge':
        if (client.acknowledge()) this.#own.handler.acknowledged(client);
        break;
      case 'ping':
        if (client.pings.take()) client.deliver(PING_FRAME);
        else client.end(CloseCode.tooManyMessages);
        break;
      case 'leave':
        this.#own.handler.consented(client);
        break;
      case 'message':
        this.#take(client, frame);
        break;
    }
  }

  #take(client: SocketClient, message: InboundMessage): void {
    if (!this.#own.handler.isUncounted(client, message) && !client.messages.take())
      client.end(CloseCode.tooManyMessages);
    else if (message.packed.length > MAX_ROOM_MESSAGE_BYTES + ENVELOPE_BYTES) client.end(CloseCode.badInput);
    else this.#own.handler.received(client, message);
  }

  /** A throw on behalf of one socket costs that socket, and nobody else anything. */
  #contain(client: SocketClient, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#own.log.error({ err: error, roomId: this.roomId }, 'handling a socket threw');
      client.end(INTERNAL_ERROR);
    }
  }
}

/** Room around the payload itself: `[seq, name, …, true]` of an input. */
export const ENVELOPE_BYTES = 128;
