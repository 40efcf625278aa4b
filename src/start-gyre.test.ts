import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../tests/support/gyre-process.ts';
import { createTestDatabase, type TestDatabase } from '../tests/support/postgres.ts';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './ops/logging.ts';
import { startGyre } from './start-gyre.ts';

let database: TestDatabase;
let dataDir: string;
beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-start-'));
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

/** The one line that a start with this environment ends with. */
async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    GYRE_DATA_DIR: dataDir,
    ...env,
  });
  const started = startGyre({
    games: {},
    rooms: {},
    config: { ...config, secret: 'a secret of tests, which is long enough' },
    log: createLogger('silent'),
    build: 'test',
    onFenced: () => {},
  });
  const error = await started.then(
    async (gyre) => void (await gyre.stop()),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

function elsewhere(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

describe('a start that the environment has wrong ends with a line that names the variable:', () => {
  test('an address to listen on that has no meaning, or is not of this machine', async () => {
    expect(await refusal({ HOST: 'nonsense.invalid' })).toMatch(/^HOST: nonsense\.invalid has no address \(E/);
    expect(await refusal({ HOST: '192.0.2.1' })).toBe('HOST: 192.0.2.1 is no address of this machine (EADDRNOTAVAIL)');
  });

  test('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    expect(await refusal({ PORT: String(port) })).toBe(`PORT: ${port} is in use`);
    taken.close();
  });

  test('a database where nobody listens, and one on a host that there isn’t', async () => {
    const port = await freePort();
    const nobody = `postgres://gyre:hunter2hunter2@127.0.0.1:${port}/gyre`;
    expect(await refusal({ DATABASE_URL: nobody })).toBe(
      `DATABASE_URL: can't be reached at 127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port})`,
    );
    const nowhere = 'postgres://gyre:hunter2hunter2@nonsense.invalid/gyre';
    expect(await refusal({ DATABASE_URL: nowhere })).toMatch(
      /^DATABASE_URL: can't be reached at nonsense\.invalid:5432 \(getaddrinfo E\w+ nonsense\.invalid\)$/,
    );
  });

  test('a database that there isn’t, and one that doesn’t know the user', async () => {
    const { host } = new URL(database.url);
    const missing = elsewhere((url) => (url.pathname = '/no_such_database'));
    expect(await refusal({ DATABASE_URL: missing })).toBe(
      `DATABASE_URL: can't be reached at ${host} (database "no_such_database" does not exist, 3D000)`,
    );
    const stranger = elsewhere((url) => {
      url.username = 'stranger';
      url.password = 'hunter2hunter2';
    });
    const refused = await refusal({ DATABASE_URL: stranger });
    expect(refused).toMatch(/^DATABASE_URL: can't be reached at .* \(.*"stranger".*, 28(P01|000)\)$/);
    expect(refused).not.toContain('hunter2');
  });
});
