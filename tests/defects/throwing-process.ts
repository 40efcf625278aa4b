// A process that runs Gyre with a game that throws. It has no handler of its own for what nobody catches: it would end.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { runHost } from '../support/run-host.ts';
import { trap, TrapRoom } from './trap-game.ts';

await runHost({
  games: { ...games, trap },
  rooms: { ...rooms, trap: TrapRoom },
});
