import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** No descriptor. */
const NONE = -1;

/**
 * What is written to a connection: past its stream while nothing waits in it, which would make an object and a callback of each
 * write. Nobody else may write to the connection before `close`.
 */
export class Outlet {
  readonly #connection: Duplex;
  readonly #descriptor: number;
  /** What may be written to at once: none while something waits in the stream, and for good once the connection goes. */
  #direct: number;
  #isClosed = false;

  constructor(connection: Duplex) {
    this.#connection = connection;
    this.#descriptor = descriptorOf(connection);
    this.#direct = connection.writableLength === 0 ? this.#descriptor : NONE;
    this.#closeInTime();
  }

  /** Bytes that wait for the network. */
  get waitingBytes(): number {
    return this.#connection.writableLength;
  }

  /** Writes to a connection for which nothing waits. @returns false if there may be something, and nothing was done */
  writeDirectly(bytes: Buffer): boolean {
    if (this.#direct === NONE) return false;
    const written = tryToWrite(this.#direct, bytes);
    if (written < bytes.length) this.#queue(written === 0 ? bytes : bytes.subarray(written));
    return true;
  }

  write(bytes: Buffer): void {
    if (!this.writeDirectly(bytes)) this.#queue(bytes);
  }

  /** Writes all of them, in order, without copying them together. */
  writeAll(pieces: readonly Buffer[]): void {
    this.#connection.cork();
    for (const bytes of pieces) this.#queue(bytes);
    this.#connection.uncork();
  }

  /** Calls back when nothing waits any more; only if much does. */
  onceDrained(drained: () => void): void {
    this.#connection.once('drain', drained);
  }

  /** From here on the stream is somebody else's to write to, and the descriptor may be another connection's. */
  close(): void {
    this.#isClosed = true;
    this.#direct = NONE;
  }

  #queue(bytes: Buffer): void {
    this.#direct = NONE;
    this.#connection.write(bytes, () => {
      if (!this.#isClosed && this.#connection.writableLength === 0) this.#direct = this.#descriptor;
    });
  }

  /** A descriptor's number is free for the next connection at once, long before the stream says that it is closed. */
  #closeInTime(): void {
    const connection = this.#connection;
    const destroy = connection._destroy.bind(connection);
    connection._destroy = (error, done) => {
      this.close();
      destroy(error, done);
    };
    if (connection.destroyed) this.close();
  }
}

/** Of a plain connection; TLS has to be written through its stream, and so has everything on Windows. */
function descriptorOf(connection: Duplex): number {
  if (!(connection instanceof Socket) || connection instanceof TLSSocket) return NONE;
  const { fd } = (connection as unknown as { _handle?: { fd?: number } | null })._handle ?? {};
  return fd !== undefined && fd > 0 ? fd : NONE;
}

function tryToWrite(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch {
    // The kernel takes no more for now, or the peer is gone: the stream waits, or finds out and says so.
    return 0;
  }
}
