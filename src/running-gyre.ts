import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Coordinator } from './cluster/ports.ts';
import type { ClusterRuntime } from './cluster-runtime.ts';
import type { RunningDatabase } from './open-database.ts';
import type { Health } from './ops/health.ts';
import type { Logger } from './ops/logging.ts';
import { shutDown } from './ops/shutdown.ts';
import type { RoomEngine } from './room-engine.ts';
import type { Services } from './services.ts';

/** A running Gyre. */
export interface Gyre extends AsyncDisposable {
  readonly port: number;
  readonly embeddedDatabase: boolean;
  /**
   * Stops it cleanly: matches move to other processes, or are parked for the next start; everyone is told to come back.
   * @returns what did not end cleanly, in words; empty if everything did
   */
  stop(): Promise<readonly string[]>;
}

/** How long requests under way may take to end when the process stops. */
const LAST_REQUESTS_MS = 2_000;

/** What a running Gyre is made of. */
export interface RunningParts {
  readonly server: Server;
  readonly services: Services;
  readonly engine: RoomEngine;
  readonly health: Health;
  readonly database: RunningDatabase;
  readonly coordinator: Pick<Coordinator, 'stop'>;
  readonly log: Logger;
  /** Left out: the process is alone. */
  readonly cluster?: ClusterRuntime;
}

/** A Gyre that takes requests, until it is stopped. */
export class RunningGyre implements Gyre {
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
    const { server, services, engine, coordinator, database, health, log, cluster } = this.#parts;
    health.leaving();
    // In its own time: what cuts it short is its own limit.
    await cluster?.drain().catch((err: unknown) => log.error({ err }, 'draining failed: what is left is parked'));
    health.draining();
    const giveUp = { name: 'giving up the matches', run: () => coordinator.stop() };
    const steps = [
      { name: 'parking the matches', run: () => engine.park() },
      { name: 'closing the sockets', run: () => engine.disconnect() },
      // Others must not find the port closed before they know why.
      ...(cluster ? [{ name: 'ending the upkeep', run: () => cluster.stop() }, giveUp] : []),
      { name: 'leaving the cluster', run: () => cluster?.disconnect() },
      { name: 'ending the requests', run: () => endRequests(server) },
      { name: 'ending the background work', run: () => services.stop() },
      { name: 'closing the match log', run: () => engine.close() },
      ...(cluster ? [] : [giveUp]),
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
