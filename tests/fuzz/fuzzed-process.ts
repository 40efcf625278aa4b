// A process that runs Gyre for the fuzz, and tells what it holds: memory after a collection, sockets, timers.
import { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { runHost } from '../support/run-host.ts';
import type { Held } from './held.ts';
import { tally, TallyRoom } from './tally-game.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const pauses = monitorEventLoopDelay({ resolution: 5 });
pauses.enable();

const gyre = await runHost({
  games: { ...games, tally },
  rooms: { ...rooms, tally: TallyRoom },
});
process.on('message', () => process.send?.(held()));

function held(): Held {
  const longestPauseMs = Math.round(pauses.max / 1e6);
  // Twice: what finalizers let go is only collected by the next one.
  collect();
  collect();
  pauses.reset();
  const { heapUsed, rss, external } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  return {
    heapBytes: heapUsed,
    outsideBytes: external,
    residentBytes: rss,
    sockets: clientSockets(),
    timers,
    longestPauseMs,
  };
}

/** The ones of clients: those to the database have another port at this end. */
function clientSockets(): number {
  const inspected = process as unknown as { _getActiveHandles(): unknown[] };
  return inspected._getActiveHandles().filter((handle) => handle instanceof Socket && handle.localPort === gyre.port)
    .length;
}
