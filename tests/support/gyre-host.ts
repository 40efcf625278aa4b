// A process that runs Gyre with the shipped games, without page and SDK: for tests that kill it.
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';

const config = await resolveSecret(readConfig(process.env));
const log = createLogger(config.logLevel);
const gyre = await startGyre({ games, rooms, config, log, build: 'test', onFenced: () => process.exit(70) });
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
