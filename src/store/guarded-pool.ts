import type { Duplex } from 'node:stream';
import pg from 'pg';

/** Somebody who knows has said that the database doesn't answer. */
export class DatabaseAwayError extends Error {
  override readonly name = 'DatabaseAwayError';

  constructor() {
    super('connection terminated: the database is known to be away');
  }
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0] & {};

/**
 * A pool that can be told that the database is away: whoever waits for it, or asks meanwhile, is refused at once. A database that hangs, or
 * is behind a network that swallows packets, would have everybody wait for minutes, and its connections may be useless when it is back.
 */
export class GuardedPool extends pg.Pool {
  readonly #open = new Set<pg.PoolClient>();
  readonly #waiting = new Set<(error: DatabaseAwayError) => void>();
  #isAway = false;

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', (client) => this.#open.add(client));
    this.on('remove', (client) => this.#open.delete(client));
  }

  /** Cuts all connections, and makes no others until {@link back}. */
  away(): void {
    this.#isAway = true;
    for (const refuse of this.#waiting) refuse(new DatabaseAwayError());
    for (const client of this.#open) cut(client);
  }

  back(): void {
    this.#isAway = false;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    void tell(callback, connected);
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#isAway) throw new DatabaseAwayError();
    const connecting = super.connect();
    const { promise: refused, reject: refuse } = Promise.withResolvers<never>();
    this.#waiting.add(refuse);
    try {
      return await Promise.race([connecting, refused]);
    } catch (error) {
      // What comes after all is for others.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
      throw error;
    } finally {
      this.#waiting.delete(refuse);
    }
  }
}

/** A throw of whoever is told is theirs, as it is with a pool that nobody guards. */
async function tell(callback: ConnectCallback, connected: Promise<pg.PoolClient>): Promise<void> {
  const [result] = await Promise.allSettled([connected]);
  process.nextTick(() => {
    if (result.status === 'rejected') callback(result.reason as Error, undefined, () => {});
    else callback(undefined, result.value, (error) => result.value.release(error));
  });
}

/** Not politely: that would wait for an answer. What it was asked rejects. */
function cut(client: pg.PoolClient): void {
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream.destroy();
}
