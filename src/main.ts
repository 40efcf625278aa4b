import { readFileSync } from 'node:fs';
import { games } from '../rooms/games.ts';
import { rooms } from '../rooms/index.ts';
import { ensureSdkBuilt } from '../scripts/build-sdk.mjs';
import { ensureWebBuilt } from '../scripts/build-web.mjs';
import { banner } from './banner.ts';
import { ConfigError, readConfig, type SettledConfig } from './config.ts';
import { sdkFiles } from './http/sdk-files.ts';
import { webFiles } from './http/web-files.ts';
import { createLogger, type Logger } from './ops/logging.ts';
import { onStopRequest } from './ops/stop-request.ts';
import { resolveSecret } from './secret.ts';
import type { Gyre } from './running-gyre.ts';
import { startGyre } from './start-gyre.ts';

/** The command: `npm start`. The only place that knows the games. */

const CONFIG_EXIT_CODE = 1;
const CRASH_EXIT_CODE = 70;

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(CONFIG_EXIT_CODE);
}

async function main(): Promise<void> {
  const config = await resolveSecret(readConfig(process.env));
  const log = createLogger(config.logLevel);
  exitOnBug(log);
  const gyre = await start(config, log);
  onStopRequest((reason) => {
    log.info({ reason }, 'stopping: the matches move to other processes, or wait for the next start');
    void gyre.stop().then((unclean) => process.exit(unclean.length === 0 ? 0 : 1));
  });
  console.log(banner(config, gyre));
}

async function start(config: SettledConfig, log: Logger): Promise<Gyre> {
  const [sdk, web] = await Promise.all([ensureSdkBuilt(), ensureWebBuilt()]);
  return await startGyre({
    games,
    rooms,
    config,
    log,
    build: version(),
    sdk: sdkFiles(sdk.dist, { publicUrl: config.publicUrl }),
    page: webFiles(web.dist),
    onFenced: () => process.exit(CRASH_EXIT_CODE),
  });
}

function version(): string {
  const { version: found } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return found;
}

/**
 * Rooms, requests and sockets are contained; what still gets here is a bug that may have left anything behind. Matches
 * outlive the process, so ending it is the safe way on.
 */
function exitOnBug(log: Logger): void {
  const end = (err: unknown): void => {
    log.fatal({ err }, 'a bug: the process ends, its matches go on at the next start');
    process.exit(CRASH_EXIT_CODE);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
