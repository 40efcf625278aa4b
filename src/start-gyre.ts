import type { RequestHandler } from 'express';
import type { GameDefinition } from '../rooms/kit/define-game.ts';
import type { AnyRooms } from '../rooms/kit/index.ts';
import type { SettledConfig } from './config.ts';
import { GameRegistry } from './games/registry.ts';
import { startDatabase } from './open-database.ts';
import type { Logger } from './ops/logging.ts';
import { type Gyre, RunningGyre } from './running-gyre.ts';
import { startAlone } from './start-alone.ts';
import { startClustered } from './start-clustered.ts';

export interface GyreOptions {
  /** The contracts, by the games' names. */
  readonly games: Readonly<Record<string, GameDefinition>>;
  /** Who runs them: one room for each game. */
  readonly rooms: AnyRooms;
  readonly config: SettledConfig;
  readonly log: Logger;
  /** Which build this is, for the operator's eyes. */
  readonly build: string;
  /** Answers `/sdk/…`. Left out: 404. */
  readonly sdk?: RequestHandler;
  /** Answers what nothing else does: the web page. Left out: 404. */
  readonly page?: RequestHandler;
  /** The operator wants this process to end: its matches are to be moved away or parked (`Gyre.stop`). Left out: it gets a SIGTERM. */
  readonly onStopWanted?: () => void;
  /** Another process has taken over this one's matches: its sockets are closed, and it must end. */
  readonly onFenced: () => void;
}

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

/** What a start works with. */
export interface Start {
  readonly games: GameRegistry;
  readonly options: GyreOptions;
  /** What has been started, to be stopped again. */
  readonly started: AsyncDisposableStack;
}
