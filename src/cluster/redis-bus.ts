import { randomUUID } from 'node:crypto';
import type { ClusterLog } from './cluster-log.ts';
import { NudgeListeners } from './nudge-listeners.ts';
import { type AnyNudge, decodeNudges, encodeNudges } from './nudge-message.ts';
import type { Bus, Nudges } from './ports.ts';
import type { RedisConnection, Subscription } from './redis-connection.ts';

const CHANNEL = 'nudges';
/** What may wait for Redis; more is dropped, as nudges may be. */
const MAX_WAITING = 10_000;

/**
 * The bus of many processes. This process's own listeners hear as with a `LocalBus`; all others hear by Redis, where the nudges of one turn of the
 * event loop, and all that come while a message is under way, are one message. While Redis is away, others miss them, and
 * learn from `onReturn` that they have.
 */
export class RedisBus implements Bus, AsyncDisposable {
  readonly #redis: RedisConnection;
  readonly #listeners: NudgeListeners;
  readonly #self = randomUUID();
  #waiting: AnyNudge[] = [];
  #sending = false;
  #subscription: Subscription | null = null;

  private constructor(redis: RedisConnection, logger: ClusterLog) {
    this.#redis = redis;
    this.#listeners = new NudgeListeners(logger);
  }

  /** Resolves when the nudges of others are heard. Rejects with a `ConfigError` if that takes too long. */
  static async open({ redis, logger }: { redis: RedisConnection; logger: ClusterLog }): Promise<RedisBus> {
    const bus = new RedisBus(redis, logger);
    bus.#subscription = await redis.subscribe(redis.key(CHANNEL), (message) => bus.#hear(message));
    return bus;
  }

  publish<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    this.#listeners.tellSoon(topic, nudge);
    if (this.#redis.runId === null || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push([topic, nudge] as AnyNudge);
    if (this.#sending) return;
    this.#sending = true;
    setImmediate(() => void this.#send());
  }

  subscribe<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  onReturn(listener: () => void): () => void {
    return this.#subscription?.onReturn(listener) ?? (() => {});
  }

  /** The connection stays: it belongs to whoever made it. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#subscription?.close();
    return Promise.resolve();
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const nudges = this.#waiting;
      this.#waiting = [];
      try {
        await this.#redis.command(['PUBLISH', this.#redis.key(CHANNEL), encodeNudges({ from: this.#self, nudges })]);
      } catch {
        // Nudges may be lost: whoever listens looks for itself at times, and when its connection is back.
      }
    }
    this.#sending = false;
  }

  #hear(text: string): void {
    const message = decodeNudges(text);
    if (message === null || message.from === this.#self) return;
    for (const [topic, nudge] of message.nudges) this.#listeners.tell(topic, nudge);
  }
}
