import { setTimeout as delay } from 'node:timers/promises';

export interface CoalescerParts<Item> {
  /** Does a batch. What it was given is tried again if it rejects. */
  readonly run: (items: readonly Item[]) => Promise<void>;
  readonly maxBatch: number;
  readonly onError: (error: unknown) => void;
}

const RETRY_MS = 250;

/**
 * Collects what is to be done and does it in batches, one after another, so that a burst costs one query. An item that
 * is added again while its batch is under way is done again.
 */
export class Coalescer<Item> {
  readonly #parts: CoalescerParts<Item>;
  readonly #waiting = new Set<Item>();
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(parts: CoalescerParts<Item>) {
    this.#parts = parts;
  }

  add(item: Item): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.add(item);
    this.#running ??= this.#drain();
  }

  /** Resolves when there is nothing left to do. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Does no more, after the batch under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #drain(): Promise<void> {
    // What happens in the same turn goes into the same batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.size > 0 && !this.#stop.signal.aborted) {
      const batch = [...this.#waiting].slice(0, this.#parts.maxBatch);
      for (const item of batch) this.#waiting.delete(item);
      try {
        await this.#parts.run(batch);
      } catch (error) {
        this.#parts.onError(error);
        for (const item of batch) this.#waiting.add(item);
        // It rejects when it is cut short by the stop.
        await delay(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    this.#running = null;
  }
}
