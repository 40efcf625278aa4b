import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { descriptorOf, writeDirectly } from './direct-write.ts';
import type { Frame } from './web-socket-frame.ts';

/**
 * What `ws` closes with on its own when a peer breaks the protocol: a malformed frame, text that isn't UTF-8, too many
 * fragments, a message that is too big (RFC 6455, 7.4.1).
 */
const PEER_FAULTS = new Set([1002, 1007, 1008, 1009]);
/** Frames up to so many bytes are copied together: cheaper than to have the kernel gather them. */
const MAX_COPIED_BYTES = 16 * 1024;

/**
 * A socket that answers every kind of bad input with the one code of the contract, and that takes frames as they are.
 *
 * `ws` builds a head for each frame and each receiver, and writes head and message apart. Here a frame is written past it,
 * straight to the connection, which is right as long as `ws` writes its own frames (pings, pongs, the close) whole and at once,
 * as it does without compression. `gyre-web-socket.test.ts` fails when that changes.
 */
export class GyreWebSocket extends WebSocket {
  #connection: Duplex | null = null;
  #descriptor: number | null = null;

  /** Names the connection that the socket was made on. Before it, nothing can be sent. */
  useConnection(connection: Duplex): void {
    this.#connection = connection;
    this.#descriptor = descriptorOf(connection);
  }

  /** Bytes that wait for the network, whoever wrote them. */
  get waitingBytes(): number {
    return this.#connection?.writableLength ?? 0;
  }

  /** Calls back when nothing waits any more; only for a socket for which much does. */
  onceDrained(drained: () => void): void {
    this.#connection?.once('drain', drained);
  }

  /** Sends a frame. Nothing happens once the socket is closing. */
  sendFrame(frame: Frame): void {
    if (this.#connection !== null && this.readyState === WebSocket.OPEN) this.#write(this.#connection, frame);
  }

  /** Sends frames in order, together. Nothing happens once the socket is closing. */
  sendFrames(frames: readonly Frame[]): void {
    const connection = this.#connection;
    const [first] = frames;
    if (connection === null || first === undefined || this.readyState !== WebSocket.OPEN) return;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (frames.length === 1) {
      this.#write(connection, first);
    } else if (bytes <= MAX_COPIED_BYTES) {
      this.#write(connection, Buffer.concat(frames, bytes));
    } else {
      connection.cork();
      for (const frame of frames) connection.write(frame);
      connection.uncork();
    }
  }

  #write(connection: Duplex, bytes: Buffer): void {
    if (this.#descriptor === null || connection.writableLength > 0 || connection.destroyed) connection.write(bytes);
    else writeDirectly(connection, this.#descriptor, bytes);
  }

  override close(code?: number, reason?: string | Buffer): void {
    super.close(code !== undefined && PEER_FAULTS.has(code) ? CloseCode.badInput : code, reason);
  }
}
