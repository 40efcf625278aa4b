// A process that runs Gyre with connect four as durable as DURABILITY says.
import { connectFour } from '../../rooms/connect-four/game.ts';
import { ConnectFourRoom } from '../../rooms/connect-four/room.ts';
import type { Durability } from '../../rooms/kit/define-game.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { durable } from '../support/durable.ts';

const durability = process.env['DURABILITY'] as Durability;
const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { 'connect-four': { ...connectFour, durability } },
  rooms: { 'connect-four': durable(ConnectFourRoom, durability) },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
