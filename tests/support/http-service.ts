/** The REST side of the service on a port of its own, with a real database: for tests of routes. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectFour } from '../../rooms/connect-four/game.ts';
import type { GameDefinition } from '../../rooms/kit/define-game.ts';
import { createApp } from '../../src/app.ts';
import { ALONE, type ClusterView } from '../../src/cluster/cluster-view.ts';
import type { Bus } from '../../src/cluster/ports.ts';
import { LocalBus } from '../../src/cluster/local-bus.ts';
import type { Clock } from '../../src/clock.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { gameRoutes } from '../../src/games/game-routes.ts';
import { GameRegistry } from '../../src/games/registry.ts';
import { type ArrivalTimes, createGuardedServer, type GuardOptions } from '../../src/http/guard.ts';
import { RateLimits } from '../../src/http/rate-limits.ts';
import type { Route } from '../../src/http/route.ts';
import { Health } from '../../src/ops/health.ts';
import { createLogger, type Logger } from '../../src/ops/logging.ts';
import { Accounts } from '../../src/players/accounts.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database } from '../../src/store/transaction.ts';
import { type Api, api } from './http.ts';
import { createTestDatabase } from './postgres.ts';

/** What the routes under test are made from. */
export interface HttpParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly cluster: ClusterView;
  readonly clock: MovableClock;
  readonly limits: RateLimits;
  readonly games: GameRegistry;
  readonly log: Logger;
}

export interface HttpServiceOptions {
  /** Routes besides those of players and games. */
  readonly routes?: (parts: HttpParts) => readonly Route[];
  readonly config?: Partial<Config>;
  readonly games?: Readonly<Record<string, GameDefinition>>;
  readonly onUpgrade?: GuardOptions['onUpgrade'];
  readonly arrivalTimes?: ArrivalTimes;
  readonly onAuthenticated?: (playerId: string) => void;
  readonly onLobbyTouched?: (lobbyId: string) => void;
  /** Where log lines go; nowhere unless told otherwise. */
  readonly logTo?: (line: string) => void;
  /** An existing database; else one is made, and dropped in the end. */
  readonly databaseUrl?: string;
  /** What it shares with other processes; left out: it is alone, with a bus and a time of its own. */
  readonly shared?: Partial<Pick<HttpParts, 'bus' | 'clock' | 'cluster' | 'limits'>>;
}

export interface HttpService extends HttpParts, AsyncDisposable {
  readonly url: string;
  readonly api: Api;
  readonly health: Health;
  readonly server: Server;
  readonly databaseUrl: string;
}

/** Time that goes on by itself and can be put forward. */
export class MovableClock implements Clock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}

/** REST limits are off unless `config.rateLimits` says otherwise. */
export async function startHttpService(options: HttpServiceOptions = {}): Promise<HttpService> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : null;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const handle = openDatabase(databaseUrl);
  const config = { ...readConfig({ GYRE_SECRET: 'k3'.repeat(32), GYRE_RATE_LIMITS: 'off' }), ...options.config };
  const parts = makeParts(handle.db, config, options);
  const accounts = new Accounts({
    ...parts,
    secret: config.secret ?? '',
    operatorToken: config.operatorToken,
    onAuthenticated: options.onAuthenticated ?? (() => {}),
    onLobbyTouched: options.onLobbyTouched ?? (() => {}),
  });
  const health = new Health(handle.db);
  const routes = [...accounts.routes, ...gameRoutes(parts.games), ...(options.routes?.(parts) ?? [])];
  const app = createApp({
    ...parts,
    routes,
    health,
    authenticator: accounts.authenticator,
    publicUrl: config.publicUrl,
  });
  const onUpgrade = options.onUpgrade ?? ((_req, socket) => socket.destroy());
  const times = options.arrivalTimes ? { arrivalTimes: options.arrivalTimes } : {};
  const server = createGuardedServer({ ...parts, config, ...app, onUpgrade, ...times });
  await accounts.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  health.ready();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await accounts.stop();
    await handle.close();
    await database?.[Symbol.asyncDispose]();
  };
  return { ...parts, url, api: api(url), health, server, databaseUrl, [Symbol.asyncDispose]: stop };
}

function makeParts(db: Database, config: Config, options: HttpServiceOptions): HttpParts {
  const log = options.logTo ? createLogger('trace', { write: options.logTo }) : createLogger('silent');
  const games = new GameRegistry(options.games ?? { 'connect-four': connectFour });
  const limits = new RateLimits({ enabled: config.rateLimits });
  const own = { bus: new LocalBus(log), clock: new MovableClock(), cluster: ALONE, limits };
  return { db, games, log, ...own, ...options.shared };
}
