// A process that runs Gyre with the shipped games and the SDK, without the page: for tests that kill it.
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { ensureSdkBuilt } from '../../scripts/build-sdk.mjs';
import { readConfig } from '../../src/config.ts';
import { sdkFiles } from '../../src/http/sdk-files.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';

const config = await resolveSecret(readConfig(process.env));
const log = createLogger(config.logLevel);
const { dist } = await ensureSdkBuilt();
const gyre = await startGyre({
  games,
  rooms,
  config,
  log,
  build: 'test',
  sdk: sdkFiles(dist),
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
