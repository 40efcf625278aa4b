import type { AddressInfo } from 'node:net';
import { systemClock } from './clock.ts';
import { ClusterCoordinator } from './cluster/cluster-coordinator.ts';
import { DatabaseLock } from './cluster/database-lock.ts';
import { introduce } from './cluster/introduction.ts';
import { heapUse } from './cluster/heap-limit.ts';
import { OwnershipLease } from './cluster/lease.ts';
import { newIncarnation } from './cluster/local-coordinator.ts';
import { ownPeerAddress } from './cluster/own-address.ts';
import { RedisBus } from './cluster/redis-bus.ts';
import { RedisConnection } from './cluster/redis-connection.ts';
import { RedisDeadLogs } from './cluster/redis-dead-logs.ts';
import { openRedisLog } from './cluster/redis-room-log.ts';
import { ClusterPeers } from './cluster-peers.ts';
import { ClusterRuntime } from './cluster-runtime.ts';
import type { EngineStores, StoreHooks } from './engine-stores.ts';
import { RateLimits } from './http/rate-limits.ts';
import { SharedBuckets } from './http/shared-buckets.ts';
import type { RunningDatabase } from './open-database.ts';
import { Health } from './ops/health.ts';
import { LoopDelay } from './ops/loop-delay.ts';
import type { Rooms } from './realtime/ports.ts';
import { RoomEngine } from './room-engine.ts';
import type { RunningParts } from './running-gyre.ts';
import { listen, serve } from './serving.ts';
import { Services } from './services.ts';
import type { ProcessLoad } from './store/schema.ts';
import { sendOneselfSigterm } from './ops/stop-request.ts';
import type { GyreOptions, Start } from './start-options.ts';

/** Parts that know each other: each is asked for only when requests, sockets or heartbeats come. */
interface Live {
  engine: RoomEngine | null;
  runtime: ClusterRuntime | null;
}

/**
 * Starts a process that is one of many on the same database and Redis. Its port opens first, then others learn of it, then it takes
 * over what the dead have left.
 */
export async function startClustered(database: RunningDatabase, start: Start): Promise<RunningParts> {
  const { started, games, options } = start;
  const { config, log, onStopWanted = sendOneselfSigterm } = options;
  const incarnation = newIncarnation();
  const live: Live = { engine: null, runtime: null };
  const lease = makeLease(live, options);
  started.defer(() => lease.close());
  const fence = new Fence(live, lease, options);
  const lock = new DatabaseLock({
    connectionString: database.url,
    incarnation,
    logger: log,
    shared: true,
    onLost: () => fence.close(),
  });
  await lock.acquire();
  started.defer(() => lock.release());
  const redis = await RedisConnection.connect({ url: config.redisUrl ?? '', logger: log });
  started.use(redis);
  const bus = started.use(await RedisBus.open({ redis, logger: log }));
  const { db } = database;
  const peers = new ClusterPeers({
    config,
    db,
    incarnation,
    log,
    members: () => live.runtime?.coordinator.members ?? [],
  });
  started.defer(() => peers.close());
  const limits = new RateLimits({ enabled: config.rateLimits, shared: new SharedBuckets({ redis }) });
  const cluster = viewOf(live, incarnation);
  const rooms = (): Rooms => runtimeOf(live).rooms;
  const drains = { drain: (asked: string | null) => runtimeOf(live).drainProcess(asked) };
  const shared = { config, db, bus, clock: systemClock, games, limits, incarnation, cluster, log };
  const tellOthers = (sessionId: string): Promise<void> => live.runtime?.signedOut(sessionId) ?? Promise.resolve();
  const services = new Services({ ...shared, drains, rooms, tellOthers });
  const engine = await RoomEngine.open({
    openStores: (hooks) => openStores(hooks, { redis, incarnation, lease, log, isAlive: () => isAlive(live) }),
    rooms: options.rooms,
    gate: services.seatRights,
    events: services.matches,
    hub: services.hub,
    log,
    lease,
    router: peers.router,
    obituary: { connectionString: database.url, incarnation },
    onFenced: () => fence.close(),
  });
  live.engine = engine;
  // It has run out while there was nobody to tell.
  if (!lease.held) engine.suspend();
  started.defer(() => engine.close());
  started.defer(() => engine.disconnect());

  const health = new Health(db);
  const server = serve(options, { services, engine, limits, health, database, peers: peers.server });
  await listen(server, config);
  started.defer(() => void server.close());
  const delay = new LoopDelay();
  started.defer(() => delay.close());
  const compats = Object.fromEntries(Object.keys(options.rooms).map((game) => [game, engine.host.compatOf(game)]));
  const address = config.peerAddress ?? ownPeerAddress(config.host, (server.address() as AddressInfo).port);
  await introduce({ db, incarnation, address, calls: peers.calls, logger: log });
  const coordinator = new ClusterCoordinator({
    db,
    connectionString: database.url,
    incarnation,
    build: options.build,
    address,
    directAddress: config.directAddress,
    compats,
    load: () => loadOf(engine, delay),
    lease,
    seal: (dead) => engine.stores.deadLogs.seal(dead),
    logger: log,
    onFenced: () => fence.close(),
    onDatabase: (answers) => (answers ? database.pool.back() : database.pool.away()),
    onMembers: (members) => peers.watch(members),
    onOrphans: () => live.runtime?.orphans(),
  });
  peers.onRefused = (dead) => void coordinator.bury(dead, { refused: true });
  coordinator.onGone((gone) => peers.gone(gone));
  bus.subscribe('owner', ({ matchId }) => peers.router.moved(matchId));
  const parts = { config, db, incarnation, compats, lease, bus, peers, engine, services, log, onStopWanted };
  const runtime = new ClusterRuntime(parts, coordinator);
  live.runtime = runtime;
  await runtime.register();
  started.defer(() => coordinator.stop());
  await services.start();
  started.defer(() => services.stop());
  engine.run();
  runtime.start();
  started.defer(() => runtime.stop());
  health.ready();
  const stopDatabase = async (): Promise<void> => {
    await lock.release();
    await database.stop();
  };
  const held = { ...database, stop: stopDatabase };
  return { server, services, engine, coordinator, database: held, health, log, cluster: runtime };
}

const ABANDON_MS = 2_000;

function loadOf(engine: RoomEngine, delay: LoopDelay): ProcessLoad {
  const { usedBytes, limitBytes } = heapUse();
  return {
    clients: engine.clientCount,
    rooms: engine.host.roomCount,
    delayMs: delay.takeMs(),
    memory: Math.round((usedBytes / limitBytes) * 100) / 100,
  };
}

/** Another process has taken over: nothing that this one does counts any more, and it ends. */
class Fence {
  readonly #live: Live;
  readonly #lease: OwnershipLease;
  readonly #options: GyreOptions;
  #closed = false;

  constructor(live: Live, lease: OwnershipLease, options: GyreOptions) {
    this.#live = live;
    this.#lease = lease;
    this.#options = options;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.log.error({}, 'this process was declared dead, and others have its matches: it ends');
    this.#lease.revoke();
    this.#live.engine?.suspend();
    void this.#abandonShip().finally(() => this.#options.onFenced());
  }

  /** A room that is just being made may wait for what never comes. */
  async #abandonShip(): Promise<void> {
    const done = this.#live.engine?.host.abandonShip();
    const { promise: limit, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ABANDON_MS);
    await Promise.race([done, limit]);
    clearTimeout(timer);
  }
}

function makeLease(live: Live, { log }: GyreOptions): OwnershipLease {
  return new OwnershipLease({
    logger: log,
    onLapsed: () => live.engine?.suspend(),
    onReturned: () => live.engine?.goOn(),
    onRenewed: () => live.engine?.letGo(),
    onWanted: () => live.runtime?.coordinator.beat(),
    onGivenUp: () => live.engine?.dismiss(),
    onDoubt: () => live.engine?.probeLog(),
  });
}

async function openStores(
  { clock, onRotated, onLost }: StoreHooks,
  options: {
    readonly redis: RedisConnection;
    readonly incarnation: string;
    readonly lease: OwnershipLease;
    readonly log: GyreOptions['log'];
    readonly isAlive: () => Promise<boolean>;
  },
): Promise<EngineStores> {
  const { redis, incarnation, lease, log: logger, isAlive: confirmAlive } = options;
  const log = await openRedisLog({ redis, incarnation, clock, lease, confirmAlive, onLost, onRotated });
  return { log, mark: null, deadLogs: new RedisDeadLogs({ redis, incarnation, logger }) };
}

/** Whether our row says so; rejects while the database is away. Before it is written, nobody can have declared us dead. */
async function isAlive({ runtime }: Live): Promise<boolean> {
  return runtime === null || (await runtime.coordinator.confirmAlive());
}

function viewOf(live: Live, incarnation: string) {
  return {
    incarnation,
    others: () => runtimeOf(live).coordinator.others(),
    isFirst: () => runtimeOf(live).coordinator.isFirst(),
    onGone: (listener: (gone: string) => void) => runtimeOf(live).coordinator.onGone(listener),
  };
}

/** Asked for by requests and jobs, which come later. */
function runtimeOf({ runtime }: Live): ClusterRuntime {
  if (runtime === null) throw new Error('The cluster is not there yet.');
  return runtime;
}
