import { limitKey } from './client-address.ts';
import { ProblemError } from './problem.ts';

/** What can be open, and tells once when it isn't any more: a TCP connection. */
export interface Closable {
  once(event: 'close', listener: () => void): unknown;
}

/** When somebody with too many open connections may look again. */
const RETRY_AFTER_MS = 10_000;

/** How many connections each address (each /64 of IPv6) holds open. One that holds none costs nothing. */
export class OpenSockets {
  readonly #max: number;
  readonly #open = new Map<string, number>();

  /** @param max of an address at a time; `Infinity` = any number */
  constructor(max: number) {
    this.#max = max;
  }

  /** Addresses that hold any. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Counts a connection until it is closed.
   * @returns counts it no more
   * @throws ProblemError `rate-limited` if its address holds too many; then it isn't counted
   */
  add(address: string, socket: Closable): () => void {
    const key = limitKey(address);
    const open = this.#open.get(key) ?? 0;
    if (open >= this.#max) {
      const detail = `An address may hold ${this.#max} open connections.`;
      throw new ProblemError('rate-limited', detail, { retryAfterMs: RETRY_AFTER_MS });
    }
    this.#open.set(key, open + 1);
    let isCounted = true;
    const remove = (): void => {
      if (isCounted) this.#remove(key);
      isCounted = false;
    };
    socket.once('close', remove);
    return remove;
  }

  #remove(key: string): void {
    const open = (this.#open.get(key) ?? 0) - 1;
    if (open > 0) this.#open.set(key, open);
    else this.#open.delete(key);
  }
}
