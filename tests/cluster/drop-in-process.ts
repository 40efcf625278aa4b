// A process that runs Gyre with drop-in. Told `seat` or `hand-off`, it kills itself at the next one, before it is done.
import { readConfig } from '../../src/config.ts';
import { HandOffs } from '../../src/matches/hand-off.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { DropInRoom } from '../support/drop-in-room.ts';
import { dropIn } from '../support/games.ts';

process.on('message', (point) => {
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  if (point === 'seat') LocalRoomHost.prototype.addSeat = die;
  else HandOffs.prototype.begin = die;
  process.send?.(point);
});

const config = await resolveSecret(readConfig(process.env));
await startGyre({
  games: { 'drop-in': dropIn },
  rooms: { 'drop-in': DropInRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  onFenced: () => process.exit(70),
});
