/** A stretch of network that can be cut: pipes every connection to one port. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Those of them that lead on. */
  readonly #outgoing = new Set<Socket>();
  #isCut = false;
  #hangs = false;
  /** Where connections lead from here on. */
  target: number;
  /** How many connections it has let through. */
  connections = 0;

  private constructor(targetPort: number) {
    this.target = targetPort;
    this.#server = createServer((incoming) => {
      if (this.#isCut) {
        incoming.destroy();
        return;
      }
      this.connections += 1;
      const outgoing = connect(this.target, '127.0.0.1');
      for (const socket of [incoming, outgoing]) this.#keep(socket);
      this.#outgoing.add(outgoing);
      incoming.once('close', () => outgoing.destroy());
      outgoing.once('close', () => incoming.destroy());
      if (!this.#hangs) incoming.pipe(outgoing).pipe(incoming);
    });
  }

  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets all connections; new ones get through. */
  drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resets all connections, and every new one until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }

  /** Nothing comes through any more, and nobody is told; new connections are taken. */
  hang(): void {
    this.#hangs = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** What is asked gets through, and no answer comes back: new connections hang. */
  swallowAnswers(): void {
    this.#hangs = true;
    for (const socket of this.#outgoing) socket.unpipe().pause();
  }

  /** New connections get through again; those that hang are reset. */
  mend(): void {
    this.#isCut = false;
    if (this.#hangs) this.drop();
    this.#hangs = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // A torn pipe is what this is for.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#outgoing.delete(socket);
    });
  }
}
