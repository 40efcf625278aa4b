import { expect, test } from '@jest/globals';
import { startRedis } from '../../tests/support/redis.ts';
import { SILENT } from '../../tests/support/redis-logs.ts';
import { TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { type BusEnds, busContract } from './bus.contract.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisConnection } from './redis-connection.ts';

/** A Redis, and two processes' ends of a bus; the second one's network can be cut. */
async function makeEnds() {
  const server = await startRedis();
  const proxy = await TcpProxy.to(server.port);
  const urls = [server.url, `redis://127.0.0.1:${proxy.port}`];
  const connections = await Promise.all(urls.map((url) => RedisConnection.connect({ url, logger: SILENT })));
  const [one, other] = (await Promise.all(connections.map((redis) => RedisBus.open({ redis, logger: SILENT })))) as [
    RedisBus,
    RedisBus,
  ];
  return {
    one,
    other,
    server,
    proxy,
    async [Symbol.asyncDispose]() {
      for (const bus of [one, other]) await bus[Symbol.asyncDispose]();
      for (const connection of connections) connection.close();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  } satisfies BusEnds & Record<string, unknown>;
}

busContract('Redis bus', makeEnds);

const match = (index: number) => ({ matchId: `m_${10_000_000 + index}` });

/** The matches that this end hears of. */
function heardBy(bus: RedisBus): string[] {
  const heard: string[] = [];
  bus.subscribe('match', ({ matchId }) => heard.push(matchId));
  return heard;
}

test('the nudges of one turn are one message [CL-7]', async () => {
  await using ends = await makeEnds();
  const heard = heardBy(ends.other);
  await ends.server.command('CONFIG', 'RESETSTAT');
  for (let index = 0; index < 500; index += 1) ends.one.publish('match', match(index));
  await waitFor(() => heard.length === 500);
  const stats = String(await ends.server.command('INFO', 'commandstats'));
  expect(/cmdstat_publish:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
});

test('what nobody could have meant is ignored, and costs no other nudge [CL-7]', async () => {
  await using ends = await makeEnds();
  const heard = heardBy(ends.other);
  const nudges = [
    ['match', { matchId: 7 }],
    ['match', null],
    ['match'],
    'match',
    ['of-tomorrow', { matchId: 'm_aaaaaaaa' }],
    ['__proto__', {}],
    ['match', { matchId: 'm_bbbbbbbb', more: true }],
  ];
  const messages = ['', 'nonsense', 'null', '[]', '{"from":1,"nudges":[]}', '{"from":"x"}'];
  for (const message of [...messages, JSON.stringify({ from: 'somebody', nudges })]) {
    await ends.server.command('PUBLISH', 'gyre:nudges', message);
  }
  await waitFor(() => heard.length > 0);
  expect(heard).toEqual(['m_bbbbbbbb']);
});

test('while Redis is away listeners of the same process hear on, and others are told that they have missed something [CL-7]', async () => {
  await using ends = await makeEnds();
  const [own, others] = [heardBy(ends.one), heardBy(ends.other)];
  let returns = 0;
  const end = ends.other.onReturn(() => (returns += 1));
  await ends.server.stop();
  for (let index = 0; index < 50; index += 1) ends.one.publish('match', match(index));
  await waitFor(() => own.length === 50);
  await ends.server.start();
  await waitFor(() => returns === 1);
  // The publisher may come back later than the listener.
  await waitFor(() => {
    ends.one.publish('match', match(99));
    return others.length > 0;
  });
  expect(new Set(others)).toEqual(new Set(['m_10000099']));
  end();
});

test('an end whose network was cut hears again, and is told each time [CL-7]', async () => {
  await using ends = await makeEnds();
  const heard = heardBy(ends.other);
  let returns = 0;
  let ended = 0;
  ends.other.onReturn(() => (returns += 1));
  const end = ends.other.onReturn(() => (ended += 1));
  for (let cut = 1; cut <= 3; cut += 1) {
    ends.proxy.cut();
    ends.one.publish('match', match(0));
    ends.proxy.mend();
    await waitFor(() => returns >= cut);
    if (cut === 1) end();
    ends.one.publish('match', match(cut));
    await waitFor(() => heard.includes(match(cut).matchId));
  }
  expect(ended).toBe(1);
});

test('nudges for a Redis that stands still are bounded, and go on with it [CL-7]', async () => {
  await using ends = await makeEnds();
  const [own, others] = [heardBy(ends.one), heardBy(ends.other)];
  ends.server.pause();
  for (let index = 0; index < 30_000; index += 1) ends.one.publish('match', match(index));
  await waitFor(() => own.length === 30_000);
  ends.server.resume();
  await waitFor(() => others.length > 0);
  ends.one.publish('match', match(77_777));
  await waitFor(() => others.at(-1) === match(77_777).matchId);
  expect(others.length).toBeLessThanOrEqual(10_001);
  expect(others.slice(0, 3)).toEqual([0, 1, 2].map((index) => match(index).matchId));
});
