/** The address that everybody uses, before processes that are all alike: plain TCP, so HTTP and WebSockets go through. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A process behind the front, on this machine. */
export interface FrontTarget {
  readonly port: number;
  /** Whether it says that it takes requests. One that doesn't is tried when nobody else takes a connection. */
  readonly isReady: boolean;
}

export interface FrontOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Asked at each connection. */
  readonly targets: () => readonly FrontTarget[];
}

/** On one machine a connection takes no time, unless nobody takes it from the queue. */
const CONNECT_LIMIT_MS = 1_000;

/** Gives each connection to the next process in turn that takes it, and adds nothing to what is said. */
export class Front implements AsyncDisposable {
  readonly #server: Server;
  readonly #targets: () => readonly FrontTarget[];
  readonly #sockets = new Set<Socket>();
  readonly #open = new Map<number, number>();
  #turn = 0;

  private constructor({ targets }: FrontOptions) {
    this.#targets = targets;
    const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true };
    this.#server = createServer(options, (incoming) => void this.#lead(this.#keep(incoming)));
  }

  /** Rejects as `listen` does, if the port is taken. */
  static async listen(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    front.#server.listen(options.port, options.host);
    await once(front.#server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections lead to a process now. */
  openTo(port: number): number {
    return this.#open.get(port) ?? 0;
  }

  /** Ends all connections, and takes no more. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #lead(incoming: Socket): Promise<void> {
    for (const port of this.#inTurn()) {
      const outgoing = await this.#reach(port);
      if (incoming.destroyed) {
        outgoing?.destroy();
        return;
      }
      if (outgoing) return this.#join(incoming, outgoing, port);
    }
    incoming.resetAndDestroy();
  }

  /** All of them, from the next one on; those that are not ready last. */
  #inTurn(): readonly number[] {
    const targets = this.#targets();
    const first = this.#turn % Math.max(1, targets.length);
    this.#turn += 1;
    const round = [...targets.slice(first), ...targets.slice(0, first)];
    return round.toSorted((a, b) => Number(b.isReady) - Number(a.isReady)).map(({ port }) => port);
  }

  /** null: it takes no connection. */
  async #reach(port: number): Promise<Socket | null> {
    const outgoing = this.#keep(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
    try {
      await once(outgoing, 'connect', { signal: AbortSignal.timeout(CONNECT_LIMIT_MS) });
      return outgoing;
    } catch {
      outgoing.destroy();
      return null;
    }
  }

  #join(incoming: Socket, outgoing: Socket, port: number): void {
    this.#open.set(port, this.openTo(port) + 1);
    outgoing.once('close', () => this.#open.set(port, this.openTo(port) - 1));
    passOnBreak(incoming, outgoing);
    passOnBreak(outgoing, incoming);
    // An end that says goodbye may still listen: each direction ends by itself.
    incoming.pipe(outgoing).pipe(incoming);
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    // What breaks on one side is passed on to the other.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

function passOnBreak(from: Socket, to: Socket): void {
  from.once('close', (hadError) => {
    if (hadError || !from.readableEnded) to.resetAndDestroy();
  });
}
