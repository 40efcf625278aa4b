import type { GyreError } from './gyre-error.ts';
import type { Watcher } from './hub.ts';
import { LiveValue } from './live.ts';
import type { LobbyList } from './lobbies.ts';
import type { LobbySummary } from './views.ts';

/** A watched page of lobbies: what a hub tells, as a {@link LobbyList}. */
export class WatchedLobbies implements LobbyList, Watcher {
  readonly #items = new LiveValue<readonly LobbySummary[]>([]);
  readonly #ready = Promise.withResolvers<void>();
  readonly #stop: () => void;

  /** `start` begins the watch and gives back what ends it. */
  constructor(start: (watcher: Watcher) => () => void) {
    // Nobody has to look at it.
    this.#ready.promise.catch(() => undefined);
    this.#stop = start(this);
  }

  get view(): readonly LobbySummary[] {
    return this.#items.view;
  }

  get subscribe(): LobbyList['subscribe'] {
    return this.#items.subscribe;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  readonly stop = (): void => this.#stop();

  [Symbol.dispose](): void {
    this.stop();
  }

  items(items: readonly LobbySummary[]): void {
    this.#items.set(items);
    this.#ready.resolve();
  }

  failed(error: GyreError): void {
    this.#ready.reject(error);
  }
}
