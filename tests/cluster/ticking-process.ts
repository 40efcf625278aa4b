// A process that runs Gyre with games that show what faults do to them.
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { ticking, tickingLoosely, TickingLooselyRoom, TickingRoom } from '../support/ticking-game.ts';

const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { ...games, ticking, 'ticking-loosely': tickingLoosely },
  rooms: { ...rooms, ticking: TickingRoom, 'ticking-loosely': TickingLooselyRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
