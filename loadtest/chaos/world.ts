import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from '../bench/child.ts';
import { Front } from './front.ts';
import { Member } from './member.ts';
import { Network } from './network.ts';
import type { Subject } from './players/facts.ts';

export interface WorldOptions {
  readonly subject: Subject;
  readonly processes: number;
  /** Whether there is a Redis; without one there can be one process only. */
  readonly withRedis: boolean;
  /** Whether each process gets a network of its own that can be cut. */
  readonly withNetwork: boolean;
  /** Where the processes' logs go. */
  readonly out: string;
}

/** All that a campaign breaks: stores, processes, networks, and the front before them. Nothing of it outlives the campaign. */
export interface World extends AsyncDisposable {
  readonly subject: Subject;
  readonly members: readonly Member[];
  readonly front: Front;
  /** A store's server, see servers/. */
  readonly postgres: Child | null;
  readonly redis: Child | null;
  readonly network: Network | null;
}

const PORT_IN_NETWORK = 2567;
const SECRET = 'a secret of a campaign, which is long enough';

export async function startWorld(options: WorldOptions): Promise<World> {
  await using started = new AsyncDisposableStack();
  await mkdir(options.out, { recursive: true });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-chaos-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const network = options.withNetwork ? started.use(Network.create(options.processes)) : null;
  const store = async (name: 'postgres' | 'redis'): Promise<Child> => {
    const addresses = network === null ? [] : [network.hostIn(name)];
    const child = await Child.start(`../chaos/servers/${name}.ts`, {
      options: { dataDir, port: await freePort(), addresses },
    });
    started.defer(() => child.stop());
    return child;
  };
  const redis = options.withRedis ? await store('redis') : null;
  const postgres = options.subject === 'gyre' ? await store('postgres') : null;
  const place = { ...options, dataDir, network, redis, postgres };
  const members = await Promise.all(Array.from({ length: options.processes }, (_, index) => memberAt(index, place)));
  const killAll = (): void => members.forEach((member) => member.killNow());
  process.once('exit', killAll);
  started.defer(async () => {
    process.off('exit', killAll);
    await Promise.all(members.map((member) => member.kill()));
  });
  // One after the other: the first one has the tables to make.
  for (const member of members) await member.start();
  const front = started.use(await Front.to(members));
  const all = started.move();
  const { subject } = options;
  return { subject, members, front, postgres, redis, network, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

interface Place extends WorldOptions {
  readonly dataDir: string;
  readonly network: Network | null;
  readonly redis: Child | null;
  readonly postgres: Child | null;
}

async function memberAt(index: number, place: Place): Promise<Member> {
  const { subject, network, out } = place;
  const port = network === null ? await freePort() : PORT_IN_NETWORK;
  const host = network?.addressOf(index, 'clients') ?? '127.0.0.1';
  return new Member({
    index,
    entry: `loadtest/chaos/servers/${subject}.ts`,
    within: network?.commandIn(index) ?? [],
    address: { host, port },
    readyPath: subject === 'gyre' ? '/readyz' : '/__healthcheck',
    env: {
      PORT: String(port),
      HOST: network === null ? host : '0.0.0.0',
      ...storesOf(place),
      ...(subject === 'gyre' ? gyreEnv(index, place, port) : { PUBLIC_ADDRESS: `${host}:${port}` }),
    },
    logFile: path.join(out, `${subject}-${index}.log`),
  });
}

function storesOf({ network, redis, postgres }: Place): Record<string, string> {
  const hostOf = (net: 'redis' | 'postgres'): string => network?.hostIn(net) ?? '127.0.0.1';
  return {
    DATABASE_URL: postgres === null ? '' : `postgresql://gyre@${hostOf('postgres')}:${postgres.port}/postgres`,
    REDIS_URL: redis === null ? '' : `redis://${hostOf('redis')}:${redis.port}`,
  };
}

function gyreEnv(index: number, { dataDir, network }: Place, port: number): Record<string, string> {
  return {
    GYRE_DATA_DIR: path.join(dataDir, `gyre-${index}`),
    GYRE_PEER_ADDRESS: `${network?.addressOf(index, 'peers') ?? '127.0.0.1'}:${port}`,
    GYRE_SECRET: SECRET,
    GYRE_RATE_LIMITS: 'off',
    GYRE_MAX_SOCKETS_PER_ADDRESS: '100000',
    GYRE_LOG_LEVEL: 'info',
  };
}

/** It must be known before a server starts, and be the same when it starts again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
