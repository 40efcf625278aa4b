const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = 0x7f;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
const OPCODE = 0x0f;
const CLOSE = 0x8;

/**
 * Where, in what a server sends on a WebSocket (the handshake's answer, then frames, unmasked), one frame ends and the next begins: only
 * there can something be said in the server's place.
 */
export class FrameBoundary {
  /** Of the handshake's answer or of a frame's head: what has come of it. */
  #begun: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #isOver = false;
  /** Of the frame under way. */
  #bytesLeft = 0;

  /** The handshake is answered, the last frame is whole, and it was no goodbye. */
  get isBetweenFrames(): boolean {
    return this.#isOpen && !this.#isOver && this.#bytesLeft === 0 && this.#begun.length === 0;
  }

  /** The next bytes, as they were sent. */
  take(bytes: Buffer): void {
    let rest = this.#isOpen ? bytes : this.#afterHandshake(bytes);
    while (rest.length > 0) {
      const skipped = Math.min(this.#bytesLeft, rest.length);
      this.#bytesLeft -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length > 0) rest = this.#afterHead(rest);
    }
  }

  #afterHandshake(bytes: Buffer): Buffer {
    const begun = Buffer.concat([this.#begun, bytes]);
    const end = begun.indexOf(HEAD_END);
    this.#isOpen = end >= 0;
    this.#begun = this.#isOpen ? Buffer.alloc(0) : begun;
    return this.#isOpen ? begun.subarray(end + HEAD_END.length) : this.#begun.subarray(0, 0);
  }

  #afterHead(bytes: Buffer): Buffer {
    const begun = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    const headBytes = headBytesOf(begun);
    if (begun.length < headBytes) {
      this.#begun = begun;
      return begun.subarray(0, 0);
    }
    this.#begun = Buffer.alloc(0);
    this.#isOver ||= ((begun[0] ?? 0) & OPCODE) === CLOSE;
    this.#bytesLeft = payloadBytesOf(begun);
    return begun.subarray(headBytes);
  }
}

function headBytesOf(head: Buffer): number {
  const length = (head[1] ?? 0) & LENGTH;
  if (length === LENGTH_IN_2_BYTES) return 4;
  return length === LENGTH_IN_8_BYTES ? 10 : 2;
}

function payloadBytesOf(head: Buffer): number {
  const length = (head[1] ?? 0) & LENGTH;
  if (length === LENGTH_IN_2_BYTES) return head.readUInt16BE(2);
  return length === LENGTH_IN_8_BYTES ? Number(head.readBigUInt64BE(2)) : length;
}
