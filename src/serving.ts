import type { Server } from 'node:http';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { ConfigError, type SettledConfig } from './config.ts';
import { createGuardedServer, type GuardOptions } from './http/guard.ts';
import type { RateLimits } from './http/rate-limits.ts';
import type { RunningDatabase } from './open-database.ts';
import type { Health } from './ops/health.ts';
import type { RoomEngine } from './room-engine.ts';
import type { Services } from './services.ts';
import type { GyreOptions } from './start-options.ts';

/** What requests and sockets are answered with. */
export interface Served {
  readonly services: Services;
  readonly engine: RoomEngine;
  readonly health: Health;
  readonly database: RunningDatabase;
  readonly limits: RateLimits;
  /** Takes what other processes send; left out: there are none. */
  readonly peers?: NonNullable<GuardOptions['peers']>;
}

/** The HTTP server with all that answers; it isn't listening yet. */
export function serve(options: GyreOptions, served: Served): Server {
  const { services, engine, limits, health, database, peers } = served;
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
    ...(peers && { peers }),
  });
}

/** @throws ConfigError for an address that is taken or isn't ours */
export function listen(server: Server, { port, host }: SettledConfig): Promise<void> {
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
