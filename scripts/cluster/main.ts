// `npm run cluster`: a whole cluster on this machine, to try. See USAGE in `arguments.ts`.
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../../loadtest/bench/child.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { ensureSdkBuilt } from '../build-sdk.mjs';
import { ensureWebBuilt } from '../build-web.mjs';
import { type ClusterArguments, readArguments, USAGE } from './arguments.ts';
import type { BotsOptions } from './bots.ts';
import { welcome } from './welcome.ts';
import { LocalCluster } from './local-cluster.ts';
import { ViewServer } from './view-server.ts';

const FAILED = 1;
const USED_WRONGLY = 2;
const LOOK_EVERY_MS = 100;

await main();

async function main(): Promise<void> {
  const wanted = readWanted();
  if (wanted === null) process.exit(USED_WRONGLY);
  const stop = new AbortController();
  onStopRequest(() => stop.abort());
  try {
    process.exit(await run(wanted, stop.signal));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(FAILED);
  }
}

/** null: it was told what is wrong. */
function readWanted(): ClusterArguments | null {
  try {
    return readArguments(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return null;
  }
}

/** Resolves with the exit code when it has been stopped. */
async function run(wanted: ClusterArguments, stop: AbortSignal): Promise<number> {
  console.log('Starting PostgreSQL, Redis and the processes …');
  // Once, rather than by each process.
  await Promise.all([ensureSdkBuilt(), ensureWebBuilt()]);
  const host = process.env['HOST'] || '127.0.0.1';
  const cluster = await LocalCluster.start({ ...wanted, host });
  let unclean: readonly string[] = [];
  try {
    await using view = await ViewServer.listen(cluster, wanted.viewPort);
    await settled(cluster, stop);
    const bots = stop.aborted || wanted.bots === 0 ? null : await startBots(cluster, wanted.bots);
    try {
      if (!stop.aborted) console.log(welcome({ ...wanted, cluster, viewUrl: view.url }));
      await aborted(stop);
      console.log('Stopping: the matches are parked, and go on at the next start.');
    } finally {
      await bots?.stop();
    }
  } finally {
    unclean = await cluster.stop();
  }
  return unclean.length === 0 ? 0 : FAILED;
}

async function settled(cluster: LocalCluster, stop: AbortSignal): Promise<void> {
  while (!cluster.isSettled && !stop.aborted) await pause(LOOK_EVERY_MS);
  if (cluster.members.every(({ state }) => state === 'given-up')) throw new Error('No process starts.');
}

async function startBots({ front }: LocalCluster, count: number): Promise<Child> {
  const options: BotsOptions = { endpoint: `http://127.0.0.1:${front.port}`, count };
  return await Child.start('../../scripts/cluster/bots.ts', { options });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
