// A process of a cluster that runs connect-four, and the game whose every message is counted. With REFUSES set, no room of that can
// be made here: whoever wants to move one to this process is refused. With DIE_AT, it kills itself when that is asked of its rooms.
import { games } from '../../rooms/games.ts';
import { rooms as shippedRooms } from '../../rooms/index.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import { runHost } from '../support/run-host.ts';
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

await runHost({
  games: { 'connect-four': games['connect-four'], tally },
  rooms: { 'connect-four': shippedRooms['connect-four'], tally: ChosenRoom },
});
