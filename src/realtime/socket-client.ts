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
/** How long a client may take to read what waits for it, before it is told to come back. */
const BEHIND_MS = 10_000;

/**
 * How long a client may take to acknowledge JOIN_ROOM. Until then it hears nothing, so a socket that never does would
 * hold its seat, and its memory, for nothing.
 */
const ACKNOWLEDGE_MS = 10_000;

/** How long a client may take; what is left out is 10,000. */
export interface ClientPatience {
  /** To acknowledge JOIN_ROOM. */
  readonly acknowledgeMs?: number;
  /** To read what waits for it, once that is too much. */
  readonly behindMs?: number;
}

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
  messages = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  readonly pings = new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
  /** Re-sent inputs that are not counted against its allowance. */
  resends = 0;
  /** What we closed it with; null: we did not. */
  exitCode: number | null = null;
  #stage: Stage = 'arriving';
  /** Messages for later, in order. */
  #held: Frame[] = [];
  #heldBytes = 0;
  #isBehind = false;
  /** The size of the state that it was sent last: however large, a client is not slow for not having read it yet. */
  #stateBytes = 0;
  /** What is to leave together; null: everything leaves at once. */
  #parcel: Frame[] | null = null;
  readonly #patience: ClientPatience;
  /** Runs while the client has not acknowledged JOIN_ROOM, and while it is behind. */
  #impatience: NodeJS.Timeout | undefined;

  constructor(socket: GyreWebSocket, presented: Presented, patience: ClientPatience = {}) {
    this.ref = socket;
    this.presented = presented;
    this.#patience = patience;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** It can't keep up: it is sent neither patches nor messages until `catchUp`. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** It is to be sent every patch. */
  get isInStream(): boolean {
    return this.#stage === 'live' && !this.#isBehind;
  }

  /** Sends JOIN_ROOM. What is addressed to the client from here on is kept until it is live. */
  join(frame: Frame): void {
    if (this.#stage !== 'arriving') return;
    this.#stage = 'joining';
    this.#wait(this.#patience.acknowledgeMs ?? ACKNOWLEDGE_MS);
    this.deliver(frame);
  }

  /** The client has applied JOIN_ROOM. @returns false if that is no news */
  acknowledge(): boolean {
    if (this.#stage !== 'joining') return false;
    this.#stage = 'acknowledged';
    clearTimeout(this.#impatience);
    return true;
  }

  /** Sends what a client begins with, then what was kept for it. @returns whether it is in the stream of patches from here on */
  goLive(frames: readonly Frame[]): boolean {
    if (this.#stage !== 'acknowledged') return false;
    this.#stage = 'live';
    this.#sendAll(frames);
    return true;
  }

  /**
   * Sends a patch, to a client that is in their stream. One that has too much unread falls behind: it gets no more patches,
   * since one whole state says the same, and `onDrained` is called when it has read what waits for it.
   */
  patch(frame: Frame, onDrained: (client: SocketClient) => void): void {
    if (!this.isInStream) return;
    if (this.ref.waitingBytes <= MAX_PATCHES_BYTES + this.#stateBytes) {
      this.#send(frame);
      return;
    }
    this.#isBehind = true;
    this.#wait(this.#patience.behindMs ?? BEHIND_MS);
    this.ref.outlet?.onceDrained(() => onDrained(this));
  }

  /**
   * Sends a client that is behind the whole state, then the messages that were kept for it.
   * @returns whether it is in the stream of patches again
   */
  catchUp(frames: readonly Frame[]): boolean {
    if (this.#stage !== 'live' || !this.#isBehind) return false;
    this.#isBehind = false;
    clearTimeout(this.#impatience);
    this.#sendAll(frames);
    return true;
  }

  /** Sends a message, or keeps it for a client that is about to be live, or is behind. */
  tell(frame: Frame): void {
    if (this.isInStream) this.deliver(frame);
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
    this.exitCode = code;
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
  }

  #wait(patienceMs: number): void {
    this.#impatience = setTimeout(() => this.end(CloseCode.comeBack), patienceMs).unref();
  }
}
