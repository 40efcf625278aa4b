// A process that runs Gyre with games that end it when they are told to.
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { poison, PoisonRoom, tally, TallyRoom } from './poison-games.ts';

const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { poison, tally },
  rooms: { poison: PoisonRoom, tally: TallyRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
