import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findRedis } from '../launch/find-redis.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { shutDown } from '../../src/ops/shutdown.ts';
import { lockDataFolder } from '../../src/store/embedded/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { createFileOnce } from '../../src/store/private-file.ts';
import { Events } from './events.ts';
import { freePorts } from './free-ports.ts';
import { Front } from './front.ts';
import { Member } from './member.ts';
import { RedisServer } from './redis-server.ts';
import { Store } from './store.ts';

export interface LocalClusterOptions {
  readonly processes: number;
  readonly port: number;
  /** That the front listens on. */
  readonly host: string;
  readonly dataDir: string;
}

interface Parts {
  readonly members: readonly Member[];
  readonly stores: readonly Store[];
  readonly front: Front;
  readonly events: Events;
  readonly operatorToken: string;
  readonly held: AsyncDisposableStack;
}

/** Each process may hold a pool of 15 and a few of its own, and its successor too. */
const CONNECTIONS_A_PROCESS = 25;
const STOP_LIMIT_MS = 60_000;

/** A whole cluster on this machine: both stores, processes that are all alike, and an address before them. */
export class LocalCluster {
  readonly members: readonly Member[];
  readonly stores: readonly Store[];
  readonly front: Front;
  readonly events: Events;
  readonly operatorToken: string;
  readonly #held: AsyncDisposableStack;

  private constructor({ members, stores, front, events, operatorToken, held }: Parts) {
    this.members = members;
    this.stores = stores;
    this.front = front;
    this.events = events;
    this.operatorToken = operatorToken;
    this.#held = held;
  }

  /** Resolves when the stores run and the processes are on their way. What has been started is stopped if the rest fails. */
  static async start({ processes, port, host, dataDir }: LocalClusterOptions): Promise<LocalCluster> {
    const redisBinary = findRedis();
    await using begun = new AsyncDisposableStack();
    const lock = await lockDataFolder(dataDir);
    begun.defer(() => lock.release());
    const events = new Events();
    let members: readonly Member[] = [];
    const front = begun.use(await Front.listen({ port, host, targets: () => members }));
    const [databasePort = 0, redisPort = 0, ...ports] = await freePorts(processes + 2);
    const database = await openDatabase(dataDir, { port: databasePort, processes, events });
    begun.defer(() => database.stop());
    const redis = await openRedis(dataDir, { port: redisPort, binary: redisBinary, events });
    begun.defer(() => redis.stop());
    const operatorToken = await kept(dataDir, 'operator-token');
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      GYRE_SECRET: await kept(dataDir, 'secret'),
      GYRE_OPERATOR_TOKEN: operatorToken,
    };
    members = ports.map((each, index) => startMember({ index, port: each, dataDir, env, events }));
    begun.defer(async () => {
      await Promise.all(members.map((member) => member.stop()));
      await front.close();
    });
    return new LocalCluster({ members, stores: [redis, database], front, events, operatorToken, held: begun.move() });
  }

  /** Whether each process takes requests, or will never. */
  get isSettled(): boolean {
    return this.members.every(({ state }) => state === 'ready' || state === 'given-up');
  }

  /** Stops the processes, which park their matches, then the address, and the stores last. */
  async stop(): Promise<readonly string[]> {
    const limits = { deadlineMs: STOP_LIMIT_MS, stepMs: STOP_LIMIT_MS };
    return await shutDown([{ name: 'stopping the cluster', run: () => this.#held.disposeAsync() }], {
      logger: createLogger('error'),
      ...limits,
    });
  }
}

interface MemberParts {
  readonly index: number;
  readonly port: number;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly events: Events;
}

function startMember({ index, port, dataDir, env, events }: MemberParts): Member {
  const name = `gyre-${index + 1}`;
  return new Member({
    name,
    port,
    entry: 'src/main.ts',
    env: {
      ...env,
      HOST: '127.0.0.1',
      GYRE_PEER_ADDRESS: `127.0.0.1:${port}`,
      GYRE_DATA_DIR: path.join(dataDir, name),
      GYRE_LOG_LEVEL: 'warn',
      // Everybody comes from one address here.
      GYRE_RATE_LIMITS: 'off',
      // What may be set for other Gyres on this machine.
      GYRE_DIRECT_ADDRESS: undefined,
      GYRE_PUBLIC_URL: undefined,
      GYRE_TRUSTED_PROXIES: undefined,
      NODE_ENV: undefined,
    },
    onEvent: (what) => events.add(name, what),
  });
}

async function openDatabase(
  dataDir: string,
  { port, processes, events }: { readonly port: number; readonly processes: number; readonly events: Events },
): Promise<Store> {
  const options = {
    dataDir: path.join(dataDir, 'database'),
    log: createLogger('warn'),
    port,
    maxConnections: (processes + 1) * CONNECTIONS_A_PROCESS,
  };
  return await Store.open({
    name: 'PostgreSQL',
    start: () => startEmbeddedPostgres(options),
    onEvent: (what) => events.add('PostgreSQL', what),
  });
}

async function openRedis(
  dataDir: string,
  { port, binary, events }: { readonly port: number; readonly binary: string; readonly events: Events },
): Promise<Store> {
  const folder = path.join(dataDir, 'redis');
  return await Store.open({
    name: 'Redis',
    start: (onEnd) => RedisServer.start({ binary, folder, port, onEnd }),
    onEvent: (what) => events.add('Redis', what),
  });
}

/** Drawn at the first start, so that tokens and seats hold over the next. */
async function kept(dataDir: string, name: string): Promise<string> {
  const file = path.join(dataDir, name);
  await mkdir(dataDir, { recursive: true });
  await createFileOnce(file, () => randomBytes(48).toString('base64url'));
  return await readFile(file, 'utf8');
}
