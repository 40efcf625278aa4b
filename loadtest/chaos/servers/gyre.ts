// A Gyre of a campaign: the shipped games and the field, as an operator would run it, by the environment alone.
import { games } from '../../../rooms/games.ts';
import { rooms } from '../../../rooms/index.ts';
import { readConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/ops/logging.ts';
import { onStopRequest } from '../../../src/ops/stop-request.ts';
import { resolveSecret } from '../../../src/secret.ts';
import { startGyre } from '../../../src/start-gyre.ts';
import { FENCED_EXIT_CODE } from '../exit-codes.ts';
import { field } from './field-game.ts';
import { FieldRoom } from './field-room.ts';

const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { ...games, field },
  rooms: { ...rooms, field: FieldRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'chaos',
  onFenced: () => process.exit(FENCED_EXIT_CODE),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
