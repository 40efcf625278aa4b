// A process of a cluster that runs connect-four, and the game whose every message is counted. With REFUSES set, no room of that can
// be made here: whoever wants to move one to this process is refused. With DIE_AT, it kills itself when that is asked of its rooms.
import { games } from '../../rooms/games.ts';
import { rooms as shippedRooms } from '../../rooms/index.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { tally, TallyRoom } from '../support/tally-game.ts';

const refuses = process.env['REFUSES'] !== undefined;

class ChosenRoom extends TallyRoom {
  constructor(context: never) {
    super(context);
    if (refuses) throw new Error('this room can not be made here');
  }
}

const dieAt = process.env['DIE_AT'] as 'receive' | 'open' | 'depart' | undefined;
if (dieAt !== undefined) LocalRoomHost.prototype[dieAt] = (): never => process.kill(process.pid, 'SIGKILL') as never;

const config = await resolveSecret(readConfig(process.env));
const gyre = await startGyre({
  games: { 'connect-four': games['connect-four'], tally },
  rooms: { 'connect-four': shippedRooms['connect-four'], tally: ChosenRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
