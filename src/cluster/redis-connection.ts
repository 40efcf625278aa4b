import { createHash } from 'node:crypto';
import { ConfigError } from '../config-parsers.ts';
import type { ClusterLog } from './cluster-log.ts';
import { redisProblem, redisWarnings } from './redis-info.ts';
import { type CommandOptions, openClient, RedisLink } from './redis-link.ts';

/** How {@link RedisConnection} is made. */
export interface RedisConnectionOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://`. */
  readonly url: string;
  readonly logger: ClusterLog;
  /** Before all keys and channels, so that others may use the same Redis; `gyre:` if left out. */
  readonly prefix?: string;
  /** For the first connection, and at least one try; 10,000 if left out. */
  readonly patienceMs?: number;
}

/** A connection that listens. */
export type Subscription = Pick<RedisLink, 'onReturn' | 'onAway' | 'close'>;

/** A Lua script: all or nothing, and nothing of anybody else happens meanwhile. */
export class RedisScript {
  readonly source: string;
  readonly sha1: string;

  constructor(source: string) {
    this.source = source;
    this.sha1 = createHash('sha1').update(source).digest('hex');
  }
}

const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 10;

/**
 * A process's connection to Redis, and one more for each subscription. It comes back by itself after every outage; while it is away,
 * commands are refused at once.
 */
export class RedisConnection implements AsyncDisposable {
  readonly #options: RedisConnectionOptions;
  readonly #link: RedisLink;
  readonly #subscriptions: RedisLink[] = [];

  private constructor(options: RedisConnectionOptions, link: RedisLink) {
    this.#options = options;
    this.#link = link;
    link.onAway(() => options.logger.warn({ err: link.lastError }, 'the connection to Redis broke: connecting again'));
    link.onReturn(() => options.logger.info({}, 'the connection to Redis is back'));
  }

  /** @throws ConfigError for REDIS_URL: it can't be reached, or it is none that we could rely on */
  static async connect(options: RedisConnectionOptions): Promise<RedisConnection> {
    checkAddress(options.url);
    const link = new RedisLink(options);
    try {
      const info = await firstInfo(link, options);
      const problem = redisProblem(info);
      if (problem !== null) throw new ConfigError('REDIS_URL', `the Redis at ${placeOf(options.url)} ${problem}`);
      for (const warning of redisWarnings(info)) options.logger.warn({}, warning);
    } catch (error) {
      link.close();
      throw error;
    }
    return new RedisConnection(options, link);
  }

  /** Of the Redis that a command would go to at this moment: another one after each of its starts; null while it is away. */
  get runId(): string | null {
    return this.#link.info?.runId ?? null;
  }

  /** A key or channel of ours. */
  key(name: string): string {
    return (this.#options.prefix ?? 'gyre:') + name;
  }

  /** Rejects with a `RedisAwayError` while there is no connection and when it breaks, with an `ErrorReply` if Redis refuses it. */
  command<Reply>(args: readonly (string | Buffer)[], options?: CommandOptions): Promise<Reply> {
    return this.#link.send(args, options);
  }

  /** Rejects as {@link command} does. */
  async run<Reply>(
    script: RedisScript,
    { keys, args }: { readonly keys: readonly string[]; readonly args: readonly (string | Buffer)[] },
    options?: CommandOptions,
  ): Promise<Reply> {
    const rest = [`${keys.length}`, ...keys, ...args];
    try {
      return await this.#link.send(['EVALSHA', script.sha1, ...rest], options);
    } catch (error) {
      // Redis was started anew, and has yet to learn it: nothing has happened.
      if (!reasonOf(error).startsWith('NOSCRIPT')) throw error;
      return await this.#link.send(['EVAL', script.source, ...rest], options);
    }
  }

  /** Listens on a connection of its own, for as long as this one is open. Resolves when it is first heard. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<Subscription> {
    const link = new RedisLink({ ...this.#options, subscription: { channel, listener } });
    this.#subscriptions.push(link);
    await firstInfo(link, this.#options);
    return link;
  }

  /** Told whenever the connection is back after a break. Returns the function that ends it. */
  onReturn(listener: () => void): () => void {
    return this.#link.onReturn(listener);
  }

  /** Told when the connection broke. Returns the function that ends it. */
  onAway(listener: () => void): () => void {
    return this.#link.onAway(listener);
  }

  close(): void {
    for (const link of [this.#link, ...this.#subscriptions]) link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

async function firstInfo(link: RedisLink, { url, patienceMs = PATIENCE_MS }: RedisConnectionOptions) {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    if (link.info !== null) return link.info;
    // A start that was slow itself has tried at least once.
    if (performance.now() > deadlineMs && link.lastError !== null) {
      throw new ConfigError('REDIS_URL', `the Redis at ${placeOf(url)} can't be used: ${reasonOf(link.lastError)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function checkAddress(url: string): void {
  try {
    openClient(url).destroy();
  } catch (error) {
    throw new ConfigError('REDIS_URL', `its address can't be read: ${reasonOf(error)}`);
  }
}

/** Never its user and password. */
function placeOf(url: string): string {
  return new URL(url).host;
}

/** In one line. That several addresses of a name refused has no message of its own. */
function reasonOf(error: unknown): string {
  const { message = '', code } = (error ?? {}) as { readonly message?: string; readonly code?: string };
  const [line = ''] = message.split('\n');
  return line || (code ?? 'it has not answered');
}
