import type { ClusterLog } from './cluster-log.ts';
import type { Bus, Nudges } from './ports.ts';

type Listener = (nudge: never) => void;

/**
 * The bus of one process. Listeners are called soon, but never within `publish`, in the order of publishing; one that
 * throws costs nobody else the nudge.
 */
export class LocalBus implements Bus {
  readonly #listeners = new Map<keyof Nudges, Set<Listener>>();
  readonly #logger: ClusterLog;

  constructor(logger: ClusterLog) {
    this.#logger = logger;
  }

  publish<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners.get(topic) ?? [])
        this.#call(topic, listener as (n: Nudges[Topic]) => void, nudge);
    });
  }

  subscribe<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void {
    // A wrapper of its own: the same function may be subscribed twice and ends twice.
    const own = (nudge: Nudges[Topic]) => listener(nudge);
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(own));
    return () => listeners.delete(own);
  }

  /** Nothing is ever lost. */
  onReturn(): () => void {
    return () => {};
  }

  #call<Nudge>(topic: string, listener: (nudge: Nudge) => void, nudge: Nudge): void {
    try {
      listener(nudge);
    } catch (error) {
      this.#logger.error({ err: error, topic }, 'a listener of the bus has thrown');
    }
  }
}
