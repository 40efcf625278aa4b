import { GameRegistry } from './games/registry.ts';
import { startDatabase } from './open-database.ts';
import { type Gyre, RunningGyre } from './running-gyre.ts';
import { startAlone } from './start-alone.ts';
import { startClustered } from './start-clustered.ts';
import type { GyreOptions } from './start-options.ts';

/**
 * Starts a Gyre with these games, and resolves when it takes requests. One a process.
 * @throws ConfigError for what the environment has wrong, such as a data folder that is in use, an address that isn't
 *   ours, or a database that can't be reached
 * @throws Error for a game that can't be registered, naming what is wrong with it
 */
export async function startGyre(options: GyreOptions): Promise<Gyre> {
  const games = new GameRegistry(options.games);
  // What has been started is stopped again if what comes after it fails.
  await using started = new AsyncDisposableStack();
  const database = await startDatabase(options.config, options.log);
  started.defer(() => database.stop());
  const start = options.config.redisUrl === null ? startAlone : startClustered;
  const parts = await start(database, { games, options, started });
  started.move();
  return new RunningGyre(parts);
}
