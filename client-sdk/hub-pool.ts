import { GyreError } from './gyre-error.ts';
import { Hub } from './hub.ts';
import type { HubHandlers, HubOptions, Watcher, WatchRequest } from './hub.ts';
import { LiveValue } from './live.ts';
import type { LinkState } from './room-link.ts';

interface Watch {
  readonly request: WatchRequest;
  readonly watcher: Watcher;
}

const SILENT: HubHandlers = {
  lobby: () => undefined,
  match: () => undefined,
  chat: () => undefined,
  notice: () => undefined,
  greeted: () => undefined,
  signedOut: () => undefined,
};

/**
 * The player's hubs. One tells of lobby, match, chat and notices, and watches one page of lobbies; a hub watches no
 * more than one, so each further page has a hub of its own.
 */
export class HubPool {
  /** Of the main hub. */
  readonly connection = new LiveValue<LinkState>('closed');
  readonly #options: HubOptions;
  readonly #watches = new Map<Watch, Hub | null>();
  #main: Hub | null = null;
  #isOver = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get main(): Hub | null {
    return this.#main;
  }

  start(): Hub {
    if (this.#main) return this.#main;
    const main = new Hub(this.#options);
    this.#main = main;
    main.status.subscribe(({ connection }) => {
      if (this.#main === main) this.connection.set(connection);
    });
    for (const watch of this.#watches.keys()) this.#serve(watch);
    return main;
  }

  stop(): void {
    for (const [watch, hub] of this.#watches) {
      hub?.stop();
      this.#watches.set(watch, null);
    }
    this.#main?.stop();
    this.#main = null;
  }

  /** Also before anyone is signed in: it begins then, and goes on when the next player signs in. */
  watch(watch: Watch): () => void {
    this.#watches.set(watch, null);
    if (this.#isOver) tellClosed(watch);
    if (this.#main) this.#serve(watch);
    return () => this.#end(watch);
  }

  /** The client is closed: nobody will serve these any more. */
  fail(): void {
    this.#isOver = true;
    for (const watch of this.#watches.keys()) tellClosed(watch);
  }

  #serve(watch: Watch): void {
    const main = this.#main;
    if (!main) return;
    const hub = main.isWatching ? new Hub({ ...this.#options, handlers: SILENT }) : main;
    this.#watches.set(watch, hub);
    hub.watch(watch);
  }

  #end(watch: Watch): void {
    const hub = this.#watches.get(watch);
    this.#watches.delete(watch);
    if (!hub) return;
    if (hub === this.#main) hub.watch(null);
    else hub.stop();
  }
}

function tellClosed({ watcher }: Watch): void {
  watcher.failed(new GyreError('closed', 'the client was closed'));
}
