import type { ClusterLog } from './cluster-log.ts';
import { NudgeListeners } from './nudge-listeners.ts';
import type { Bus, Nudges } from './ports.ts';

/**
 * The bus of one process. Listeners are called soon, but never within `publish`, in the order of publishing; one that
 * throws costs nobody else the nudge.
 */
export class LocalBus implements Bus {
  readonly #listeners: NudgeListeners;

  constructor(logger: ClusterLog) {
    this.#listeners = new NudgeListeners(logger);
  }

  publish<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    this.#listeners.tellSoon(topic, nudge);
  }

  subscribe<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  /** Nothing is ever lost. */
  onReturn(): () => void {
    return () => {};
  }
}
