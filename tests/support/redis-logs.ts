import type { ClusterLog } from '../../src/cluster/cluster-log.ts';
import { ALWAYS_HELD } from '../../src/cluster/lease.ts';
import { ProcessClock } from '../../src/cluster/process-clock.ts';
import { RedisConnection } from '../../src/cluster/redis-connection.ts';
import { RedisDeadLogs } from '../../src/cluster/redis-dead-logs.ts';
import type { MatchLog } from '../../src/cluster/match-log.ts';
import { openRedisLog, type RedisLogOptions } from '../../src/cluster/redis-room-log.ts';
import { type LogStore, readAll } from '../../src/cluster/room-log.contract.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.ts';
import { waitFor } from './wait-for.ts';

export const SILENT: ClusterLog = { info: () => {}, warn: () => {}, error: () => {} };

/** A Redis with match logs; each incarnation has a connection of its own, as a process has. */
export class RedisLogs implements LogStore {
  readonly server: TestRedis;
  readonly clock = new ProcessClock();
  readonly #connections: RedisConnection[] = [];
  /** What the dead logs are read by. */
  readonly #reader: RedisConnection;

  private constructor(server: TestRedis, reader: RedisConnection) {
    this.server = server;
    this.#reader = reader;
    this.#connections.push(reader);
  }

  static async start(options: TestRedisOptions = {}): Promise<RedisLogs> {
    const server = await startRedis(options);
    return new RedisLogs(server, await RedisConnection.connect({ url: server.url, logger: SILENT }));
  }

  async connect(url = this.server.url): Promise<RedisConnection> {
    const connection = await RedisConnection.connect({ url, logger: SILENT });
    this.#connections.push(connection);
    return connection;
  }

  async open(incarnation: string, options: Partial<RedisLogOptions> = {}): Promise<MatchLog> {
    return await openRedisLog({
      redis: options.redis ?? (await this.connect()),
      incarnation,
      clock: this.clock,
      lease: ALWAYS_HELD,
      confirmAlive: () => Promise.resolve(true),
      onLost: () => {},
      ...options,
    });
  }

  deadLogs(incarnation: string, logger: ClusterLog = SILENT): RedisDeadLogs {
    return new RedisDeadLogs({ redis: this.#reader, incarnation, logger });
  }

  /** What a recovery after an outage finds: its connection comes back by itself, too, but maybe later than others. */
  async recover(): Promise<ReadonlyMap<string, RecordedMatch>> {
    await waitFor(() => this.#reader.runId);
    return await readAll(this.deadLogs('two'));
  }

  /** The number of entries in the log of an incarnation that nobody has sealed. */
  async entries(incarnation: string): Promise<number> {
    return Number(await this.server.command('XLEN', `gyre:log:${incarnation}`));
  }

  /** Redis takes an entry whole or not at all; this is one whose bytes are not what was written. */
  async tear(incarnation: string): Promise<void> {
    const key = `gyre:log:${incarnation}`;
    const [[id]] = (await this.server.command('XREVRANGE', key, '+', '-', 'COUNT', '1')) as [[string]];
    await this.server.command('XADD', key, `${id.split('-')[0]}-999999`, '1', 'GyFr and no more');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.server[Symbol.asyncDispose]();
  }
}
