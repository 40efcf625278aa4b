import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRooms } from '../rooms/kit/index.ts';
import { ConfigError } from './config-parsers.ts';
import { type AdoptionParts, adoptMatches, type RestoreMark } from './cluster/adoption.ts';
import type { CommitStats } from './cluster/commit-stats.ts';
import { GroupCommitter } from './cluster/committer.ts';
import { ALWAYS_HELD, type ReleaseLease } from './cluster/lease.ts';
import { parkMatches } from './cluster/parking.ts';
import { ProcessClock } from './cluster/process-clock.ts';
import { Scheduler } from './cluster/scheduler.ts';
import { type StepListener, StepWatchdog, type StepWatchdogOptions } from './cluster/step-watchdog.ts';
import type { EngineLog, EngineStores, StoreHooks } from './engine-stores.ts';
import type { Logger } from './ops/logging.ts';
import { GyreTransport } from './realtime/gyre-transport.ts';
import { openHub } from './realtime/hub.ts';
import { LocalRoomHost } from './realtime/local-room-host.ts';
import type { HubService, MatchEvents, SeatGate } from './realtime/ports.ts';
import { RoomDirectory } from './realtime/room-directory.ts';
import type { UpgradeRouter } from './realtime/upgrade-router.ts';

export interface RoomEngineOptions {
  /** Opens what outlives the process. */
  readonly openStores: (hooks: StoreHooks) => Promise<EngineStores>;
  readonly rooms: AnyRooms;
  readonly gate: SeatGate;
  readonly events: MatchEvents;
  readonly hub: HubService;
  readonly log: Logger;
  /** Another process has taken our matches over: this one has nothing more to say. */
  readonly onFenced: () => void;
  /** Left out: held for ever. */
  readonly lease?: ReleaseLease;
  /** Leads sockets for rooms that are not here. Left out: there are no others. */
  readonly router?: UpgradeRouter;
  /** Where the watchdog leaves the name of a room that it ended the process for. Left out: on stderr alone. */
  readonly obituary?: StepWatchdogOptions['obituary'];
  /** Matches that the process takes; 2,000 if left out. */
  readonly maxRooms?: number;
}

/** Idle matches that keep an old piece of the log are in no hurry to be written anew. */
const FULL_SPREAD_MS = 30_000;

/** Where other processes see to it that a match which kills its owner is found out. */
const NO_MARK: RestoreMark = { suspect: null, clearSuspect: () => {}, restoring: () => {}, restored: () => {} };

/** What adoption asks of the service: the database's side. */
export interface AdoptionNeeds extends Pick<AdoptionParts, 'coordinator' | 'reservationOf' | 'abandon' | 'sweep'> {
  /** Log and database may disagree on given up seats, by what the dead process did last. */
  readonly reconcileSeats: (matchId: string) => Promise<void>;
}

/** Everything that is live in one process: its rooms, their log and scheduler, and the sockets. */
export class RoomEngine {
  readonly host: LocalRoomHost;
  readonly log: EngineLog;
  readonly stores: EngineStores;
  readonly #options: RoomEngineOptions;
  readonly #clock: ProcessClock;
  readonly #watchdog: StepWatchdog;
  readonly #scheduler: Scheduler;
  readonly #committer: GroupCommitter;
  readonly #transport: GyreTransport;
  readonly #directory = new RoomDirectory();
  /** Why the time of all matches may stand still: players can't come yet, the lease is out, or it is to stop. */
  readonly #still = new Set<'starting' | 'suspended' | 'parking'>(['starting']);
  #isClosed = false;

  private constructor(options: RoomEngineOptions, open: { clock: ProcessClock; stores: EngineStores }) {
    const { rooms, gate, events, log: logger, lease = ALWAYS_HELD, obituary, router } = options;
    this.#options = options;
    this.#clock = open.clock;
    this.stores = open.stores;
    this.log = open.stores.log;
    this.#watchdog = new StepWatchdog(obituary === undefined ? {} : { obituary });
    this.#scheduler = new Scheduler({ clock: open.clock, mark: this.#onStep, logger });
    this.#committer = new GroupCommitter({
      log: this.log,
      logger,
      lease,
      onFullNeeded: (matchIds) => this.#scheduler.requestFulls(matchIds),
      onSealed: options.onFenced,
    });
    const services = { gate, events, log: logger, committer: this.#committer, scheduler: this.#scheduler };
    this.host = new LocalRoomHost({
      rooms,
      services,
      directory: this.#directory,
      time: open.clock,
      steps: this.#onStep,
      ...(options.maxRooms === undefined ? {} : { maxRooms: options.maxRooms }),
    });
    this.#transport = new GyreTransport({
      directory: this.#directory,
      closeCodeOf: (matchId) => events.closeCodeOf(matchId),
      log: logger,
      ...(router && { router }),
    });
  }

  /** Open sockets. */
  get clientCount(): number {
    return this.#transport.clientCount;
  }

  /**
   * @throws UnrecordableStateError for a game that could not be brought back after a crash
   * @throws ConfigError for a data folder that can't be written
   */
  static async open(options: RoomEngineOptions): Promise<RoomEngine> {
    try {
      return await RoomEngine.#open(options);
    } catch (error) {
      throw isFileError(error) ? new ConfigError('GYRE_DATA_DIR', `can't be used: ${error.message}`) : error;
    }
  }

  static async #open(options: RoomEngineOptions): Promise<RoomEngine> {
    const { hub, log } = options;
    const clock = new ProcessClock();
    // Until players can come back, the outage goes on.
    clock.freeze();
    const onRotated = (): void => engine.#scheduler.requestFulls(engine.log.matchesNeedingFull(), FULL_SPREAD_MS);
    const onLost = (matchIds: readonly string[]): void => engine.#scheduler.requestFulls(matchIds);
    const stores = await options.openStores({ clock, onRotated, onLost });
    const engine = new RoomEngine(options, { clock, stores });
    openHub({ service: hub, log, directory: engine.#directory });
    return engine;
  }

  /** Takes over the matches of processes that are no more. To be awaited before anyone is let in. */
  async adopt(needs: AdoptionNeeds): Promise<void> {
    const { deadLogs, log } = this.stores;
    const { adopted } = await adoptMatches({ ...needs, ...this.claimParts, deadLogs, log });
    for (const matchId of adopted) await needs.reconcileSeats(matchId);
  }

  /** What it takes to bring matches back here. */
  get claimParts(): Pick<AdoptionParts, 'mark' | 'roomHost' | 'compatOf' | 'logger'> {
    const { rooms, log: logger } = this.#options;
    return {
      mark: this.#restoreMark,
      roomHost: this.host,
      compatOf: (game) => (Object.hasOwn(rooms, game) ? this.host.compatOf(game) : null),
      logger,
    };
  }

  /** How the commit of all matches does. */
  get commitStats(): CommitStats {
    return this.#committer.stats;
  }

  /** Whether our matches are still ours can't be told: their time stands still, and nothing is let out. */
  suspend(): void {
    this.#still.add('suspended');
    this.#clock.freeze();
    this.#scheduler.pause();
  }

  /** They are ours: they go on where they stood. */
  goOn(): void {
    this.#move('suspended');
    this.#scheduler.resume();
    this.host.readmit();
    this.#committer.resume();
  }

  /** They are still ours, for sure: what waited to know that is let out. */
  letGo(): void {
    this.#committer.resume();
  }

  /** Sends everyone away to come back, and whoever comes until it goes on: another process may know more. */
  dismiss(): void {
    this.host.dismissAll();
  }

  /** Has the log asked whether it still takes what is ours. */
  probeLog(): void {
    if (!this.#isClosed) this.#committer.probe();
  }

  /** Players can come: the time of all matches runs. */
  run(): void {
    this.#move('starting');
  }

  #move(because: 'starting' | 'suspended'): void {
    this.#still.delete(because);
    if (this.#still.size === 0) this.#clock.thaw();
  }

  /** Leads a WebSocket that the guard let through to its room. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#transport.upgrade(request, socket, head);
  }

  /** A process that passes sockets on to this one stops: their clients are to come back. */
  async dismissPiped(by: string): Promise<void> {
    await this.#transport.dismissPiped(by);
  }

  /** Freezes all matches, makes them durable and sends their players off to come back. */
  async park(): Promise<void> {
    this.#still.add('parking');
    await parkMatches({
      clock: this.#clock,
      scheduler: this.#scheduler,
      roomHost: this.host,
      committer: this.#committer,
    });
  }

  /** Cuts off every socket that is left. */
  disconnect(): void {
    this.#transport.shutdown();
  }

  /** The mark names the match to the next start, the watchdog sees to it that there is one. */
  get #onStep(): StepListener {
    const { mark } = this.stores;
    return {
      stepping: (matchId) => {
        mark?.stepping(matchId);
        this.#watchdog.stepping(matchId);
      },
      stepped: () => {
        mark?.stepped();
        this.#watchdog.stepped();
      },
    };
  }

  get #restoreMark(): RestoreMark {
    return this.stores.mark ?? NO_MARK;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.log.close();
    this.stores.mark?.close();
    await this.#watchdog.close();
  }
}

/** Of the file system: a full disk, a folder that is a file, no permission. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}
