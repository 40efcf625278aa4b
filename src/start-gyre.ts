import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import type { GameDefinition } from '../rooms/kit/define-game.ts';
import type { AnyRooms } from '../rooms/kit/index.ts';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { LocalBus } from './cluster/local-bus.ts';
import { LocalCoordinator, newIncarnation } from './cluster/local-coordinator.ts';
import { SingleProcessLock } from './cluster/single-process-lock.ts';
import type { SettledConfig } from './config.ts';
import { GameRegistry } from './games/registry.ts';
import { createGuardedServer } from './http/guard.ts';
import { RateLimits } from './http/rate-limits.ts';
import { type RunningDatabase, startDatabase } from './open-database.ts';
import { Health } from './ops/health.ts';
import type { Logger } from './ops/logging.ts';
import { shutDown } from './ops/shutdown.ts';
import { RoomEngine } from './room-engine.ts';
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

/** A running Gyre. */
export interface Gyre extends AsyncDisposable {
  readonly port: number;
  readonly embeddedDatabase: boolean;
  /**
   * Stops it cleanly: matches are parked for the next start, everyone is told to come back.
   * @returns what did not end cleanly, in words; empty if everything did
   */
  stop(): Promise<readonly string[]>;
}

/** How long requests under way may take to end when the process stops. */
const LAST_REQUESTS_MS = 2_000;

/**
 * Starts a Gyre with these games, and resolves when it takes requests. One a process.
 * @throws ConfigError for what the environment has wrong, such as a data folder that is in use
 * @throws Error for a game that can't be registered, naming what is wrong with it
 */
export async function startGyre(options: GyreOptions): Promise<Gyre> {
  const games = new GameRegistry(options.games);
  const database = await startDatabase(options.config, options.log);
  try {
    return await startOn(database, games, options);
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function startOn(database: RunningDatabase, games: GameRegistry, options: GyreOptions): Promise<Gyre> {
  const { config, log, rooms, onFenced, build } = options;
  const { db } = database;
  const incarnation = newIncarnation();
  const live: { engine: RoomEngine | null } = { engine: null };
  const onLost = (): void => {
    void (live.engine?.host.abandonShip() ?? Promise.resolve()).finally(onFenced);
  };
  const lock = new SingleProcessLock({ connectionString: database.url, incarnation, logger: log, onLost });
  const coordinator = new LocalCoordinator({ db, incarnation, build, lock });
  const limits = new RateLimits({ enabled: config.rateLimits });
  const services = new Services({
    config,
    db,
    bus: new LocalBus(log),
    clock: systemClock,
    games,
    limits,
    incarnation,
    log,
    rooms: () => engineOf(live.engine).host,
  });
  const { matches, handOffs, seatRights: gate, hub } = services;
  await coordinator.start();
  const engine = await RoomEngine.open({
    dataDir: config.dataDir,
    incarnation,
    rooms,
    gate,
    events: matches,
    hub,
    log,
    onFenced: onLost,
  });
  live.engine = engine;
  await engine.adopt({
    coordinator,
    reservationOf: (matchId) => matches.reservationOf(matchId),
    abandon: (matchId, reason) => matches.abandon(matchId, reason),
    sweep: () => handOffs.sweep(),
    reconcileSeats: (matchId) => matches.reconcileSeats(matchId),
  });
  await services.start();
  const health = new Health(db);
  const server = serve(options, { services, engine, limits, health, database });
  await listen(server, config);
  engine.run();
  health.ready();
  return new RunningGyre({ server, services, engine, coordinator, database, health, log });
}

interface Served {
  readonly services: Services;
  readonly engine: RoomEngine;
  readonly limits: RateLimits;
  readonly health: Health;
  readonly database: RunningDatabase;
}

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
    onRequest: app,
    onUpgrade: (request, socket, head) => engine.upgrade(request, socket, head),
  });
}

function listen(server: Server, { port, host }: SettledConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Rooms are asked for by requests and sockets, which come later than the rooms. */
function engineOf(engine: RoomEngine | null): RoomEngine {
  if (engine === null) throw new Error('The rooms are not there yet.');
  return engine;
}

interface RunningParts extends Omit<Served, 'limits'> {
  readonly server: Server;
  readonly coordinator: LocalCoordinator;
  readonly log: Logger;
}

class RunningGyre implements Gyre {
  readonly #parts: RunningParts;
  #stopping: Promise<readonly string[]> | null = null;

  constructor(parts: RunningParts) {
    this.#parts = parts;
  }

  get port(): number {
    return (this.#parts.server.address() as AddressInfo).port;
  }

  get embeddedDatabase(): boolean {
    return this.#parts.database.embedded;
  }

  stop(): Promise<readonly string[]> {
    return (this.#stopping ??= this.#stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<readonly string[]> {
    const { server, services, engine, coordinator, database, health, log } = this.#parts;
    health.draining();
    const steps = [
      { name: 'parking the matches', run: () => engine.park() },
      { name: 'closing the sockets', run: () => engine.disconnect() },
      { name: 'ending the requests', run: () => endRequests(server) },
      { name: 'ending the background work', run: () => services.stop() },
      { name: 'closing the match log', run: () => engine.close() },
      { name: 'giving up the matches', run: () => coordinator.stop() },
      { name: 'closing the database', run: () => database.stop() },
    ];
    return await shutDown(steps, { logger: log });
  }
}

/** Takes no more connections, and waits a little for the requests under way. */
function endRequests(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
