import { expect, test } from '@jest/globals';
import { GyreCluster } from '../support/gyre-cluster.ts';
import { freePort, GyreProcess } from '../support/gyre-process.ts';
import { Api } from '../support/http.ts';
import { startRedis } from '../support/redis.ts';

const LONG_MS = 120_000;

test(
  '[ST-4, CL-86, CL-87] who comes to a cluster with a wrong configuration is refused by name, and costs nobody else',
  async () => {
    await using cluster = await GyreCluster.start();
    await using locked = await startRedis({ args: ['--requirepass', 'open sesame'] });
    const { databaseUrl } = cluster;
    const rows = () => cluster.query('select incarnation, state from processes order by incarnation');
    const before = await rows();
    const theirs = `127.0.0.1:${cluster.at(0).port}`;
    const refusals = await Promise.all(
      [
        { env: { REDIS_URL: '' }, says: /^DATABASE_URL: .*a cluster .*REDIS_URL/m },
        { env: { GYRE_PEER_ADDRESS: theirs }, says: /^GYRE_PEER_ADDRESS: at [\d.:]+ another process answers$/m },
        {
          env: { GYRE_SECRET: 'quite another secret of tests, long enough' },
          says: /^GYRE_SECRET: .*127\.0\.0\.1:\d+/m,
        },
        { env: { PORT: String(cluster.at(0).port) }, says: /^PORT: \d+ is in use$/m },
        { env: { REDIS_URL: locked.url }, says: /^REDIS_URL: .*(NOAUTH|password)/im },
      ].map(async ({ env, says }) => {
        const entry = 'src/main.ts';
        const outcome = await refused({ databaseUrl, entry, env: { REDIS_URL: cluster.redis.url, ...env } });
        expect(outcome).toMatch(says);
        return outcome;
      }),
    );
    expect(refusals.join()).not.toMatch(/sesame|another secret/);
    expect(await rows()).toEqual(before);
    for (const { endpoint, isAlive } of cluster.processes) {
      expect(isAlive).toBe(true);
      expect((await new Api(endpoint).get('/readyz')).status).toBe(200);
    }
  },
  LONG_MS,
);

test(
  '[CL-87] a process that nobody can reach says so, and is taken for dead alone',
  async () => {
    await using cluster = await GyreCluster.start({ processes: 1 });
    const address = `127.0.0.1:${await freePort()}`;
    const lost = await cluster.add({ env: { GYRE_PEER_ADDRESS: address } }).catch((error: Error) => error);
    const output = lost instanceof Error ? lost.message : await lost.ended().then(() => lost.output);
    expect(output).toMatch(/nobody answers at the address .*GYRE_PEER_ADDRESS/);
    expect(output).toContain(address);
    expect((await new Api(cluster.at(0).endpoint).get('/readyz')).status).toBe(200);
    expect(await cluster.query(`select state from processes order by started_at`)).toEqual([
      { state: 'alive' },
      { state: 'dead' },
    ]);
  },
  LONG_MS,
);

test(
  '[ST-4, CL-86] a process of a cluster is refused on the database of one that is alone',
  async () => {
    await using alone = await GyreProcess.start();
    await using redis = await startRedis();
    const { databaseUrl } = alone;
    if (databaseUrl === null) throw new Error('it has no database of its own');
    const outcome = await refused({ databaseUrl, env: { REDIS_URL: redis.url } });
    expect(outcome).toMatch(/DATABASE_URL: is the database of a Gyre that runs alone \(gyre i_\w+ pid \d+ on /);
    expect((await new Api(alone.endpoint).get('/readyz')).status).toBe(200);
  },
  LONG_MS,
);

/** What a process says that doesn't start. */
async function refused(options: Parameters<typeof GyreProcess.start>[0]): Promise<string> {
  try {
    await using started = await GyreProcess.start(options);
    return `it has started: ${started.output}`;
  } catch (error) {
    return (error as Error).message;
  }
}
