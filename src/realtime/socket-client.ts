import { ClientState } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGES_PER_SECOND } from '../../protocol/limits.ts';
import type { GyreWebSocket } from './gyre-web-socket.ts';
import { MessageAllowance } from './message-allowance.ts';
import type { Frame } from './web-socket-frame.ts';

/** What may wait for a slow socket; past it the client is told to come back, and then gets one full state. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/**
 * How long a client may take to acknowledge JOIN_ROOM. Until then it hears nothing, so a socket that never does would
 * hold its seat, and its memory, for nothing.
 */
const ACKNOWLEDGE_MS = 10_000;

/** What a socket presents in its URL. */
export interface Presented {
  /** Colyseus' session id. */
  readonly sessionId: string;
  /** null: the session id alone. */
  readonly token: string | null;
  /** The client has the description of the state's types already. */
  readonly skipHandshake: boolean;
}

/**
 * How far a socket has come: its right is being checked or recorded, JOIN_ROOM is on its way, the client has
 * acknowledged it, it is in the stream of patches, it is closing or closed.
 */
export type Stage = 'arriving' | 'joining' | 'acknowledged' | 'live' | 'ended';

/** One WebSocket in a room. */
export class SocketClient extends WebSocketClient {
  declare readonly ref: GyreWebSocket;
  readonly presented: Presented;
  readonly messages = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  readonly pings = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  /** Re-sent inputs that are not counted against its allowance. */
  resends = 0;
  #stage: Stage = 'arriving';
  #held: Frame[] = [];
  #heldBytes = 0;
  #maxBufferedBytes = MAX_BUFFERED_BYTES;
  readonly #acknowledgeMs: number;
  /** Runs while the client has not acknowledged JOIN_ROOM. */
  #impatience: NodeJS.Timeout | undefined;

  constructor(socket: GyreWebSocket, presented: Presented, acknowledgeMs: number = ACKNOWLEDGE_MS) {
    super(presented.sessionId, socket);
    this.presented = presented;
    this.#acknowledgeMs = acknowledgeMs;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Sends JOIN_ROOM. What is addressed to the client from here on is kept until it is live. */
  join(frame: Frame): void {
    if (this.#stage !== 'arriving') return;
    this.#stage = 'joining';
    this.#impatience = setTimeout(() => this.end(CloseCode.comeBack), this.#acknowledgeMs).unref();
    this.deliver(frame);
  }

  /** The client has applied JOIN_ROOM. @returns false if that is no news */
  acknowledge(): boolean {
    if (this.#stage !== 'joining') return false;
    this.#stage = 'acknowledged';
    clearTimeout(this.#impatience);
    this.state = ClientState.JOINED;
    return true;
  }

  /** Sends what a client begins with, then what was kept for it. */
  goLive(frames: readonly Frame[]): void {
    if (this.#stage !== 'acknowledged') return;
    // However large a state is, a client that has just joined is not slow for not having read it yet.
    this.#maxBufferedBytes = frames.reduce((bytes, frame) => bytes + frame.byteLength, MAX_BUFFERED_BYTES);
    for (const frame of [...frames, ...this.#held]) this.deliver(frame);
    this.#held = [];
    if (this.#stage === 'acknowledged') this.#stage = 'live';
  }

  /** Sends a message, or keeps it for a client that is about to be live. */
  tell(frame: Frame): void {
    if (this.#stage === 'live') this.deliver(frame);
    else if (this.#stage === 'joining' || this.#stage === 'acknowledged') this.#hold(frame);
  }

  /** Sends a frame now, whatever the stage. A client that can't keep up is sent away to come back. */
  deliver(frame: Frame): void {
    if (this.#stage === 'ended') return;
    if (this.ref.waitingBytes > this.#maxBufferedBytes) this.end(CloseCode.comeBack);
    else this.ref.sendFrame(frame);
  }

  /** Closes the socket; nothing is sent or taken any more. */
  end(code: number): void {
    if (this.#stage === 'ended') return;
    this.markEnded();
    this.ref.close(code);
  }

  /** The socket is closed. */
  markEnded(): void {
    this.#stage = 'ended';
    clearTimeout(this.#impatience);
    this.state = ClientState.LEAVING;
    this.#held = [];
  }

  /** Colyseus' way of closing: without a code it is a consented leave. */
  override leave(code: number = CloseCode.consented): void {
    this.end(code);
  }

  #hold(frame: Frame): void {
    this.#heldBytes += frame.byteLength;
    if (this.#heldBytes > MAX_BUFFERED_BYTES) this.end(CloseCode.comeBack);
    else this.#held.push(frame);
  }
}
