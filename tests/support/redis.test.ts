import { expect, test } from '@jest/globals';
import { startRedis } from './redis.ts';

/** The first run on a fresh machine installs it. */
const INSTALL_MS = 300_000;

test(
  'startRedis gives a server of its own, which is empty when it is started again',
  async () => {
    await using one = await startRedis();
    await using other = await startRedis();
    await one.command('SET', 'a', '1');
    expect([await one.command('GET', 'a'), await other.command('GET', 'a')]).toEqual(['1', null]);
    await one.stop();
    await expect(one.command('GET', 'a')).rejects.toThrow('ECONNREFUSED');
    await one.start();
    expect(await one.command('GET', 'a')).toBe(null);
  },
  INSTALL_MS,
);

test('a persistent one has what it had', async () => {
  await using redis = await startRedis({ persistent: true });
  await redis.command('SET', 'a', '1');
  await redis.stop();
  await redis.start();
  expect(await redis.command('GET', 'a')).toBe('1');
});

test('a paused one answers when it is resumed', async () => {
  await using redis = await startRedis();
  redis.pause();
  const answer = redis.command('PING');
  redis.resume();
  expect(await answer).toBe('PONG');
});
