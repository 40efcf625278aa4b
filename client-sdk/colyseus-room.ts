import { Room } from '@colyseus/sdk';
import { GYRE_TYPE } from '../protocol/room-messages.ts';
import { Socket } from './socket.ts';
import type { SocketClosed, WebSocketClass } from './socket.ts';

/** What a room's socket tells. */
export interface RoomHandlers {
  /** The server let us in, with the token for coming back. */
  joined(reconnectionToken: string): void;
  message(type: string, payload: unknown): void;
  state(): void;
  closed(event: SocketClosed): void;
  /** Anything at all arrived: the line is alive. */
  heard(): void;
}

/** Colyseus' protocol codes that are sent by hand (`Protocol` of @colyseus/shared-types). */
const LEAVE_ROOM = 12;
const ROOM_DATA = 13;

/**
 * A Colyseus room on a {@link Socket}: Colyseus' wire protocol and its decoding of state, without its reconnection,
 * which gives up, and buffers ten messages. The decoded state stays the same instance over all sockets.
 */
export class ColyseusRoom<State> extends Room<unknown, State> {
  readonly #socket: Socket;
  readonly #handlers: RoomHandlers;

  constructor(name: string, WebSocketClass: WebSocketClass, handlers: RoomHandlers) {
    super(name);
    this.#socket = new Socket(WebSocketClass, {
      message: (event) => this.onMessageCallback(event),
      closed: (event) => handlers.closed(event),
    });
    this.#handlers = handlers;
    // Room uses of its connection what Socket has.
    this.connection = this.#socket as unknown as Room['connection'];
    this.onJoin(() => undefined);
    this.onMessage('*', (type, payload) => handlers.message(String(type), payload));
    this.onStateChange(() => handlers.state());
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  /** Whether a state was decoded before: then the server need not describe its schema again. */
  get knowsState(): boolean {
    return this.serializer?.getState() !== undefined;
  }

  dial(url: string): void {
    // Room takes a second join for a reconnection of its own, and says so on the console.
    this.joinedAtTime = 0;
    this.#socket.dial(url);
  }

  drop(): void {
    this.#socket.close();
  }

  /** Says goodbye; the server answers by closing with 4000. */
  sayLeave(): void {
    this.#socket.send(new Uint8Array([LEAVE_ROOM]));
  }

  /** Packed once, when it is said: what the caller does to its object afterwards changes nothing. */
  packed(value: unknown): Uint8Array {
    return new Uint8Array(this.packr.pack(value));
  }

  /** A `__gyre` message whose array is already packed. */
  sendGyre(packedArray: Uint8Array): void {
    const frame = new Uint8Array(GYRE_HEADER.length + packedArray.length);
    frame.set(GYRE_HEADER);
    frame.set(packedArray, GYRE_HEADER.length);
    this.#socket.send(frame);
  }

  protected override onMessageCallback(event: MessageEvent): void {
    this.#handlers.heard();
    const before = this.joinedAtTime;
    try {
      super.onMessageCallback(event);
    } catch {
      // A frame that can't be decoded leaves the state in doubt; coming back brings it whole.
      this.drop();
      return;
    }
    if (before === 0 && this.joinedAtTime !== 0) this.#handlers.joined(this.reconnectionToken.split(':')[1] ?? '');
  }
}

/** ROOM_DATA, then the type as a msgpack fixstr. */
const GYRE_HEADER = new Uint8Array([ROOM_DATA, 0xa0 | GYRE_TYPE.length, ...new TextEncoder().encode(GYRE_TYPE)]);
