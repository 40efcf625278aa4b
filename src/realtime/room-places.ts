import { HUB_ROOM } from '../../protocol/hub.ts';
import type { RoomLocator, RoomPlace } from '../cluster/peers.ts';

/** A room in a socket's path: a hub is one of a process. */
export interface RoomAddress {
  readonly roomId: string;
  readonly processId: string;
}

/** So many rooms of other processes are remembered, for when nobody can be asked. */
const REMEMBERED = 10_000;
/** An answer holds for everyone who asks so soon after it. */
const SHARED_MS = 40;

/** Asks where rooms are: once for all sockets that wait for the same. */
export class RoomPlaces {
  readonly #locator: RoomLocator;
  readonly #asked = new Map<string, Promise<RoomPlace>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Of rooms that were elsewhere when they were last looked for, the newest last. */
  readonly #remembered = new Map<string, RoomPlace>();

  constructor(locator: RoomLocator) {
    this.#locator = locator;
  }

  ask({ roomId, processId }: RoomAddress): Promise<RoomPlace> {
    const key = roomId === HUB_ROOM ? `${HUB_ROOM}/${processId}` : roomId;
    const asked = this.#asked.get(key) ?? this.#locator.locate(roomId, processId);
    if (this.#asked.get(key) === asked) return asked;
    this.#asked.set(key, asked);
    const forget = (): void => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    };
    const found = (place: RoomPlace): void => {
      this.#remember(roomId, place);
      setTimeout(forget, SHARED_MS).unref();
    };
    asked.then(found, forget);
    return asked;
  }

  /** Where a room was when it was last looked for, if that was elsewhere: for when it can't be looked up. */
  lastOf({ roomId }: RoomAddress): RoomPlace | null {
    return this.#remembered.get(roomId) ?? null;
  }

  #remember(roomId: string, place: RoomPlace): void {
    this.#remembered.delete(roomId);
    if (place.at !== 'peer' || roomId === HUB_ROOM) return;
    this.#remembered.set(roomId, place);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** Waits for the room to have moved, at most for so long, or until `signal` says that nobody waits any more. */
  change(roomId: string, withinMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(roomId) ?? new Set();
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(roomId) === waiting) this.#waiting.delete(roomId);
        resolve();
      };
      const timer = setTimeout(settle, withinMs);
      signal.addEventListener('abort', settle);
      this.#waiting.set(roomId, waiting.add(settle));
    });
  }

  /** A room may be elsewhere now: what was answered before counts no more, and who waits asks again. */
  moved(roomId: string): void {
    this.#asked.delete(roomId);
    this.#remembered.delete(roomId);
    for (const wake of this.#waiting.get(roomId) ?? []) wake();
  }
}
