import { Packr, unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { waitFor } from './wait-for.ts';

/** Codes of Colyseus' protocol, as a client that was written from scratch would have them. */
export const CODE = {
  join: 10,
  leave: 12,
  data: 13,
  state: 14,
  patch: 15,
  bytes: 17,
  ping: 18,
  input: 19,
  request: 21,
  response: 22,
} as const;

/** The rest of a frame's first byte are modifiers; this one says that a time comes first. */
const CODE_MASK = 0x1f;
const TIMED = 0x80;

const packr = new Packr({ useRecords: false });

/** A right, as it goes into the URL of a socket. */
export interface RawRight {
  readonly roomId: string;
  readonly sessionId: string;
  /** Of a match any will do, a hub is there alone. */
  readonly processId?: string;
  readonly reconnectionToken?: string;
}

/** A WebSocket client that says exactly what it is told to: for everything that no SDK does. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly frames: Buffer[] = [];
  closeCode: number | null = null;

  constructor(url: string) {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(data);
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
    this.socket.on('error', () => {});
  }

  static to(endpoint: string, { roomId, sessionId, processId = 'process', reconnectionToken }: RawRight): RawSocket {
    const token = reconnectionToken === undefined ? '' : `&reconnectionToken=${reconnectionToken}`;
    return new RawSocket(`${endpoint}/${processId}/${roomId}?sessionId=${sessionId}${token}`);
  }

  /** Uses a right to a match, as far as the room's `welcome`. */
  static async entered(endpoint: string, right: RawRight): Promise<RawSocket> {
    const socket = RawSocket.to(endpoint, right);
    await socket.enter();
    return socket;
  }

  async enter(): Promise<void> {
    await waitFor(() => this.codes.includes(CODE.join), { what: 'JOIN_ROOM' });
    this.acknowledge();
    const isWelcome = (message: unknown): boolean => (message as { readonly type?: unknown }).type === 'welcome';
    await waitFor(() => this.messages('__gyre').some(isWelcome), { what: 'a welcome' });
  }

  /** Codes of all frames that came, in order, without modifiers. */
  get codes(): number[] {
    return this.frames.map((frame) => (frame[0] ?? -1) & CODE_MASK);
  }

  /** Match times that came with full states, in ms. */
  get stateTimesMs(): number[] {
    const timed = this.frames.filter((frame) => frame[0] === (CODE.state | TIMED));
    return timed.map((frame) => frame.readUInt32LE(1));
  }

  /** The reconnection token of JOIN_ROOM. */
  get token(): string {
    const join = this.frames.find((frame) => frame[0] === CODE.join);
    return join?.toString('latin1', 2, 2 + (join[1] ?? 0)) ?? '';
  }

  /** Messages of a type, unpacked. */
  messages(type: string): unknown[] {
    return this.frames.flatMap((frame) => {
      if (frame[0] !== CODE.data || frame.toString('utf8', 2, 2 + type.length) !== type) return [];
      return [unpack(frame.subarray(2 + type.length))];
    });
  }

  send(...bytes: (number | Uint8Array)[]): void {
    this.socket.send(Buffer.concat(bytes.map((part) => (typeof part === 'number' ? Buffer.of(part) : part))));
  }

  acknowledge(): void {
    this.send(CODE.join);
  }

  data(type: string, payload?: unknown): void {
    this.send(CODE.data, name(type), payload === undefined ? Buffer.alloc(0) : packr.pack(payload));
  }

  request(id: number, type: string, payload?: unknown): void {
    this.send(CODE.request, id, name(type), payload === undefined ? Buffer.alloc(0) : packr.pack(payload));
  }

  gyre(...input: unknown[]): void {
    this.data('__gyre', input);
  }

  /** Cuts the line, as a network does. */
  cut(): void {
    this.socket.terminate();
  }

  /** Closes as a client that will be back. */
  drop(): void {
    this.socket.close(CloseCode.comeBack);
  }
}

function name(type: string): Buffer {
  const text = Buffer.from(type);
  return Buffer.concat([text.length < 32 ? Buffer.of(0xa0 | text.length) : Buffer.of(0xd9, text.length), text]);
}
