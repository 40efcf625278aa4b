import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { SERVER_URL_VARIABLE } from './postgres.ts';

/** Starts the run's PostgreSQL, by the same code that Gyre starts its own with; the returned function stops it. */
export default async function setUp(): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-test-postgres-'));
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: console.warn, error: console.error };
  const server = await startEmbeddedPostgres({ dataDir, log });
  process.env[SERVER_URL_VARIABLE] = server.url;
  tearDownRun = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** Jest loads set-up and tear-down in the same process. */
export let tearDownRun: () => Promise<void> = () => Promise.resolve();
