import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Member } from './member.ts';

const LOOK_EVERY_MS = 500;
const CONNECT_LIMIT_MS = 1_000;

/**
 * The shared address: takes turns among the processes that say they are ready, as a plain balancer does. It looks every half
 * second, knows nothing of HTTP, and leaves connections that are there alone.
 */
export class Front implements AsyncDisposable {
  readonly #members: readonly Member[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ready = new Set<Member>();
  readonly #looking: NodeJS.Timeout;
  #turn = 0;

  private constructor(members: readonly Member[]) {
    this.#members = members;
    this.#server = createServer((incoming) => void this.#lead(incoming));
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  static async to(members: readonly Member[]): Promise<Front> {
    const front = new Front(members);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    for (const member of members) front.#ready.add(member);
    return front;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #look(): void {
    for (const member of this.#members) {
      void member.isReady().then((ready) => (ready ? this.#ready.add(member) : this.#ready.delete(member)));
    }
  }

  /** To the next one that takes it; who refuses is passed by. */
  async #lead(incoming: Socket): Promise<void> {
    this.#keep(incoming);
    for (const member of this.#inTurn()) {
      const outgoing = await reach(member);
      if (incoming.destroyed) outgoing?.destroy();
      if (outgoing === null) continue;
      this.#keep(outgoing);
      incoming.once('close', () => outgoing.destroy());
      outgoing.once('close', () => incoming.destroy());
      incoming.pipe(outgoing).pipe(incoming);
      return;
    }
    incoming.destroy();
  }

  #inTurn(): readonly Member[] {
    const able = this.#members.filter((member) => this.#ready.has(member));
    const all = able.length > 0 ? able : this.#members;
    this.#turn += 1;
    const first = this.#turn % all.length;
    return [...all.slice(first), ...all.slice(0, first)];
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // Torn connections are what this is for.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

async function reach({ address }: Member): Promise<Socket | null> {
  const socket = connect(address.port, address.host);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_LIMIT_MS) });
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}
