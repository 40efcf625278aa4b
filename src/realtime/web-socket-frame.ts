/**
 * A frame of the WebSocket protocol (RFC 6455, 5.2) with a message of Colyseus' protocol in it, as it goes onto the
 * connection: whole, binary and, as all that a server sends, unmasked. So it is built once and the same bytes do for
 * everyone who gets it. They are never written again: a slow socket may still hold them.
 */
export type Frame = Buffer & { readonly [isFrame]: true };
declare const isFrame: unique symbol;

/** "The last fragment" and "binary". */
const WHOLE_BINARY = 0x82;
/** Up to here a length is in the head's second byte itself; the two values above it say that it follows. */
const MAX_SHORT_BYTES = 125;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
const MAX_2_BYTES = 0xffff;

/** "The last fragment", and what the frame is. */
const PING = 0x89;
const PONG = 0x8a;
const CLOSE = 0x88;
const EMPTY_PING = controlFrame(PING, Buffer.alloc(0));

/** A frame whose message is still to be written, into all of `message`. */
export function blankFrame(messageBytes: number): { readonly frame: Frame; readonly message: Buffer } {
  const headBytes = messageBytes <= MAX_SHORT_BYTES ? 2 : messageBytes <= MAX_2_BYTES ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + messageBytes);
  frame[0] = WHOLE_BINARY;
  if (headBytes === 2) {
    frame[1] = messageBytes;
  } else if (headBytes === 4) {
    frame[1] = LENGTH_IN_2_BYTES;
    frame.writeUInt16BE(messageBytes, 2);
  } else {
    frame[1] = LENGTH_IN_8_BYTES;
    frame.writeBigUInt64BE(BigInt(messageBytes), 2);
  }
  return { frame: frame as Frame, message: frame.subarray(headBytes) };
}

/** A frame with a copy of `message`. */
export function frameOf(message: Uint8Array): Frame {
  const blank = blankFrame(message.length);
  blank.message.set(message);
  return blank.frame;
}

/** @param data at most 125 bytes, which come back with the pong */
export function pingFrame(data?: Buffer): Frame {
  return data === undefined ? EMPTY_PING : controlFrame(PING, data);
}

/** @param data of the ping that it answers */
export function pongFrame(data: Buffer = Buffer.alloc(0)): Frame {
  return controlFrame(PONG, data);
}

/** @param code why, as a WebSocket has it */
export function closeFrame(code: number): Frame {
  return controlFrame(CLOSE, Buffer.of(code >> 8, code & 0xff));
}

function controlFrame(kind: number, data: Buffer): Frame {
  if (data.length > MAX_SHORT_BYTES) throw new RangeError(`A control frame holds ${MAX_SHORT_BYTES} bytes at most.`);
  return Buffer.concat([Buffer.of(kind, data.length), data]) as Frame;
}
