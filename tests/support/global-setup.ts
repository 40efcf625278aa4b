import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureSdkBuilt } from '../../scripts/build-sdk.mjs';
import { ensureWebBuilt } from '../../scripts/build-web.mjs';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { SERVER_URL_VARIABLE } from './postgres.ts';

/** Three tests at a time, some with four processes: whoever gets none is told that the database is away. */
const MAX_CONNECTIONS = 300;

/**
 * Makes what tests share: the built SDK and page (the bundler can't run inside of a test's own realm), and a PostgreSQL,
 * by the same code that Gyre starts its own with.
 */
export default async function setUp(): Promise<void> {
  await Promise.all([ensureSdkBuilt(), ensureWebBuilt()]);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-test-postgres-'));
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: console.warn, error: console.error };
  const server = await startEmbeddedPostgres({ dataDir, log, maxConnections: MAX_CONNECTIONS });
  process.env[SERVER_URL_VARIABLE] = server.url;
  tearDownRun = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** Jest loads set-up and tear-down in the same process. */
export let tearDownRun: () => Promise<void> = () => Promise.resolve();
