import type { Lane, SimulatedNetwork } from './simulated-network.ts';

/** What a `WebSocket` class must be able to do: the browser's, Node's own, or the one of the package `ws`. */
export type WebSocketClass = new (url: string) => WebSocket;

export interface SocketHandlers {
  message(event: MessageEvent): void;
  closed(event: SocketClosed): void;
}
export interface SocketClosed {
  readonly code: number;
  readonly reason: string;
}

interface Wired {
  readonly socket: WebSocket;
  readonly inbound: Lane;
  readonly outbound: Lane;
}

const OPEN = 1;
const ABNORMAL = 1006;
/** RFC 6455, 7.4.2: free for applications. Tells the server that this is no leaving on purpose. */
const DROPPED = 4010;

/**
 * Stands in for Colyseus' `Connection`: one WebSocket at a time, dialled again and again. Unlike it, an abandoned
 * socket is never heard of again, closing takes effect at once, and sending into a lost one is silent, as everything
 * that matters is sent again after the next welcome.
 */
export class Socket {
  readonly #WebSocket: WebSocketClass;
  readonly #network: SimulatedNetwork;
  readonly #handlers: SocketHandlers;
  #wired: Wired | null = null;

  constructor(WebSocketClass: WebSocketClass, network: SimulatedNetwork, handlers: SocketHandlers) {
    this.#WebSocket = WebSocketClass;
    this.#network = network;
    this.#handlers = handlers;
  }

  get isOpen(): boolean {
    return this.#wired?.socket.readyState === OPEN;
  }

  dial(url: string): void {
    this.#abandon();
    const socket = this.#open(url);
    if (!socket) {
      queueMicrotask(() => this.#handlers.closed({ code: ABNORMAL, reason: 'the address is not allowed' }));
      return;
    }
    const wired: Wired = { socket, inbound: this.#network.lane(), outbound: this.#network.lane() };
    this.#wired = wired;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', (event) =>
      wired.inbound.pass(() => {
        if (this.#wired === wired) this.#handlers.message(event);
      }),
    );
    // Not before what it sent.
    socket.addEventListener('close', (event) => wired.inbound.pass(() => this.#ended(wired, event)));
    // A close always follows; without a listener some implementations throw.
    socket.addEventListener('error', () => undefined);
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    const wired = this.#wired;
    if (!wired || !this.isOpen) return;
    // Room uses its buffer again while a simulated network still has the frame.
    const frame = data.slice();
    wired.outbound.pass(() => {
      if (wired.socket.readyState === OPEN) wired.socket.send(frame);
    });
  }

  sendUnreliable(data: Uint8Array<ArrayBuffer>): void {
    this.send(data);
  }

  /** Drops the socket, without waiting for the other side, which a dead network would make minutes. */
  close(code: number = DROPPED, reason = ''): void {
    if (!this.#wired) return;
    this.#abandon();
    this.#handlers.closed({ code, reason });
  }

  #open(url: string): WebSocket | null {
    try {
      return new this.#WebSocket(url);
    } catch {
      // A page of https may not open ws:, for instance.
      return null;
    }
  }

  #ended(wired: Wired, { code, reason }: SocketClosed): void {
    if (this.#wired !== wired) return;
    this.#wired = null;
    wired.outbound.cut();
    this.#handlers.closed({ code, reason });
  }

  #abandon(): void {
    const wired = this.#wired;
    if (!wired) return;
    this.#wired = null;
    wired.inbound.cut();
    wired.outbound.cut();
    try {
      wired.socket.close(DROPPED);
    } catch {
      // It was closing already.
    }
  }
}
