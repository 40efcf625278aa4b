import { CloseCode } from '../../protocol/close-codes.ts';
import type { SocketClient } from './socket-client.ts';
import type { Frame } from './web-socket-frame.ts';

/** Of one match. Each costs as much as a player's socket. */
const MAX_SPECTATORS = 200;

/** Of all matches: a socket is in one. */
const playersOfSockets = new WeakMap<SocketClient, string>();

/** The sockets of those who watch a match: one a player, the newest. */
export class Spectators {
  /** Made with the first. */
  #sockets: Map<string, SocketClient> | null = null;
  #isClosed = false;

  /** Whether nobody may watch: who does is sent away, and whoever was given a right before finds that it is none. */
  close(isClosed: boolean): void {
    this.#isClosed = isClosed;
    if (!isClosed) return;
    for (const client of this.clients()) client.end(CloseCode.noSuchRight);
  }

  /** @returns false if nobody may watch, or there are too many already */
  add(client: SocketClient, playerId: string): boolean {
    if (this.#isClosed) return false;
    this.#sockets ??= new Map();
    const before = this.#sockets.get(playerId);
    if (before === undefined && this.#sockets.size >= MAX_SPECTATORS) return false;
    this.#sockets.set(playerId, client);
    playersOfSockets.set(client, playerId);
    before?.end(CloseCode.replaced);
    return true;
  }

  /** Whose socket it is, also after it has gone; undefined if it is no spectator's. */
  playerOf(client: SocketClient): string | undefined {
    return playersOfSockets.get(client);
  }

  remove(client: SocketClient): void {
    const playerId = playersOfSockets.get(client);
    if (playerId !== undefined && this.#sockets?.get(playerId) === client) this.#sockets.delete(playerId);
  }

  clients(): Iterable<SocketClient> {
    return this.#sockets?.values() ?? [];
  }

  /** Sends a message, or keeps it for those who are about to be in the stream. */
  tell(frame: Frame): void {
    for (const client of this.clients()) client.tell(frame);
  }
}
