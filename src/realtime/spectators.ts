import { CloseCode } from '../../protocol/close-codes.ts';
import type { SocketClient } from './socket-client.ts';
import type { Frame } from './web-socket-frame.ts';

/** Of one match. Each costs as much as a player's socket. */
const MAX_SPECTATORS = 200;

/** The sockets of those who watch a match: one a player, the newest. */
export class Spectators {
  readonly #sockets = new Map<string, SocketClient>();
  readonly #playerOf = new WeakMap<SocketClient, string>();

  /** @returns false if there are too many already */
  add(client: SocketClient, playerId: string): boolean {
    const before = this.#sockets.get(playerId);
    if (before === undefined && this.#sockets.size >= MAX_SPECTATORS) return false;
    this.#sockets.set(playerId, client);
    this.#playerOf.set(client, playerId);
    before?.end(CloseCode.replaced);
    return true;
  }

  /** Whose socket it is, also after it has gone; undefined if it is no spectator's. */
  playerOf(client: SocketClient): string | undefined {
    return this.#playerOf.get(client);
  }

  remove(client: SocketClient): void {
    const playerId = this.#playerOf.get(client);
    if (playerId !== undefined && this.#sockets.get(playerId) === client) this.#sockets.delete(playerId);
  }

  clients(): Iterable<SocketClient> {
    return this.#sockets.values();
  }

  /** Sends a message, or keeps it for those who are about to be in the stream. */
  tell(frame: Frame): void {
    for (const client of this.#sockets.values()) client.tell(frame);
  }
}
