import { unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import type { GyreOptions } from '../../client-sdk/index.ts';
import { GYRE_TYPE, type GyreMessage } from '../../protocol/room-messages.ts';
import type { SeatWire, WireConnection } from './seat-wire.ts';

/** Colyseus' protocol codes (`Protocol` and `ProtocolModifier` of @colyseus/shared-types). */
const ROOM_DATA = 13;
const ROOM_STATE = 14;
const ROOM_STATE_PATCH = 15;
const TIMED = 128;
/** A short string in MessagePack. */
const GYRE_NAME = Buffer.concat([Buffer.from([0xa0 | GYRE_TYPE.length]), Buffer.from(GYRE_TYPE)]);
const GYRE_BODY_AT = 1 + GYRE_NAME.length;
/** The SDK writes `[seq, name, payload]` or `[seq, name, payload, true]` with a seq of 32 bits. */
const FIXARRAY_OF_4 = 0x94;

const CONSENTED = 4000;
const FIRST_FINAL_CODE = 4100;

type WebSocketClass = NonNullable<GyreOptions['WebSocket']>;

/** Finds the wire of a match's seat; null for what is no match. */
export type WireOf = (matchId: string) => SeatWire;

export interface Wiretap {
  readonly WebSocket: WebSocketClass;
  /** Cuts every connection to matches without a word, as a bad network does. */
  cut(): void;
}

/** A WebSocket class for one SDK client, whose traffic with matches is read along. */
export function wiretap(wireOf: WireOf): Wiretap {
  const open = new Set<WebSocket>();
  class TappedSocket extends WebSocket {
    #wire: WireConnection | null = null;

    constructor(url: string) {
      super(url, { perMessageDeflate: false });
      const matchId = matchIdOf(url);
      if (matchId === null) return;
      this.once('open', () => this.#opened(wireOf(matchId).connect()));
      // Before anyone else listens: what the SDK answers at once must not be seen before what it answers to.
      this.on('message', (data) => this.#wire && readReceived(data as Buffer | ArrayBuffer, this.#wire));
    }

    override send(data: Uint8Array): void {
      if (this.#wire !== null) readSent(data, this.#wire);
      super.send(data);
    }

    #opened(wire: WireConnection): void {
      this.#wire = wire;
      open.add(this);
      this.once('close', (code) => {
        open.delete(this);
        wire.closed(code === CONSENTED || code >= FIRST_FINAL_CODE);
      });
    }
  }
  return {
    WebSocket: TappedSocket as unknown as WebSocketClass,
    cut: () => {
      for (const socket of open) socket.terminate();
    },
  };
}

function matchIdOf(url: string): string | null {
  const room = new URL(url).pathname.split('/').at(-1) ?? '';
  return room.startsWith('m_') ? room : null;
}

function readSent(data: Uint8Array, wire: WireConnection): void {
  const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (!isGyre(frame)) return;
  wire.input(frame.readUInt32BE(GYRE_BODY_AT + 2), frame[GYRE_BODY_AT] === FIXARRAY_OF_4);
}

function readReceived(data: Buffer | ArrayBuffer, wire: WireConnection): void {
  const frame = data instanceof ArrayBuffer ? Buffer.from(data) : data;
  const code = frame[0] ?? 0;
  const base = code & ~TIMED;
  if (base === ROOM_STATE || base === ROOM_STATE_PATCH) {
    wire.state(base === ROOM_STATE ? 'full' : 'patch', (code & TIMED) === 0 ? null : frame.readUInt32LE(1));
  } else if (isGyre(frame)) {
    wire.message(unpack(frame.subarray(GYRE_BODY_AT)) as GyreMessage);
  }
}

function isGyre(frame: Buffer): boolean {
  return frame[0] === ROOM_DATA && frame.subarray(1, GYRE_BODY_AT).equals(GYRE_NAME);
}
