import type { Outlet } from './outlet.ts';
import type { SocketClient } from './socket-client.ts';
import type { Frame } from './web-socket-frame.ts';

/**
 * The clients of a room that get its patches. One that can keep up costs a write and next to nothing else: its connection is
 * at hand, without a way through socket and stream, whose objects are spread all over the memory.
 */
export class PatchStream {
  readonly #clients: SocketClient[] = [];
  /** Of each of them. */
  readonly #outlets: (Outlet | null)[] = [];

  add(client: SocketClient): void {
    this.#clients.push(client);
    this.#outlets.push(client.ref.outlet);
  }

  /** Nothing happens if it isn't there. */
  remove(client: SocketClient): void {
    const index = this.#clients.indexOf(client);
    if (index !== -1) this.#removeAt(index);
  }

  /**
   * Sends a patch. Who has ended or can't keep up is out of the stream.
   * @param corked whose frames are to leave together
   */
  send(patch: Frame, corked: ReadonlySet<SocketClient> | null, onDrained: (client: SocketClient) => void): void {
    // From the end, since those who fall out are replaced by the last.
    for (let index = this.#outlets.length - 1; index >= 0; index -= 1) {
      const client = this.#clients[index] as SocketClient;
      const isAlone = corked === null || !corked.has(client);
      if (isAlone && this.#outlets[index]?.writeDirectly(patch) === true) continue;
      client.patch(patch, onDrained);
      if (!client.isInStream) this.#removeAt(index);
    }
  }

  #removeAt(index: number): void {
    const lastClient = this.#clients.pop();
    const lastOutlet = this.#outlets.pop();
    if (index === this.#clients.length || lastClient === undefined || lastOutlet === undefined) return;
    this.#clients[index] = lastClient;
    this.#outlets[index] = lastOutlet;
  }
}
