import { Protocol } from '@colyseus/core';
import { Unpackr } from 'msgpackr';

/** A frame of Colyseus' protocol, client → server. */
export type InboundFrame =
  /** The client has applied JOIN_ROOM. */
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'ping' }
  /** The client leaves on purpose. */
  | { readonly kind: 'leave' }
  | InboundMessage;

export interface InboundMessage {
  readonly kind: 'message';
  readonly type: string;
  /** MessagePack, still packed; empty for none. A view of the frame. */
  readonly packed: Uint8Array;
  /** Of a request, which wants a response; null for a plain send. */
  readonly requestId: number | null;
}

/**
 * Reads a frame's head. What no client of ours sends is null: bytes messages, inputs frames, numbered types, codes or
 * modifiers that we don't know, and whatever is cut off. Nothing is allocated by a length that a client claims.
 */
export function readFrame(bytes: Buffer): InboundFrame | null {
  switch (bytes[0]) {
    case Protocol.JOIN_ROOM:
      return { kind: 'acknowledge' };
    case Protocol.PING:
      return { kind: 'ping' };
    case Protocol.LEAVE_ROOM:
      return { kind: 'leave' };
    case Protocol.ROOM_DATA:
      return readMessage(bytes, { at: 1, requestId: null });
    case Protocol.ROOM_REQUEST:
      return readRequest(bytes);
    default:
      return null;
  }
}

function readRequest(bytes: Buffer): InboundMessage | null {
  const id = readUint(bytes, 1);
  return id === null ? null : readMessage(bytes, { at: id.end, requestId: id.value });
}

function readMessage(
  bytes: Buffer,
  { at, requestId }: { readonly at: number; readonly requestId: number | null },
): InboundMessage | null {
  const name = readString(bytes, at);
  if (name === null) return null;
  return { kind: 'message', type: name.value, packed: bytes.subarray(name.end), requestId };
}

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/** A whole number of up to 32 bits, as Colyseus encodes it (`encode.number`). */
function readUint(bytes: Buffer, at: number): Read<number> | null {
  const prefix = bytes[at];
  if (prefix === undefined) return null;
  if (prefix < 0x80) return { value: prefix, end: at + 1 };
  const size = prefix === 0xcc ? 1 : prefix === 0xcd ? 2 : prefix === 0xce ? 4 : 0;
  const end = at + 1 + size;
  return size === 0 || end > bytes.length ? null : { value: bytes.readUIntLE(at + 1, size), end };
}

/** A string, as Colyseus encodes it (`encode.string`). */
function readString(bytes: Buffer, at: number): Read<string> | null {
  const prefix = bytes[at];
  if (prefix === undefined) return null;
  const head = prefix >= 0xa0 && prefix <= 0xbf ? { value: prefix & 0x1f, end: at + 1 } : readLength(bytes, at);
  if (head === null || head.end + head.value > bytes.length) return null;
  const end = head.end + head.value;
  return { value: bytes.toString('utf8', head.end, end), end };
}

function readLength(bytes: Buffer, at: number): Read<number> | null {
  const size = bytes[at] === 0xd9 ? 1 : bytes[at] === 0xda ? 2 : 0;
  const end = at + 1 + size;
  return size === 0 || end > bytes.length ? null : { value: bytes.readUIntLE(at + 1, size), end };
}

/** Without references: a value that stands in many places costs its sender one, and whoever walks through it all of them. */
const unpackr = new Unpackr({ useRecords: false, structuredClone: false });

/** A value, or the fact that the bytes hold none. */
export type Unpacked = { readonly value: unknown } | null;

/** Unpacks a message's payload; `undefined` if it has none. null: the bytes are no MessagePack, or hold more than one value. */
export function unpackPayload(packed: Uint8Array): Unpacked {
  if (packed.length === 0) return { value: undefined };
  try {
    return { value: unpackr.unpack(packed) };
  } catch {
    // Whatever it was, the sender made it: torn, nested too deep, or something that the library doesn't know.
    return null;
  }
}
