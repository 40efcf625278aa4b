// A process that runs Gyre with a game that throws. It has no handler of its own for what nobody catches: it would end.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { trap, TrapRoom } from './trap-game.ts';

const config = await resolveSecret(readConfig(process.env));
await startGyre({
  games: { ...games, trap },
  rooms: { ...rooms, trap: TrapRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
