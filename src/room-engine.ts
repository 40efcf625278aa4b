import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { AnyRooms } from '../rooms/kit/index.ts';
import { ConfigError } from './config-parsers.ts';
import { type AdoptionParts, adoptMatches } from './cluster/adoption.ts';
import { GroupCommitter } from './cluster/committer.ts';
import { LocalDeadLogs } from './cluster/local-dead-logs.ts';
import { LocalRoomLog } from './cluster/local-log.ts';
import { parkMatches } from './cluster/parking.ts';
import { ProcessClock } from './cluster/process-clock.ts';
import { Scheduler } from './cluster/scheduler.ts';
import { StepMark } from './cluster/step-mark.ts';
import { type StepListener, StepWatchdog } from './cluster/step-watchdog.ts';
import type { Logger } from './ops/logging.ts';
import { GyreTransport } from './realtime/gyre-transport.ts';
import { openHub } from './realtime/hub.ts';
import { LocalRoomHost } from './realtime/local-room-host.ts';
import type { HubService, MatchEvents, SeatGate } from './realtime/ports.ts';
import { RoomDirectory } from './realtime/room-directory.ts';

export interface RoomEngineOptions {
  readonly dataDir: string;
  readonly incarnation: string;
  readonly rooms: AnyRooms;
  readonly gate: SeatGate;
  readonly events: MatchEvents;
  readonly hub: HubService;
  readonly log: Logger;
  /** Another process has taken our matches over: this one has nothing more to say. */
  readonly onFenced: () => void;
  /** Matches that the process takes; 2,000 if left out. */
  readonly maxRooms?: number;
}

/** Idle matches that keep an old piece of the log are in no hurry to be written anew. */
const FULL_SPREAD_MS = 30_000;

/** What adoption asks of the service: the database's side. */
export interface AdoptionNeeds extends Pick<AdoptionParts, 'coordinator' | 'reservationOf' | 'abandon' | 'sweep'> {
  /** Log and database may disagree on given up seats, by what the dead process did last. */
  readonly reconcileSeats: (matchId: string) => Promise<void>;
}

/** Everything that is live in one process: its rooms, their log and scheduler, and the sockets. */
export class RoomEngine {
  readonly host: LocalRoomHost;
  readonly #options: RoomEngineOptions;
  readonly #clock: ProcessClock;
  readonly #log: LocalRoomLog;
  readonly #deadLogs: LocalDeadLogs;
  readonly #mark: StepMark;
  readonly #watchdog = new StepWatchdog();
  readonly #scheduler: Scheduler;
  readonly #committer: GroupCommitter;
  readonly #transport: GyreTransport;
  readonly #directory = new RoomDirectory();

  private constructor(options: RoomEngineOptions, open: { clock: ProcessClock; log: LocalRoomLog; mark: StepMark }) {
    const { rooms, gate, events, log: logger, incarnation } = options;
    this.#options = options;
    this.#clock = open.clock;
    this.#log = open.log;
    this.#mark = open.mark;
    this.#deadLogs = new LocalDeadLogs({ folder: logFolder(options), incarnation, logger });
    this.#scheduler = new Scheduler({ clock: open.clock, mark: this.#onStep(open.mark), logger });
    this.#committer = new GroupCommitter({
      log: open.log,
      logger,
      onFullNeeded: (matchIds) => this.#scheduler.requestFulls(matchIds),
      onSealed: options.onFenced,
    });
    const services = { gate, events, log: logger, committer: this.#committer, scheduler: this.#scheduler };
    this.host = new LocalRoomHost({
      rooms,
      services,
      directory: this.#directory,
      time: open.clock,
      ...(options.maxRooms === undefined ? {} : { maxRooms: options.maxRooms }),
    });
    this.#transport = new GyreTransport({
      directory: this.#directory,
      closeCodeOf: (matchId) => events.closeCodeOf(matchId),
      log: logger,
    });
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
    const { dataDir, incarnation, hub, log } = options;
    const clock = new ProcessClock();
    // Until players can come back, the outage goes on.
    clock.freeze();
    const mark = new StepMark(path.join(dataDir, 'step-mark'));
    const onRotated = (): void => engine.#scheduler.requestFulls(engine.#log.matchesNeedingFull(), FULL_SPREAD_MS);
    const roomLog = await LocalRoomLog.open({ folder: logFolder(options), incarnation, clock, onRotated });
    const engine = new RoomEngine(options, { clock, log: roomLog, mark });
    openHub({ service: hub, log, directory: engine.#directory });
    return engine;
  }

  /** Takes over the matches of processes that are no more. To be awaited before anyone is let in. */
  async adopt(needs: AdoptionNeeds): Promise<void> {
    const { rooms, log: logger } = this.#options;
    const { adopted } = await adoptMatches({
      ...needs,
      deadLogs: this.#deadLogs,
      log: this.#log,
      mark: this.#mark,
      roomHost: this.host,
      compatOf: (game) => (Object.hasOwn(rooms, game) ? this.host.compatOf(game) : null),
      logger,
    });
    for (const matchId of adopted) await needs.reconcileSeats(matchId);
  }

  /** Players can come: the time of all matches runs. */
  run(): void {
    this.#clock.thaw();
  }

  /** Leads a WebSocket that the guard let through to its room. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#transport.upgrade(request, socket, head);
  }

  /** Freezes all matches, makes them durable and sends their players off to come back. */
  async park(): Promise<void> {
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
  #onStep(mark: StepMark): StepListener {
    return {
      stepping: (matchId) => {
        mark.stepping(matchId);
        this.#watchdog.stepping(matchId);
      },
      stepped: () => {
        mark.stepped();
        this.#watchdog.stepped();
      },
    };
  }

  async close(): Promise<void> {
    await this.#log.close();
    this.#mark.close();
    await this.#watchdog.close();
  }
}

/** Of the file system: a full disk, a folder that is a file, no permission. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

function logFolder({ dataDir }: RoomEngineOptions): string {
  return path.join(dataDir, 'log');
}
