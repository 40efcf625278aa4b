import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { startRedis } from '../../tests/support/redis.ts';
import { SILENT } from '../../tests/support/redis-logs.ts';
import { TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { ConfigError } from '../config-parsers.ts';
import { RedisConnection, RedisScript } from './redis-connection.ts';
import { parseRedisInfo, redisProblem, redisWarnings } from './redis-info.ts';
import { RedisAwayError } from './redis-link.ts';

const NOTHING = /^nothing$/;

/** Why a connection is refused. */
async function refusal(url: string): Promise<string> {
  const patienceMs = 0;
  const error: unknown = await RedisConnection.connect({ url, logger: SILENT, patienceMs }).catch(
    (why: unknown) => why,
  );
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).not.toMatch(/\n|hunter2/);
  return message;
}

test('a Redis that is not there is refused in one line, without its password [CL-1]', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await refusal(`redis://user:hunter2@127.0.0.1:${port}`)).toBe(
    `REDIS_URL: the Redis at 127.0.0.1:${port} can't be used: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
  expect(await refusal('redis://:hunter2@127.0.0.1/no-number')).toMatch(/^REDIS_URL: its address can't be read: /);
});

test('one that does not answer is refused [CL-1]', async () => {
  await using redis = await startRedis();
  redis.pause();
  expect(await refusal(redis.url)).toMatch(/can't be used: Redis has not answered within 2000 ms$/);
});

test('one that takes no such password, or no writes, is refused with the reason [CL-1]', async () => {
  await using locked = await startRedis({ args: ['--requirepass', 'secret'] });
  expect(await refusal(locked.url)).toMatch(/can't be used: NOAUTH/);
  expect(await refusal(locked.url.replace('//', '//:hunter2@'))).toMatch(/can't be used: WRONGPASS/);
  await using replica = await startRedis({ args: ['--replicaof', '127.0.0.1', '1'] });
  expect(await refusal(replica.url)).toMatch(/can't be used: it is a replica/);
  await using connection = await RedisConnection.connect({
    url: locked.url.replace('//', '//:secret@'),
    logger: SILENT,
  });
  expect(await connection.command(['PING'])).toBe('PONG');
});

test('one that throws away keys when memory is short is refused; without a limit it never does [CL-1]', async () => {
  await using redis = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  expect(await refusal(redis.url)).toMatch(
    /^REDIS_URL: the Redis at 127\.0\.0\.1:\d+ has the maxmemory-policy allkeys-lru/,
  );
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await using unlimited = await RedisConnection.connect({ url: redis.url, logger: SILENT });
  expect(unlimited.runId).toMatch(/^[0-9a-f]{40}$/);
});

test.each([
  ['redis_version:6.0.16', /^is version 6\.0\.16; 6\.2 or newer/],
  ['redis_version:5.0.7', /^is version 5\.0\.7/],
  ['redis_version:6.2.0', NOTHING],
  ['redis_version:7.2.4\r\nvalkey_version:8.0.1', NOTHING],
  ['redis_version:10.0.0', NOTHING],
  ['redis_version:7.0.0\r\nredis_mode:cluster', /^is a Redis Cluster/],
  ['redis_version:7.0.0\r\nmaxmemory:0\r\nmaxmemory_policy:volatile-ttl', NOTHING],
  ['redis_version:7.0.0\r\nmaxmemory:9\r\nmaxmemory_policy:noeviction', NOTHING],
  ['redis_version:7.0.0\r\nmaxmemory:9\r\nmaxmemory_policy:volatile-ttl', /^has the maxmemory-policy volatile-ttl/],
  ['redis_version:7.0.0\r\nmaxmemory_policy:volatile-ttl', /^has the maxmemory-policy volatile-ttl/],
  ['', NOTHING],
])('what it says of itself is judged: %j [CL-1]', (text, problem) => {
  const found = redisProblem(parseRedisInfo(`# Server\r\n${text}\r\n`));
  expect(found ?? 'nothing').toMatch(problem);
});

test('one that keeps nothing on disk, or does not say what it does, is warned of [CL-1]', async () => {
  const warnings = async (persistent: boolean): Promise<string[]> => {
    const said: string[] = [];
    await using redis = await startRedis({ persistent });
    const logger = { ...SILENT, warn: (_: object, message: string) => said.push(message) };
    await using _connection = await RedisConnection.connect({ url: redis.url, logger });
    return said;
  };
  expect(await warnings(true)).toEqual([]);
  expect(await warnings(false)).toEqual([expect.stringContaining('appendonly no')]);
  expect(redisWarnings(parseRedisInfo('redis_version:7.0.0'))).toEqual([expect.stringContaining('maxmemory-policy')]);
});

test('a start waits for a Redis that is about to come [CL-1]', async () => {
  await using redis = await startRedis();
  await redis.stop();
  const connecting = RedisConnection.connect({ url: redis.url, logger: SILENT });
  await redis.start();
  await using connection = await connecting;
  expect(await connection.command(['PING'])).toBe('PONG');
});

test('a connection that breaks rejects what waits, refuses what comes, and is back by itself [CL-4]', async () => {
  await using redis = await startRedis();
  await using proxy = await TcpProxy.to(redis.port);
  await using connection = await RedisConnection.connect({ url: `redis://127.0.0.1:${proxy.port}`, logger: SILENT });
  const { runId } = connection;
  const told: string[] = [];
  connection.onAway(() => told.push('away'));
  connection.onReturn(() => told.push('back'));
  redis.pause();
  const waiting = connection.command(['PING']).catch((error: unknown) => error);
  proxy.cut();
  expect(await waiting).toBeInstanceOf(RedisAwayError);
  await expect(connection.command(['PING'])).rejects.toThrow(RedisAwayError);
  expect([told, connection.runId]).toEqual([['away'], null]);
  redis.resume();
  proxy.mend();
  await waitFor(() => told.length === 2);
  expect([told, connection.runId]).toEqual([['away', 'back'], runId]);
  expect(await connection.command(['PING'])).toBe('PONG');
});

test('a command may have a limit of its own, and the connection stays', async () => {
  await using redis = await startRedis();
  await using connection = await RedisConnection.connect({ url: redis.url, logger: SILENT });
  redis.pause();
  await expect(connection.command(['PING'], { timeoutMs: 20 })).rejects.toThrow('within 20 ms');
  redis.resume();
  expect(await connection.command(['ECHO', 'x'])).toBe('x');
});

test('a script runs whether Redis knows it or not, and bytes stay what they are', async () => {
  await using redis = await startRedis();
  await using connection = await RedisConnection.connect({ url: redis.url, logger: SILENT, prefix: 'own:' });
  const script = new RedisScript(`redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])`);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  for (const before of [null, null, 'FLUSH']) {
    if (before !== null) await redis.command('SCRIPT', before);
    const call = { keys: [connection.key('bytes')], args: [bytes] };
    expect(Buffer.compare(await connection.run<Buffer>(script, call, { binary: true }), bytes)).toBe(0);
  }
  expect(await redis.command('KEYS', '*')).toEqual(['own:bytes']);
  const failing = new RedisScript(`return redis.error_reply('NO that is wrong')`);
  await expect(connection.run(failing, { keys: [], args: [] })).rejects.toThrow('NO that is wrong');
});

test('a connection that was closed rejects what waits and everything after, and does not come back', async () => {
  await using redis = await startRedis();
  const connection = await RedisConnection.connect({ url: redis.url, logger: SILENT });
  redis.pause();
  const waiting = connection.command(['PING']);
  connection.close();
  await expect(waiting).rejects.toThrow(RedisAwayError);
  await expect(connection.command(['PING'])).rejects.toThrow(RedisAwayError);
  redis.resume();
  const clients = async () => String(await redis.command('CLIENT', 'LIST')).match(/name=gyre/g)?.length ?? 0;
  await waitFor(async () => (await clients()) === 0);
});
