import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@redis/client';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { freePorts } from '../../scripts/cluster/free-ports.ts';
import { RedisServer } from '../../scripts/cluster/redis-server.ts';
import { Store } from '../../scripts/cluster/store.ts';
import { findRedis } from '../../scripts/launch/find-redis.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { waitFor } from '../support/wait-for.ts';

/** The first run on a fresh machine installs Redis. */
const LONG_MS = 300_000;

let folder: string;
let events: string[];
let stores: Store[];
beforeEach(async () => {
  events = [];
  stores = [];
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-stores-'));
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function redis(port: number): Promise<Store> {
  const options = { binary: findRedis(), folder: path.join(folder, 'redis'), port };
  const store = await Store.open({
    name: 'Redis',
    start: (onEnd) => RedisServer.start({ ...options, onEnd }),
    onEvent: (what) => events.push(what),
  });
  stores.push(store);
  return store;
}

/** Runs one command on a Redis. */
async function ask(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

test(
  '[CL-57] Redis keeps its address and what it had over a restart, and asks for a password',
  async () => {
    const [port = 0] = await freePorts(1);
    const store = await redis(port);
    await ask(store.url, 'SET', 'a', '1');
    await expect(ask(`redis://127.0.0.1:${port}`, 'GET', 'a')).rejects.toThrow('NOAUTH');
    await store.restart(0);
    expect(await ask(store.url, 'GET', 'a')).toBe('1');
    expect(events).toEqual(['is restarted', 'is back']);
    await store.stop();
    await expect(ask(store.url, 'GET', 'a')).rejects.toThrow('ECONNREFUSED');
    expect(store.state).toBe('stopped');
  },
  LONG_MS,
);

test('[CL-57] a Redis that ends by itself is started again', async () => {
  const [port = 0] = await freePorts(1);
  const store = await redis(port);
  await ask(store.url, 'SET', 'a', '1');
  await ask(store.url, 'SHUTDOWN').catch(() => undefined);
  await waitFor(() => events.includes('is back'), { what: 'Redis' });
  expect(await ask(store.url, 'GET', 'a')).toBe('1');
});

test('[CL-57] a Redis that a killed cluster left behind is ended first, and its data taken over', async () => {
  const [port = 0, other = 0] = await freePorts(2);
  const entry = 'tests/cluster-command/redis-process.ts';
  const killed = spawn(process.execPath, [entry, path.join(folder, 'redis'), String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: undefined },
  });
  const [line] = (await once(killed.stdout, 'data')) as [Buffer];
  const url = String(line).trim();
  await ask(url, 'SET', 'a', '1');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const store = await redis(other);
  expect(await ask(store.url, 'GET', 'a')).toBe('1');
  await expect(ask(url, 'GET', 'a')).rejects.toThrow('ECONNREFUSED');
});

test('[CL-57] a stop does not wait for a store that is away', async () => {
  const [port = 0] = await freePorts(1);
  const store = await redis(port);
  const back = store.restart(3_600_000);
  await waitFor(() => store.state === 'away', { what: 'its end' });
  await store.stop();
  await back;
  expect(store.state).toBe('stopped');
});

test('[CL-57] PostgreSQL keeps its address and what it had over a restart, and takes the connections of many processes', async () => {
  const [port = 0] = await freePorts(1);
  const options = { dataDir: folder, log: createLogger('silent'), port, maxConnections: 123 };
  const store = await Store.open({
    name: 'PostgreSQL',
    start: () => startEmbeddedPostgres(options),
    onEvent: (what) => events.push(what),
  });
  stores.push(store);
  const before = new pg.Client({ connectionString: store.url });
  await before.connect();
  await before.query('create table kept as select 7 as value');
  await before.end();
  await store.restart(0);
  const after = new pg.Client({ connectionString: store.url });
  await after.connect();
  expect((await after.query('select value from kept')).rows).toEqual([{ value: 7 }]);
  expect((await after.query('show max_connections')).rows).toEqual([{ max_connections: '123' }]);
  await after.end();
});
