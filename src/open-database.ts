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
 * @throws ConfigError if the data folder is in use, of another PostgreSQL major, or can't be used
 */
export async function startDatabase(config: SettledConfig, log: Logger): Promise<RunningDatabase> {
  const { url, release } = await findDatabase(config, log);
  try {
    const opened = openDatabase(url, { onError: (err) => log.warn({ err }, 'a connection to the database broke') });
    await migrate(opened.pool);
    return {
      ...opened,
      url,
      embedded: config.databaseUrl === null,
      stop: async () => {
        await opened.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function findDatabase({ databaseUrl, dataDir }: SettledConfig, log: Logger) {
  if (databaseUrl === null) {
    const server = await startEmbeddedPostgres({ dataDir, log });
    return { url: server.url, release: () => server.stop() };
  }
  const lock = await lockDataFolder(dataDir);
  return { url: databaseUrl, release: () => lock.release() };
}
