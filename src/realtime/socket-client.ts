import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGES_PER_SECOND } from '../../protocol/limits.ts';
import type { GyreWebSocket } from './gyre-web-socket.ts';
import { MessageAllowance } from './message-allowance.ts';
import type { Frame } from './web-socket-frame.ts';

/** What may wait for a slow socket; past it the client is told to come back. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
/** What may wait for a slow socket before it is sent no more patches, but one whole state once it has read what waits. */
export const MAX_PATCHES_BYTES = 256 * 1024;
/** Messages that are kept for a client until it may have them; past it, it is told to come back. */
const MAX_HELD_BYTES = 256 * 1024;
/** A client that hasn't read what waits for it by then is told to come back. */
const MAX_BEHIND_MS = 10_000;

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
export class SocketClient {
  readonly ref: GyreWebSocket;
  readonly presented: Presented;
  readonly messages = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  readonly pings = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  /** Re-sent inputs that are not counted against its allowance. */
  resends = 0;
  #stage: Stage = 'arriving';
  /** Messages for later, in order. */
  #held: Frame[] = [];
  #heldBytes = 0;
  /** Since when it gets no patches, on the process's own clock; null: it does. */
  #behindSinceMs: number | null = null;
  /** The size of the state that it was sent last: however large, a client is not slow for not having read it yet. */
  #stateBytes = 0;
  /** What is to leave together; null: everything leaves at once. */
  #parcel: Frame[] | null = null;
  readonly #acknowledgeMs: number;
  /** Runs while the client has not acknowledged JOIN_ROOM. */
  #impatience: NodeJS.Timeout | undefined;

  constructor(socket: GyreWebSocket, presented: Presented, acknowledgeMs: number = ACKNOWLEDGE_MS) {
    this.ref = socket;
    this.presented = presented;
    this.#acknowledgeMs = acknowledgeMs;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** It can't keep up: it is sent neither patches nor messages until `catchUp`. */
  get isBehind(): boolean {
    return this.#behindSinceMs !== null;
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
    return true;
  }

  /** Sends what a client begins with, then what was kept for it. */
  goLive(frames: readonly Frame[]): void {
    if (this.#stage !== 'acknowledged') return;
    this.#stage = 'live';
    this.#sendAll(frames);
  }

  /**
   * Sends a patch, to a client that is live. One that has too much unread falls behind: it gets no more patches, since one
   * whole state says the same, and `onDrained` is called when it has read what waits for it.
   */
  patch(frame: Frame, onDrained: (client: SocketClient) => void): void {
    if (this.#stage !== 'live') return;
    if (this.#behindSinceMs !== null) this.#endIfTooLate(this.#behindSinceMs);
    else if (this.ref.waitingBytes <= MAX_PATCHES_BYTES + this.#stateBytes) this.#send(frame);
    else {
      this.#behindSinceMs = performance.now();
      this.ref.onceDrained(() => onDrained(this));
    }
  }

  /** Sends a client that is behind the whole state, then the messages that were kept for it; the next patch follows. */
  catchUp(frames: readonly Frame[]): void {
    if (this.#stage !== 'live' || this.#behindSinceMs === null) return;
    this.#behindSinceMs = null;
    this.#sendAll(frames);
  }

  /** Sends a message, or keeps it for a client that is about to be live, or is behind. */
  tell(frame: Frame): void {
    if (this.#stage === 'live' && this.#behindSinceMs === null) this.deliver(frame);
    else if (this.#stage !== 'arriving' && this.#stage !== 'ended') this.#hold(frame);
  }

  /** Sends a frame now, whatever the stage. A client that can't keep up is sent away to come back. */
  deliver(frame: Frame): void {
    if (this.#stage === 'ended') return;
    if (this.ref.waitingBytes > MAX_BUFFERED_BYTES + this.#stateBytes) this.end(CloseCode.comeBack);
    else this.#send(frame);
  }

  /** What is sent from here on leaves together, with `uncork`. */
  cork(): void {
    this.#parcel ??= [];
  }

  uncork(): void {
    const frames = this.#parcel;
    this.#parcel = null;
    if (frames !== null) this.ref.sendFrames(frames);
  }

  /** Closes the socket; nothing is sent or taken any more. */
  end(code: number): void {
    if (this.#stage === 'ended') return;
    this.uncork();
    this.markEnded();
    this.ref.close(code);
  }

  /** The socket is closed. */
  markEnded(): void {
    this.#stage = 'ended';
    clearTimeout(this.#impatience);
    this.#held = [];
    this.#parcel = null;
  }

  #send(frame: Frame): void {
    if (this.#parcel === null) this.ref.sendFrame(frame);
    else this.#parcel.push(frame);
  }

  /** Sends a state, then what was kept meanwhile. */
  #sendAll(frames: readonly Frame[]): void {
    this.#stateBytes = frames.reduce((bytes, frame) => bytes + frame.length, 0);
    const all = [...frames, ...this.#held];
    this.#held = [];
    this.#heldBytes = 0;
    this.uncork();
    this.ref.sendFrames(all);
  }

  #hold(frame: Frame): void {
    this.#heldBytes += frame.length;
    if (this.#heldBytes > MAX_HELD_BYTES) this.end(CloseCode.comeBack);
    else this.#held.push(frame);
    if (this.#behindSinceMs !== null) this.#endIfTooLate(this.#behindSinceMs);
  }

  #endIfTooLate(behindSinceMs: number): void {
    if (performance.now() - behindSinceMs > MAX_BEHIND_MS) this.end(CloseCode.comeBack);
  }
}
