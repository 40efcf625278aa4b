// A process that runs Gyre with two games, one of which is another in the next build.
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { changed, ChangedRoom, kept, KeptRoom } from './upgrade-games.ts';

const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { changed, kept },
  rooms: { changed: ChangedRoom, kept: KeptRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
