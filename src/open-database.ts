import pg from 'pg';
import { ConfigError } from './config-parsers.ts';
import type { SettledConfig } from './config.ts';
import type { Logger } from './ops/logging.ts';
import { lockDataFolder } from './store/embedded/data-folder-lock.ts';
import { startEmbeddedPostgres } from './store/embedded.ts';
import { type DatabaseHandle, openDatabase } from './store/database.ts';
import { migrate } from './store/migrate.ts';

/** The database that a Gyre runs on, migrated. */
export interface RunningDatabase extends DatabaseHandle {
  readonly url: string;
  readonly embedded: boolean;
  /** Closes connections, stops an embedded server and gives the data folder free. */
  stop(): Promise<void>;
}

/**
 * Opens the configured database, or starts the embedded one, and brings its schema up to date.
 * @throws ConfigError if the data folder is in use, of another PostgreSQL major, or can't be used, or if the configured
 *   database can't be reached
 */
export async function startDatabase(config: SettledConfig, log: Logger): Promise<RunningDatabase> {
  // What has been opened is closed again if what comes after it fails.
  await using begun = new AsyncDisposableStack();
  const { url, release } = await findDatabase(config, log);
  begun.defer(release);
  const opened = openDatabase(url, {
    // The driver hangs the whole client on its errors, with the key that cancels its queries.
    onError: (error) => log.warn({ reason: reasonOf(error) }, 'a connection to the database broke'),
  });
  begun.use(opened);
  if (config.databaseUrl !== null) await reach(opened, url);
  await migrate(opened.pool);
  const held = begun.move();
  return { ...opened, url, embedded: config.databaseUrl === null, stop: () => held.disposeAsync() };
}

async function reach({ pool }: DatabaseHandle, url: string): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch (error) {
    throw new ConfigError('DATABASE_URL', `can't be reached${addressOf(url)} (${reasonOf(error)})`);
  }
}

/** As the driver reads it, with what it adds by itself; without the user and the password. */
function addressOf(connectionString: string): string {
  try {
    const { host, port } = new pg.Client({ connectionString });
    return ` at ${host}:${port}`;
  } catch {
    return '';
  }
}

/** What went wrong, in a line. A host with several addresses fails with a code and without words. */
function reasonOf(error: unknown): string {
  const { code, message } = error as Error & { readonly code?: string };
  if (code === undefined || message.includes(code)) return message;
  return message === '' ? code : `${message}, ${code}`;
}

async function findDatabase({ databaseUrl, redisUrl, dataDir }: SettledConfig, log: Logger) {
  // One of many keeps nothing in a folder.
  if (databaseUrl !== null && redisUrl !== null) return { url: databaseUrl, release: () => undefined };
  if (databaseUrl === null) {
    const server = await startEmbeddedPostgres({ dataDir, log });
    return { url: server.url, release: () => server.stop() };
  }
  const lock = await lockDataFolder(dataDir);
  return { url: databaseUrl, release: () => lock.release() };
}
