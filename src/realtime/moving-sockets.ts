import type { InboundMessage } from './inbound-frame.ts';
import type { SocketClient } from './socket-client.ts';
import { MAX_UNHEARD } from './unheard.ts';

/** What a socket has said. */
interface Said {
  readonly client: SocketClient;
  readonly message: InboundMessage;
}

/** What sockets do while their room tries to move to another process: it is open whether they are heard here or there. */
export class MovingSockets {
  readonly #arrivals: SocketClient[] = [];
  readonly #said: Said[] = [];
  readonly #leavers: SocketClient[] = [];

  /** Sockets that came. */
  get arrivals(): readonly SocketClient[] {
    return this.#arrivals;
  }
  get said(): readonly Said[] {
    return this.#said;
  }
  /** Sockets that said goodbye. */
  get leavers(): readonly SocketClient[] {
    return this.#leavers;
  }

  arrived(client: SocketClient): void {
    this.#arrivals.push(client);
  }

  /** What is too much is lost. */
  received(client: SocketClient, message: InboundMessage): void {
    if (this.#said.length < MAX_UNHEARD) this.#said.push({ client, message });
  }

  consented(client: SocketClient): void {
    this.#leavers.push(client);
  }
}
