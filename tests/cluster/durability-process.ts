// A process that runs Gyre with connect four as durable as DURABILITY says.
import { connectFour } from '../../rooms/connect-four/game.ts';
import { ConnectFourRoom } from '../../rooms/connect-four/room.ts';
import type { Durability } from '../../rooms/kit/define-game.ts';
import { durable } from '../support/durable.ts';
import { runHost } from '../support/run-host.ts';

const durability = process.env['DURABILITY'] as Durability;
await runHost({
  games: { 'connect-four': { ...connectFour, durability } },
  rooms: { 'connect-four': durable(ConnectFourRoom, durability) },
});
