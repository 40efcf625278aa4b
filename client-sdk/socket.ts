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
  readonly #handlers: SocketHandlers;
  #socket: WebSocket | null = null;

  constructor(WebSocketClass: WebSocketClass, handlers: SocketHandlers) {
    this.#WebSocket = WebSocketClass;
    this.#handlers = handlers;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  dial(url: string): void {
    this.#abandon();
    const socket = this.#open(url);
    if (!socket) {
      queueMicrotask(() => this.#handlers.closed({ code: ABNORMAL, reason: 'the address is not allowed' }));
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#handlers.message(event);
    });
    socket.addEventListener('close', (event) => this.#ended(socket, event));
    // A close always follows; without a listener some implementations throw.
    socket.addEventListener('error', () => undefined);
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket?.send(data);
  }

  sendUnreliable(data: Uint8Array<ArrayBuffer>): void {
    this.send(data);
  }

  /** Drops the socket, without waiting for the other side, which a dead network would make minutes. */
  close(code: number = DROPPED, reason = ''): void {
    if (!this.#socket) return;
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

  #ended(socket: WebSocket, { code, reason }: SocketClosed): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#handlers.closed({ code, reason });
  }

  #abandon(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    try {
      socket.close(DROPPED);
    } catch {
      // It was closing already.
    }
  }
}
