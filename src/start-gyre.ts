import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { GameDefinition } from '../rooms/kit/define-game.ts';
import type { AnyRooms } from '../rooms/kit/index.ts';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { ALONE } from './cluster/cluster-view.ts';
import { LocalBus } from './cluster/local-bus.ts';
import { LocalCoordinator, newIncarnation } from './cluster/local-coordinator.ts';
import { SingleProcessLock } from './cluster/single-process-lock.ts';
import { ConfigError, type SettledConfig } from './config.ts';
import { type EngineStores, openLocalStores, type StoreHooks } from './engine-stores.ts';
import { GameRegistry } from './games/registry.ts';
import { createGuardedServer } from './http/guard.ts';
import { RateLimits } from './http/rate-limits.ts';
import { type RunningDatabase, startDatabase } from './open-database.ts';
import { Health } from './ops/health.ts';
import type { Logger } from './ops/logging.ts';
import { LocalRooms } from './realtime/local-rooms.ts';
import type { Rooms } from './realtime/ports.ts';
import { RoomEngine } from './room-engine.ts';
import { type Gyre, RunningGyre, type RunningParts } from './running-gyre.ts';
import { Services } from './services.ts';

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
  const parts = await startOn(database, { games, options, started });
  started.move();
  return new RunningGyre(parts);
}

interface Start {
  readonly games: GameRegistry;
  readonly options: GyreOptions;
  readonly started: AsyncDisposableStack;
}

async function startOn(database: RunningDatabase, { games, options, started }: Start): Promise<RunningParts> {
  const { config, log, build, onFenced } = options;
  const incarnation = newIncarnation();
  const live: { engine: RoomEngine | null } = { engine: null };
  const onLost = (): void => {
    void (live.engine?.host.abandonShip() ?? Promise.resolve()).finally(onFenced);
  };
  const lock = new SingleProcessLock({ connectionString: database.url, incarnation, logger: log, onLost });
  const coordinator = new LocalCoordinator({ db: database.db, incarnation, build, lock });
  await coordinator.start();
  started.defer(() => coordinator.stop());

  const limits = new RateLimits({ enabled: config.rateLimits });
  const bus = new LocalBus(log);
  const { directAddress } = config;
  const rooms = (): Rooms => new LocalRooms(engineOf(live.engine).host, { incarnation, directAddress });
  const services = new Services({
    config,
    db: database.db,
    bus,
    clock: systemClock,
    games,
    limits,
    incarnation,
    cluster: ALONE,
    log,
    rooms,
  });
  live.engine = await openRooms(services, { options, incarnation, onFenced: onLost });
  const engine = live.engine;
  started.defer(() => engine.close());
  started.defer(() => engine.disconnect());
  await adoptMatches(engine, { services, coordinator });
  await services.start();
  started.defer(() => services.stop());

  const health = new Health(database.db);
  const server = serve(options, { services, engine, limits, health, database });
  await listen(server, config);
  engine.run();
  health.ready();
  return { server, services, engine, coordinator, database, health, log };
}

function openRooms(
  { matches, seatRights, hub }: Services,
  { options, incarnation, onFenced }: { options: GyreOptions; incarnation: string; onFenced: () => void },
): Promise<RoomEngine> {
  const { config, rooms, log } = options;
  const { dataDir } = config;
  const openStores = (hooks: StoreHooks): Promise<EngineStores> =>
    openLocalStores(hooks, { dataDir, incarnation, logger: log });
  return RoomEngine.open({ openStores, rooms, gate: seatRights, events: matches, hub, log, onFenced });
}

function adoptMatches(
  engine: RoomEngine,
  { services, coordinator }: { services: Services; coordinator: LocalCoordinator },
): Promise<void> {
  const { matches, handOffs } = services;
  return engine.adopt({
    coordinator,
    reservationOf: (matchId) => matches.reservationOf(matchId),
    abandon: (matchId, reason) => matches.abandon(matchId, reason),
    sweep: () => handOffs.sweep(),
    reconcileSeats: (matchId) => matches.reconcileSeats(matchId, engine.host),
  });
}

type Served = Pick<RunningParts, 'services' | 'engine' | 'health' | 'database'> & { readonly limits: RateLimits };

function serve(options: GyreOptions, { services, engine, limits, health, database }: Served): Server {
  const { config, log, sdk, page } = options;
  const { authenticator } = services.accounts;
  const app = createApp({
    routes: services.routes,
    db: database.db,
    clock: systemClock,
    log,
    limits,
    authenticator,
    health,
    publicUrl: config.publicUrl,
    ...(sdk && { sdk }),
    ...(page && { page }),
  });
  return createGuardedServer({
    config,
    limits,
    log,
    ...app,
    onUpgrade: (request, socket, head) => engine.upgrade(request, socket, head),
  });
}

function listen(server: Server, { port, host }: SettledConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(toConfigError(error, { port, host }));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

type Address = Pick<SettledConfig, 'host' | 'port'>;

function toConfigError(error: NodeJS.ErrnoException, { port, host }: Address): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError('PORT', `${port} is in use`);
    case 'EACCES':
      return new ConfigError('PORT', `${port} may not be used by this user (EACCES)`);
    case 'EADDRNOTAVAIL':
      return new ConfigError('HOST', `${host} is no address of this machine (EADDRNOTAVAIL)`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError('HOST', `${host} has no address (${error.code})`);
    default:
      return error;
  }
}

/** Rooms are asked for by requests and sockets, which come later than the rooms. */
function engineOf(engine: RoomEngine | null): RoomEngine {
  if (engine === null) throw new Error('The rooms are not there yet.');
  return engine;
}
