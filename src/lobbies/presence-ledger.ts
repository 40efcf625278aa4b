import { CONNECTED_AFTER_SIGN_MS } from '../../protocol/limits.ts';

/**
 * Who shows signs of life on this process, in memory alone. A sign costs two operations on a map; who has been silent
 * for too long stands at its front. Times are in ms since the epoch.
 */
export class PresenceLedger {
  /** Open sockets by player. */
  readonly #sockets = new Map<string, number>();
  /** Last sign of who has no socket open, oldest first. */
  readonly #signs = new Map<string, number>();
  /** Who was connected before an outage and gets time to come back: until then. */
  readonly #spared = new Map<string, number>();

  isPresent(playerId: string): boolean {
    return this.#sockets.has(playerId) || this.#signs.has(playerId) || this.#spared.has(playerId);
  }

  /** A sign of life. Returns true if the player was not present. */
  sign(playerId: string, nowMs: number): boolean {
    const returned = !this.isPresent(playerId);
    this.#spared.delete(playerId);
    if (this.#sockets.has(playerId)) return returned;
    this.#signs.delete(playerId);
    this.#signs.set(playerId, nowMs);
    return returned;
  }

  /** A socket was opened. Returns true if the player was not present. */
  opened(playerId: string): boolean {
    const returned = !this.isPresent(playerId);
    this.#spared.delete(playerId);
    this.#signs.delete(playerId);
    this.#sockets.set(playerId, (this.#sockets.get(playerId) ?? 0) + 1);
    return returned;
  }

  /** A socket was closed, which is a sign, too. */
  closed(playerId: string, nowMs: number): void {
    const open = (this.#sockets.get(playerId) ?? 1) - 1;
    if (open > 0) {
      this.#sockets.set(playerId, open);
      return;
    }
    this.#sockets.delete(playerId);
    this.sign(playerId, nowMs);
  }

  /** Counts players as present as if their last sign came at `sinceMs`, which may lie ahead. */
  spare(playerIds: Iterable<string>, sinceMs: number): void {
    for (const playerId of playerIds) {
      if (!this.isPresent(playerId)) this.#spared.set(playerId, sinceMs + CONNECTED_AFTER_SIGN_MS);
    }
  }

  /** Forgets who has been silent for 15 s. Returns their last signs. */
  expire(nowMs: number): Map<string, Date> {
    const expired = new Map<string, Date>();
    for (const [playerId, signMs] of this.#signs) {
      if (nowMs - signMs < CONNECTED_AFTER_SIGN_MS) break;
      this.#signs.delete(playerId);
      expired.set(playerId, new Date(signMs));
    }
    for (const [playerId, untilMs] of this.#spared) {
      if (nowMs < untilMs) continue;
      this.#spared.delete(playerId);
      expired.set(playerId, new Date(untilMs - CONNECTED_AFTER_SIGN_MS));
    }
    return expired;
  }
}
