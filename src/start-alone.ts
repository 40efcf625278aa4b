import { systemClock } from './clock.ts';
import { ALONE } from './cluster/cluster-view.ts';
import { LocalBus } from './cluster/local-bus.ts';
import { LocalCoordinator, newIncarnation } from './cluster/local-coordinator.ts';
import { DatabaseLock } from './cluster/database-lock.ts';
import { type EngineStores, openLocalStores, type StoreHooks } from './engine-stores.ts';
import { RateLimits } from './http/rate-limits.ts';
import type { RunningDatabase } from './open-database.ts';
import { Health } from './ops/health.ts';
import { LocalRooms } from './realtime/local-rooms.ts';
import type { Rooms } from './realtime/ports.ts';
import { RoomEngine } from './room-engine.ts';
import type { RunningParts } from './running-gyre.ts';
import { listen, serve } from './serving.ts';
import { Services } from './services.ts';
import { sendOneselfSigterm } from './ops/stop-request.ts';
import type { GyreOptions, Start } from './start-options.ts';

/** Starts a process that is alone on its database: its log is in files, and what a process before has left is taken over before the port opens. */
export async function startAlone(database: RunningDatabase, { games, options, started }: Start): Promise<RunningParts> {
  const { config, log, build, onFenced, onStopWanted = sendOneselfSigterm } = options;
  const incarnation = newIncarnation();
  const live: { engine: RoomEngine | null } = { engine: null };
  const onLost = (): void => {
    void (live.engine?.host.abandonShip() ?? Promise.resolve()).finally(onFenced);
  };
  const lock = new DatabaseLock({ connectionString: database.url, incarnation, logger: log, onLost });
  const coordinator = new LocalCoordinator({ db: database.db, incarnation, build, lock });
  await coordinator.start();
  started.defer(() => coordinator.stop());

  const limits = new RateLimits({ enabled: config.rateLimits });
  const bus = new LocalBus(log);
  const { directAddress } = config;
  const rooms = (): Rooms => new LocalRooms(engineOf(live.engine).host, { incarnation, directAddress });
  const services = new Services({
    config,
    db: database.db,
    bus,
    clock: systemClock,
    games,
    limits,
    incarnation,
    cluster: ALONE,
    log,
    drains: { drain: async (asked) => stopIfAsked(asked, { incarnation, onStopWanted }) },
    rooms,
  });
  live.engine = await openRooms(services, { options, incarnation, onFenced: onLost });
  const engine = live.engine;
  started.defer(() => engine.close());
  started.defer(() => engine.disconnect());
  await adoptMatches(engine, { services, coordinator });
  await services.start();
  started.defer(() => services.stop());

  const health = new Health(database.db);
  const server = serve(options, { services, engine, limits, health, database });
  await listen(server, config);
  engine.run();
  health.ready();
  return { server, services, engine, coordinator, database, health, log };
}

function openRooms(
  { matches, seatRights, hub }: Services,
  { options, incarnation, onFenced }: { options: GyreOptions; incarnation: string; onFenced: () => void },
): Promise<RoomEngine> {
  const { config, rooms, log } = options;
  const { dataDir } = config;
  const openStores = (hooks: StoreHooks): Promise<EngineStores> =>
    openLocalStores(hooks, { dataDir, incarnation, logger: log });
  return RoomEngine.open({ openStores, rooms, gate: seatRights, events: matches, hub, log, onFenced });
}

function adoptMatches(
  engine: RoomEngine,
  { services, coordinator }: { services: Services; coordinator: LocalCoordinator },
): Promise<void> {
  const { matches, handOffs } = services;
  return engine.adopt({
    coordinator,
    reservationOf: (matchId) => matches.reservationOf(matchId),
    abandon: (matchId, reason) => matches.abandon(matchId, reason),
    sweep: () => handOffs.sweep(),
    reconcileSeats: (matchId) => matches.reconcileSeats(matchId, engine.host),
  });
}

/** Rooms are asked for by requests and sockets, which come later than the rooms. */
function engineOf(engine: RoomEngine | null): RoomEngine {
  if (engine === null) throw new Error('The rooms are not there yet.');
  return engine;
}

/** There is nobody to move anything to: matches are parked, and go on at the next start. */
function stopIfAsked(
  asked: string | null,
  { incarnation, onStopWanted }: { readonly incarnation: string; readonly onStopWanted: () => void },
): 'draining' | 'unknown' {
  if (asked !== null && asked !== incarnation) return 'unknown';
  onStopWanted();
  return 'draining';
}
