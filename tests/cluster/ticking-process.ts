// A process that runs Gyre with games that show what faults do to them.
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { runHost } from '../support/run-host.ts';
import { ticking, tickingLoosely, TickingLooselyRoom, TickingRoom } from '../support/ticking-game.ts';

await runHost({
  games: { ...games, ticking, 'ticking-loosely': tickingLoosely },
  rooms: { ...rooms, ticking: TickingRoom, 'ticking-loosely': TickingLooselyRoom },
});
