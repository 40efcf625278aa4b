import type { ClusterLog } from './cluster-log.ts';
import type { Nudges } from './ports.ts';

type Listener = (nudge: never) => void;

/** Who listens to a bus in this process. One that throws costs nobody else the nudge. */
export class NudgeListeners {
  readonly #listeners = new Map<keyof Nudges, Set<Listener>>();
  readonly #logger: ClusterLog;

  constructor(logger: ClusterLog) {
    this.#logger = logger;
  }

  /** Soon, but never within this call, in the order of the calls. */
  tellSoon<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    queueMicrotask(() => this.tell(topic, nudge));
  }

  tell<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        (listener as (nudge: Nudges[Topic]) => void)(nudge);
      } catch (error) {
        this.#logger.error({ err: error, topic }, 'a listener of the bus has thrown');
      }
    }
  }

  /** Returns the function that ends it. */
  add<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void {
    // A wrapper of its own: the same function may be subscribed twice and ends twice.
    const own = (nudge: Nudges[Topic]) => listener(nudge);
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(own));
    return () => listeners.delete(own);
  }
}
