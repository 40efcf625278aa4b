import { createClient, RESP_TYPES } from '@redis/client';
import type { ClusterLog } from './cluster-log.ts';
import { checkUsable, parseRedisInfo, type RedisInfo } from './redis-info.ts';

type Client = ReturnType<typeof openClient>;

/** How {@link RedisLink} is kept. */
export interface RedisLinkOptions {
  readonly url: string;
  readonly logger: ClusterLog;
  /** What is listened to: a link that subscribes can do nothing else. */
  readonly subscription?: { readonly channel: string; readonly listener: (message: string) => void };
}

/** How one command is sent. */
export interface CommandOptions {
  /** It rejects when there is no answer by then; it may happen all the same. Left out: when the connection breaks at last. */
  readonly timeoutMs?: number;
  /** Strings in the answer are Buffers. */
  readonly binary?: boolean;
}

/** There is no connection to Redis, or it broke before the answer: it is open whether what was asked has happened. */
export class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';

  constructor(options?: ErrorOptions) {
    super('Redis is away', options);
  }
}

/** Between tries to connect, at most. */
const RETRY_MS = 200;
/** For a connection to be there, and Redis to have said what it is. */
const SET_UP_MS = 2_000;
const LOOK_EVERY_MS = 1_000;
/** Looks without an answer after which a connection counts as broken. */
const PATIENT_LOOKS = 5;
const BINARY = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } as const;

/**
 * One connection to Redis, made anew for ever. While there is none, commands are refused at once; when it breaks, all that wait for
 * an answer are rejected. A connection on which nothing is answered for five seconds counts as broken, too: a network that swallows packets tells
 * nobody.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #returned = new Set<() => void>();
  readonly #away = new Set<() => void>();
  #client: Client | null = null;
  #info: RedisInfo | null = null;
  #lastError: unknown = null;
  #answered = false;
  #pending = 0;
  #lives = 0;
  readonly #closed = new AbortController();

  /** Begins to connect. */
  constructor(options: RedisLinkOptions) {
    this.#options = options;
    void this.#keep();
  }

  /** What Redis says of itself on this connection; null while there is none. */
  get info(): RedisInfo | null {
    return this.#client === null ? null : this.#info;
  }

  /** Why there is no connection. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Told of each connection but the first. Returns the function that ends it. */
  onReturn(listener: () => void): () => void {
    return addTo(this.#returned, listener);
  }

  /** Told when a connection has broken. Returns the function that ends it. */
  onAway(listener: () => void): () => void {
    return addTo(this.#away, listener);
  }

  /** On the connection that there is at this moment; rejects with a `RedisAwayError`, or with what Redis refuses it with. */
  async send<Reply>(args: readonly (string | Buffer)[], options: CommandOptions = {}): Promise<Reply> {
    const client = this.#client;
    if (client === null) throw new RedisAwayError({ cause: this.#lastError });
    const reply = client.sendCommand([...args], options.binary === true ? BINARY : undefined);
    this.#count(reply);
    try {
      return (await (options.timeoutMs === undefined ? reply : inTime(reply, options.timeoutMs))) as Reply;
    } catch (error) {
      throw client === this.#client ? error : new RedisAwayError({ cause: error });
    }
  }

  /** For good. What waits for an answer is rejected. */
  close(): void {
    this.#closed.abort();
  }

  /** An answer that comes too late for whoever asked is one, too. */
  #count(reply: Promise<unknown>): void {
    this.#pending += 1;
    const settled = (): void => {
      this.#pending -= 1;
      this.#answered = true;
    };
    reply.then(settled, settled);
  }

  async #keep(): Promise<void> {
    for (let tries = 0; !this.#closed.signal.aborted; tries += 1) {
      const before = this.#lives;
      await this.#live();
      if (this.#lives > before) tries = 0;
      // Processes that lost the same Redis don't come back in one instant.
      await pause(Math.min(RETRY_MS, 25 * 2 ** tries) * (0.5 + Math.random() / 2));
    }
  }

  /** One connection, from its making to its end. */
  async #live(): Promise<void> {
    const client = openClient(this.#options.url);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const close = (): void => end();
    this.#closed.signal.addEventListener('abort', close);
    client.on('error', (error) => {
      this.#lastError = error;
      this.#lost(client);
      end();
    });
    let look: NodeJS.Timeout | undefined;
    try {
      await inTime(Promise.race([this.#setUp(client), ended]), SET_UP_MS);
      if (this.#client === client) {
        look = this.#watch(client, end);
        await ended;
      }
    } catch (error) {
      this.#lastError = error;
    }
    clearInterval(look);
    this.#closed.signal.removeEventListener('abort', close);
    this.#lost(client);
    client.destroy();
  }

  async #setUp(client: Client): Promise<void> {
    const { subscription } = this.#options;
    await client.connect();
    const info = parseRedisInfo(await client.sendCommand<string>(['INFO']));
    checkUsable(info);
    if (subscription !== undefined) {
      await client.subscribe(subscription.channel, (message) => subscription.listener(message));
    }
    if (!client.isReady || this.#closed.signal.aborted) return;
    this.#info = info;
    this.#client = client;
    this.#lives += 1;
    if (this.#lives > 1) this.#tell(this.#returned);
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    if (!this.#closed.signal.aborted) this.#tell(this.#away);
  }

  /** It counts its own looks, not the time: after a pause of this process, answers may lie in the socket unread. */
  #watch(client: Client, end: () => void): NodeJS.Timeout {
    let silentLooks = 0;
    return setInterval(() => {
      silentLooks = this.#answered || this.#pending === 0 ? 0 : silentLooks + 1;
      this.#answered = false;
      if (silentLooks >= PATIENT_LOOKS) {
        this.#lastError = new Error('Redis has not answered for seconds');
        end();
      } else if (this.#pending === 0) {
        // An error is an answer, too, and is counted as one; a connection that breaks says so by itself.
        this.send(['PING']).catch(() => {});
      }
    }, LOOK_EVERY_MS).unref();
  }

  #tell(listeners: ReadonlySet<() => void>): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a listener of the connection to Redis has thrown');
      }
    }
  }
}

/**
 * RESP 2 also reaches what is older than we take, so that it can be refused by its version.
 * @throws Error if the address can't be read
 */
export function openClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    name: 'gyre',
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false, connectTimeout: SET_UP_MS },
    // Its own timeouts end with the writing of a command, not with the answer.
    commandOptions: { timeout: undefined as unknown as number },
  });
}

/** In a wrapper of its own: the same function may listen twice and ends twice. */
function addTo(listeners: Set<() => void>, listener: () => void): () => void {
  const own = (): void => listener();
  listeners.add(own);
  return () => listeners.delete(own);
}

async function inTime<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Redis has not answered within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
