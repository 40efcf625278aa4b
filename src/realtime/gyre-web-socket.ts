import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { Outlet } from './outlet.ts';
import { type Frame, pingFrame, pongFrame } from './web-socket-frame.ts';

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
 * `ws` builds a head for each frame and each receiver, and writes head and message apart. Here all frames but the closing one
 * are written past it. `gyre-web-socket.test.ts` fails when `ws` begins to write others.
 */
export class GyreWebSocket extends WebSocket {
  /** Rounds of the heartbeat in which nothing was heard of the peer. */
  silentRounds = 0;
  /** The process that passes it on; null: none does. */
  pipedBy: string | null = null;
  #outlet: Outlet | null = null;

  /** Names the connection that the socket was made on. Before it, nothing can be sent. */
  useConnection(connection: Duplex): void {
    this.#outlet = new Outlet(connection);
    // `ws` begins to close without a word when the peer's side has ended.
    connection.once('end', () => this.#outlet?.close());
  }

  /** What its frames are written to while it is open; null before it has a connection. */
  get outlet(): Outlet | null {
    return this.#outlet;
  }

  /** Bytes that wait for the network, whoever wrote them. */
  get waitingBytes(): number {
    return this.#outlet?.waitingBytes ?? 0;
  }

  /** Sends a frame. Nothing happens once the socket is closing. */
  sendFrame(frame: Frame): void {
    if (this.readyState === WebSocket.OPEN) this.#outlet?.write(frame);
  }

  /** Sends frames in order, together. Nothing happens once the socket is closing. */
  sendFrames(frames: readonly Frame[]): void {
    const [first] = frames;
    if (first === undefined || this.readyState !== WebSocket.OPEN) return;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (frames.length === 1) this.#outlet?.write(first);
    else if (bytes <= MAX_COPIED_BYTES) this.#outlet?.write(Buffer.concat(frames, bytes));
    else this.#outlet?.writeAll(frames);
  }

  override ping(data?: Buffer): void {
    this.sendFrame(pingFrame(data));
  }

  override pong(data?: Buffer): void {
    this.sendFrame(pongFrame(data));
  }

  override send(): never {
    throw new Error('What is sent here is built once for all: sendFrame(), sendFrames().');
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.#outlet?.close();
    super.close(code !== undefined && PEER_FAULTS.has(code) ? CloseCode.badInput : code, reason);
  }
}
