// A process that runs Gyre with drop-in. Told `seat` or `hand-off`, it kills itself at the next one, before it is done.
import { HandOffs } from '../../src/matches/hand-off.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import { DropInRoom } from '../support/drop-in-room.ts';
import { dropIn } from '../support/games.ts';
import { runHost } from '../support/run-host.ts';

process.on('message', (point) => {
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  if (point === 'seat') LocalRoomHost.prototype.addSeat = die;
  else HandOffs.prototype.begin = die;
  process.send?.(point);
});

await runHost({
  games: { 'drop-in': dropIn },
  rooms: { 'drop-in': DropInRoom },
});
