import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { games as shippedGames } from '../../rooms/games.ts';
import { rooms as shippedRooms } from '../../rooms/index.ts';
import type { GameDefinition } from '../../rooms/kit/define-game.ts';
import type { AnyRooms } from '../../rooms/kit/index.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import type { Gyre } from '../../src/running-gyre.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { Api } from './http.ts';
import { createTestDatabase } from './postgres.ts';
import { ClusteredService, clusterSize } from './service.ts';

const SECRET = 'a secret of tests, which is long enough for anyone';

export interface TestGyreOptions {
  /** The shipped games by default. */
  readonly games?: Readonly<Record<string, GameDefinition>>;
  readonly rooms?: AnyRooms;
  /** More of the environment, such as GYRE_RATE_LIMITS. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A whole Gyre in this process, on a database and a data folder of its own, or a cluster of others (`service.ts`). Limits are off
 * unless `env` says otherwise.
 */
export interface TestGyre extends AsyncDisposable {
  readonly url: string;
  readonly api: Api;
  /** What a stock Colyseus client connects to. */
  readonly endpoint: string;
  /** Stops it and starts it again on the same data, as another build of the games if they are given. */
  restart(options?: Pick<TestGyreOptions, 'games' | 'rooms'>): Promise<void>;
}

export async function startTestGyre(options: TestGyreOptions = {}): Promise<TestGyre> {
  const processes = clusterSize();
  return processes === null ? await startAlone(options) : await startClustered(processes, options);
}

/** Clusters of one test file: whoever wants the same gets the same. */
const clusters = new Map<string, { readonly opened: Promise<ClusteredService>; users: number }>();

/** Processes of their own have all games of tests, and no others. */
async function startClustered(processes: number, { env = {} }: TestGyreOptions): Promise<TestGyre> {
  const key = JSON.stringify(env);
  const options = { processes, env, entry: 'tests/support/every-game-process.ts' };
  const cluster = clusters.get(key) ?? { opened: ClusteredService.open(options), users: 0 };
  clusters.set(key, cluster);
  cluster.users += 1;
  const service = await cluster.opened;
  return {
    url: service.endpoint,
    endpoint: `ws://127.0.0.1:${service.port}`,
    api: new Api(service.endpoint),
    async restart() {
      await service.stop();
      await service.start();
    },
    async [Symbol.asyncDispose]() {
      cluster.users -= 1;
      if (cluster.users > 0) return;
      clusters.delete(key);
      await service[Symbol.asyncDispose]();
    },
  };
}

async function startAlone(options: TestGyreOptions): Promise<TestGyre> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-'));
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    GYRE_DATA_DIR: dataDir,
    GYRE_SECRET: SECRET,
    GYRE_RATE_LIMITS: 'off',
    GYRE_LOG_LEVEL: 'silent',
    ...options.env,
  };
  let running = await start(env, options);
  const port = String(running.port);
  return {
    url: `http://127.0.0.1:${port}`,
    endpoint: `ws://127.0.0.1:${port}`,
    api: new Api(`http://127.0.0.1:${port}`),
    async restart(other = options) {
      await running.stop();
      running = await start({ ...env, PORT: port }, other);
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
      await database[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function start(env: Readonly<Record<string, string>>, { games, rooms }: TestGyreOptions): Promise<Gyre> {
  const config = readConfig(env);
  return await startGyre({
    games: games ?? shippedGames,
    rooms: rooms ?? shippedRooms,
    config: { ...config, secret: config.secret ?? SECRET },
    log: createLogger(config.logLevel),
    build: 'test',
    onFenced: () => {},
    onStopWanted: () => {},
  });
}
