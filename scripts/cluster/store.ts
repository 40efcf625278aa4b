import { setTimeout as pause } from 'node:timers/promises';

/** A running server of a store. */
export interface StoreServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface StoreOptions {
  readonly name: string;
  /**
   * Starts it, always at the same address and on the same data.
   * @param onEnd to be called if it ends without having been asked to
   */
  readonly start: (onEnd: (how: string) => void) => Promise<StoreServer>;
  /** Told of what becomes of it, in words. */
  readonly onEvent: (what: string) => void;
}

export type StoreState = 'up' | 'away' | 'starting' | 'stopped';

const RETRY_MS = 500;

/** PostgreSQL or Redis, which people may take away for a while. */
export class Store {
  readonly name: string;
  readonly url: string;
  readonly #options: StoreOptions;
  #server: StoreServer | null;
  #state: StoreState = 'up';
  /** One thing after the other. */
  #busy: Promise<void> = Promise.resolve();
  readonly #leaving = new AbortController();

  private constructor(options: StoreOptions, url: string) {
    this.name = options.name;
    this.url = url;
    this.#options = options;
    this.#server = null;
  }

  static async open(options: StoreOptions): Promise<Store> {
    let store: Store | null = null;
    const server = await options.start((how) => {
      if (store !== null) store.#ended(how);
    });
    store = new Store(options, server.url);
    store.#server = server;
    return store;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Stops it cleanly and starts it again on its data, after so long. Resolves when it is back. */
  restart(awayMs: number): Promise<void> {
    return this.#next(async () => {
      if (this.#leaving.signal.aborted) return;
      this.#options.onEvent(awayMs === 0 ? 'is restarted' : `is stopped for ${awayMs / 1_000} s`);
      this.#state = 'away';
      await this.#server?.stop();
      this.#server = null;
      await pause(awayMs, undefined, this.#leaving).catch(() => undefined);
      await this.#begin();
    });
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await this.#next(async () => {
      await this.#server?.stop();
      this.#server = null;
      this.#state = 'stopped';
    });
  }

  #ended(how: string): void {
    this.#options.onEvent(`has ended (${how})`);
    this.#state = 'away';
    this.#server = null;
    void this.#next(() => this.#begin());
  }

  /** Tries until it runs, or until it is to end. */
  async #begin(): Promise<void> {
    while (this.#server === null && !this.#leaving.signal.aborted) {
      this.#state = 'starting';
      try {
        this.#server = await this.#options.start((how) => this.#ended(how));
        this.#state = 'up';
        this.#options.onEvent('is back');
      } catch (error) {
        this.#options.onEvent(`does not start: ${(error as Error).message}`);
        await pause(RETRY_MS, undefined, this.#leaving).catch(() => undefined);
      }
    }
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#busy.then(act);
    this.#busy = done.catch(() => undefined);
    return done;
  }
}
