// Gyre's rooms as they run in the service: sockets, scheduler, step mark, watchdog and the match log in a file. Only the
// database and REST are left out.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineGame, type Durability } from '../../../rooms/kit/define-game.ts';
import { gameRoom } from '../../../rooms/kit/index.ts';
import { ALWAYS_HELD } from '../../../src/cluster/lease.ts';
import { RedisConnection } from '../../../src/cluster/redis-connection.ts';
import { RedisDeadLogs } from '../../../src/cluster/redis-dead-logs.ts';
import { openRedisLog } from '../../../src/cluster/redis-room-log.ts';
import { type EngineStores, openLocalStores, type StoreHooks } from '../../../src/engine-stores.ts';
import { SeatRights } from '../../../src/matches/seat-rights.ts';
import { createLogger } from '../../../src/ops/logging.ts';
import type { HubService, MatchEvents, Reservation } from '../../../src/realtime/ports.ts';
import { RoomEngine } from '../../../src/room-engine.ts';
import { newId } from '../../../src/store/ids.ts';
import { childOptions, serveParent } from '../child-side.ts';
import { FIELD_RATE_HZ, FieldState, moveWalkers, placeWalkers } from './field.ts';
import type { RoomsToOpen } from './rooms-to-open.ts';

const {
  dataDir,
  durability = 'commit',
  redisUrl = null,
} = childOptions() as { dataDir: string; durability?: Durability; redisUrl?: string | null };

const field = {
  title: 'Field',
  durability,
  players: { min: 1, max: 64 },
  state: FieldState,
  messages: {},
} as const;

/** Everyone walks, all the time. */
class WalkingRoom extends gameRoom(defineGame({ ...field, name: 'walking', tickRateHz: FIELD_RATE_HZ })) {
  override readonly messages = this.handle({});
  override onStart(): void {
    placeWalkers(this.state, this.seats.length);
  }
  override onStep(): void {
    moveWalkers(this.state);
  }
}

/** Nothing moves. */
class StandingRoom extends gameRoom(defineGame({ ...field, name: 'standing' })) {
  override readonly messages = this.handle({});
  override onStart(): void {
    placeWalkers(this.state, this.seats.length);
  }
}

const EVENTS: MatchEvents = {
  finished: async () => true,
  abandoned: async () => true,
  seatGivenUp: async () => {},
  presence: () => {},
  closeCodeOf: async () => 4109,
};
/** Rooms that are created at a time. */
const AT_A_TIME = 50;

const rights = new SeatRights('a secret of comparisons, which is long enough', { now: () => new Date() });
const log = createLogger('warn');
const engine = await RoomEngine.open({
  openStores: (hooks) =>
    redisUrl === null
      ? openLocalStores(hooks, { dataDir, incarnation: newId('i'), logger: log })
      : openRedisStores(hooks, redisUrl),
  rooms: { walking: WalkingRoom, standing: StandingRoom },
  gate: rights,
  events: EVENTS,
  // Nobody is at the hub.
  hub: {} as HubService,
  log,
  onFenced: () => process.exit(1),
  maxRooms: 20_000,
});
engine.run();
const http = createServer().on('upgrade', (request, socket, head) => engine.upgrade(request, socket, head));
await new Promise<void>((resolve) => {
  http.listen(0, '127.0.0.1', resolve);
});
const { port } = http.address() as AddressInfo;
const open: Reservation[] = [];

serveParent({
  ready: { port },
  asks: {
    open: async ({ rooms, walking, clients }: RoomsToOpen) => {
      for (let left = rooms; left > 0; left -= AT_A_TIME) {
        await Promise.all(Array.from({ length: Math.min(left, AT_A_TIME) }, () => openOne(walking, clients)));
      }
    },
    /** Paths of sockets, one a client of the rooms that were opened last. */
    reserve: () => open.splice(0).flatMap(pathsTo),
    /** From commit to release since it was asked for last, in µs, and what the log has taken meanwhile. */
    commits: () => {
      const { delayUs, flushes, records, bytes, timesAway } = engine.commitStats;
      const { count, max } = delayUs;
      const [p50, p99] = [delayUs.percentile(50), delayUs.percentile(99)];
      delayUs.reset();
      return { count, p50, p99, max, flushes, records, bytes, timesAway };
    },
    heapBytes: () => {
      const { heapUsed, external } = process.memoryUsage();
      // Array buffers are external, too.
      return heapUsed + external;
    },
  },
});

/** As a process of a cluster has them, which nobody declares dead. */
async function openRedisStores({ clock, onRotated, onLost }: StoreHooks, url: string): Promise<EngineStores> {
  const incarnation = newId('i');
  const redis = await RedisConnection.connect({ url, logger: log, prefix: 'gyre-bench:' });
  const common = { redis, incarnation };
  const confirmAlive = (): Promise<boolean> => Promise.resolve(true);
  const parts = { ...common, clock, lease: ALWAYS_HELD, confirmAlive, onLost, onRotated };
  const deadLogs = new RedisDeadLogs({ ...common, logger: log });
  // Of servers that were measured before.
  await deadLogs.discard(await deadLogs.list());
  return { log: await openRedisLog(parts), mark: null, deadLogs };
}

async function openOne(walking: boolean, clients: number): Promise<void> {
  const reservation: Reservation = {
    matchId: newId('m'),
    game: walking ? 'walking' : 'standing',
    epoch: 1,
    seed: 1,
    settings: {},
    seats: Array.from({ length: clients }, (_, index) => ({
      index,
      playerId: newId('p'),
      displayName: `Player ${index}`,
      team: null,
      isBot: false,
    })),
  };
  await engine.host.create(reservation);
  engine.host.open(reservation.matchId);
  open.push(reservation);
}

function pathsTo({ matchId, seats }: Reservation): string[] {
  return seats.map(({ index: seatIndex, playerId }) => {
    const sessionId = rights.sessionIdOf({ matchId, seatIndex, playerId: playerId ?? '' });
    return `/p/${matchId}?sessionId=${sessionId}`;
  });
}
