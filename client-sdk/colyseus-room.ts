import { Room } from '@colyseus/sdk';
import { GYRE_TYPE } from '../protocol/room-messages.ts';
import { errorOfProblem, GyreError, isProblem } from './gyre-error.ts';
import { Socket } from './socket.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { SocketClosed, WebSocketClass } from './socket.ts';

/** What a room's socket tells. */
export interface RoomHandlers {
  /** The server let us in, with the token for coming back. */
  joined(reconnectionToken: string): void;
  message(type: string, payload: unknown): void;
  state(): void;
  /** The state that follows was taken at this time of the match, in ms. */
  time(serverMs: number): void;
  closed(event: SocketClosed): void;
  /** Anything at all arrived: the line is alive. */
  heard(bytes: number): void;
}

export interface ColyseusRoomOptions {
  readonly name: string;
  readonly WebSocket: WebSocketClass;
  readonly network: SimulatedNetwork;
}

/** Colyseus' protocol codes that are sent by hand (`Protocol` of @colyseus/shared-types). */
const LEAVE_ROOM = 12;
const ROOM_DATA = 13;
const ROOM_REQUEST = 21;
const ROOM_RESPONSE = 22;
const STATUS_OK = 0;
/** A request without an answer yet. */
interface Asked {
  readonly answered: (answer: unknown) => void;
  readonly reject: (error: GyreError) => void;
}

/** Request ids that are one byte on the wire; far more than are ever open at once. */
const ASKS = 128;

/**
 * A Colyseus room on a {@link Socket}: Colyseus' wire protocol and its decoding of state, without its reconnection,
 * which gives up, and buffers ten messages. The decoded state stays the same instance over all sockets.
 */
export class ColyseusRoom<State> extends Room<unknown, State> {
  readonly #socket: Socket;
  readonly #handlers: RoomHandlers;
  readonly #asked = new Map<number, Asked>();
  #nextAsk = 0;

  constructor(options: ColyseusRoomOptions, handlers: RoomHandlers) {
    super(options.name);
    this.#socket = new Socket(options.WebSocket, options.network, {
      message: (event) => this.onMessageCallback(event),
      closed: (event) => this.#closed(event),
    });
    this.#handlers = handlers;
    this.clock = { ...this.clock, sample: (serverMs) => handlers.time(serverMs) };
    // Room uses of its connection what Socket has.
    this.connection = this.#socket as unknown as Room['connection'];
    // What it unpacks here are problems and pages, as objects like everywhere else.
    Object.assign(this.packr, { mapsAsObjects: true });
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

  /** Abandons the socket, as if it had closed with `code`. */
  drop(code?: number): void {
    this.#socket.close(code);
  }

  /** Says goodbye; the server answers by closing with 4000. */
  sayLeave(): void {
    this.#socket.send(new Uint8Array([LEAVE_ROOM]));
  }

  /**
   * A Colyseus request. Rejects with the problem that the server refuses it with, and as soon as the socket is gone;
   * Colyseus' own would keep a timer going for 10 s after that.
   * @param answered told of the answer before anything that the server has said after it
   */
  ask(name: string, payload: object, answered: (answer: unknown) => void): Promise<void> {
    if (!this.isOpen) return Promise.reject(lost());
    const id = this.#nextAsk;
    this.#nextAsk = (id + 1) % ASKS;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const take = (answer: unknown): void => {
      answered(answer);
      resolve();
    };
    this.#asked.set(id, { answered: take, reject });
    this.#sendFrame([ROOM_REQUEST, id, ...fixstr(name)], this.packed(payload));
    return promise;
  }

  /** Packed once, when it is said: what the caller does to its object afterwards changes nothing. */
  packed(value: unknown): Uint8Array {
    return new Uint8Array(this.packr.pack(value));
  }

  /** A `__gyre` message whose array is already packed. */
  sendGyre(packedArray: Uint8Array): void {
    this.#sendFrame(GYRE_HEADER, packedArray);
  }

  #sendFrame(header: readonly number[], packed: Uint8Array): void {
    const frame = new Uint8Array(header.length + packed.length);
    frame.set(header);
    frame.set(packed, header.length);
    this.#socket.send(frame);
  }

  #answered(frame: Uint8Array): void {
    const [, id = -1, status] = frame;
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    const answer: unknown = frame.length > 3 ? this.packr.unpack(frame.subarray(3)) : undefined;
    if (status === STATUS_OK) asked?.answered(answer);
    else
      asked?.reject(
        isProblem(answer) ? errorOfProblem(answer) : new GyreError('unexpected-response', 'the hub failed'),
      );
  }

  #closed(event: SocketClosed): void {
    for (const { reject } of this.#asked.values()) reject(lost());
    this.#asked.clear();
    this.#handlers.closed(event);
  }

  protected override onMessageCallback(event: MessageEvent): void {
    const frame = new Uint8Array(event.data as ArrayBuffer);
    this.#handlers.heard(frame.length);
    const before = this.joinedAtTime;
    try {
      if (frame[0] === ROOM_RESPONSE) this.#answered(frame);
      else super.onMessageCallback(event);
    } catch {
      // A frame that can't be decoded leaves the state in doubt; coming back brings it whole.
      this.drop();
      return;
    }
    if (before === 0 && this.joinedAtTime !== 0) this.#handlers.joined(this.reconnectionToken.split(':')[1] ?? '');
  }
}

/** A short string, as Colyseus and MessagePack encode it. */
function fixstr(text: string): readonly number[] {
  return [0xa0 | text.length, ...new TextEncoder().encode(text)];
}

const GYRE_HEADER = [ROOM_DATA, ...fixstr(GYRE_TYPE)];

function lost(): GyreError {
  return new GyreError('network', 'the connection was lost before an answer came', { retryable: true });
}
