import type { SocketRoom } from './socket-room.ts';

/** The rooms that are live in this process, by the id in their sockets' paths. */
export class RoomDirectory {
  readonly #rooms = new Map<string, SocketRoom>();
  readonly #awaited = new Map<string, Set<(room: SocketRoom) => void>>();

  get(roomId: string): SocketRoom | null {
    return this.#rooms.get(roomId) ?? null;
  }

  add(roomId: string, room: SocketRoom): void {
    this.#rooms.set(roomId, room);
    for (const arrived of this.#awaited.get(roomId) ?? []) arrived(room);
  }

  remove(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** Waits for a room that is about to be here. Resolves to null if it isn't in time. */
  arrival(roomId: string, withinMs: number): Promise<SocketRoom | null> {
    const here = this.get(roomId);
    if (here !== null) return Promise.resolve(here);
    return new Promise((resolve) => {
      const waiting = this.#awaited.get(roomId) ?? new Set();
      this.#awaited.set(roomId, waiting);
      const settle = (room: SocketRoom | null): void => {
        clearTimeout(timer);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#awaited.get(roomId) === waiting) this.#awaited.delete(roomId);
        resolve(room);
      };
      const timer = setTimeout(() => settle(null), withinMs);
      waiting.add(settle);
    });
  }
}
