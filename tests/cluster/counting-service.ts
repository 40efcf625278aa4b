import path from 'node:path';
import { and, eq } from 'drizzle-orm';
import type { AbandonReason } from '../../protocol/states.ts';
import type { CommitRecord, RecordedMatch } from '../../rooms/kit/ports.ts';
import { adoptMatches, type AdoptionParts, type AdoptionReport } from '../../src/cluster/adoption.ts';
import type { ClusterLog } from '../../src/cluster/cluster-log.ts';
import { GroupCommitter } from '../../src/cluster/committer.ts';
import { LocalCoordinator, newIncarnation } from '../../src/cluster/local-coordinator.ts';
import { LocalDeadLogs } from '../../src/cluster/local-dead-logs.ts';
import { openLocalLog } from '../../src/cluster/local-log.ts';
import type { MatchLog } from '../../src/cluster/match-log.ts';
import { MatchClock } from '../../src/cluster/match-clock.ts';
import { ProcessClock } from '../../src/cluster/process-clock.ts';
import { Scheduler, type Steppable } from '../../src/cluster/scheduler.ts';
import { DatabaseLock } from '../../src/cluster/database-lock.ts';
import { StepMark } from '../../src/cluster/step-mark.ts';
import type { Reservation, RoomHost } from '../../src/realtime/ports.ts';
import { openDatabase } from '../../src/store/database.ts';
import { matches } from '../../src/store/schema.ts';

/**
 * All of `src/cluster` at work around the smallest of games: a match is a number that rises with each step. What a
 * test needs to see and to break is handed in.
 */
export interface CountingOptions {
  readonly url: string;
  readonly dataDir: string;
  /** Steps a second of every match; null: none but those of a test. */
  readonly tickRateHz: number | null;
  readonly logger?: ClusterLog;
  /** Called in the middle of things, by name; a throw or a death there is the test's. */
  readonly at?: (point: string) => void;
  /** A client has seen this count. */
  readonly onReleased?: (matchId: string, count: number) => void;
  /** Takes the place of the real ones. */
  readonly adoption?: Partial<AdoptionParts>;
}

export class CountingRoom implements Steppable {
  readonly matchId: string;
  readonly epoch: number;
  readonly tickRateHz: number | null;
  readonly clock: MatchClock;
  count = 0;
  #due = Infinity;
  readonly #service: Service;

  constructor(service: Service, { matchId, epoch }: { matchId: string; epoch: number }, timeMs = 0) {
    this.#service = service;
    this.matchId = matchId;
    this.epoch = epoch;
    this.tickRateHz = service.options.tickRateHz;
    this.clock = new MatchClock(service.clock, timeMs);
  }

  dueMs(): number {
    return this.tickRateHz === null ? this.#due : 0;
  }

  /** One step more, soon. */
  push(): void {
    this.#due = 0;
    this.#service.scheduler.wake(this.matchId);
  }

  step(timeMs: number): void {
    this.#due = Infinity;
    this.count += 1;
    this.#service.options.at?.(`stepping ${this.matchId}`);
    const { count } = this;
    const released = (): void => this.#service.options.onReleased?.(this.matchId, count);
    this.#service.committer.commit(
      { ...this.#record('patch', timeMs), matchId: this.matchId, epoch: this.epoch },
      released,
    );
  }

  writeFull(): void {
    void this.recordFull();
  }

  recordFull(): Promise<void> {
    const record = { ...this.#record('full', this.clock.nowMs()), matchId: this.matchId, epoch: this.epoch };
    return new Promise((resolve) => this.#service.committer.commit(record, resolve));
  }

  #record(kind: CommitRecord['kind'], timeMs: number): CommitRecord {
    const state = Buffer.from(String(this.count));
    return { kind, tick: this.count, timeMs, state, hidden: kind === 'full' ? state : null, nextRefId: 1 };
  }
}

/** What the last record of a match says. */
export function countOf({ full, patches }: RecordedMatch): number {
  return Number(Buffer.from((patches.at(-1) ?? full).state ?? []).toString());
}

/** One process. Left alone, it is a process that was killed: see {@link Service.kill}. */
export class Service {
  readonly options: CountingOptions;
  readonly clock = new ProcessClock();
  readonly scheduler: Scheduler;
  readonly coordinator: LocalCoordinator;
  readonly committer: GroupCommitter;
  readonly log: MatchLog;
  readonly rooms = new Map<string, CountingRoom>();
  readonly #mark: StepMark;
  readonly #lock: DatabaseLock;
  readonly #logger: ClusterLog;
  readonly #database: ReturnType<typeof openDatabase>;

  static async start(options: CountingOptions): Promise<Service> {
    const clock = new ProcessClock();
    const incarnation = newIncarnation();
    const folder = path.join(options.dataDir, 'log');
    const log = await openLocalLog({ folder, incarnation, clock, maxSegmentBytes: 64 * 1024 });
    const service = new Service(options, log, incarnation, clock);
    await service.coordinator.start();
    return service;
  }

  private constructor(options: CountingOptions, log: MatchLog, incarnation: string, clock: ProcessClock) {
    this.options = options;
    this.log = log;
    this.clock = clock;
    this.#logger = options.logger ?? { info: () => {}, warn: () => {}, error: () => {} };
    const logger = this.#logger;
    this.#database = openDatabase(options.url, { maxConnections: 3 });
    const onLost = (): void => {};
    this.#lock = new DatabaseLock({ connectionString: options.url, incarnation, logger, onLost });
    this.coordinator = new LocalCoordinator({ db: this.#database.db, incarnation, build: 'test', lock: this.#lock });
    this.#mark = new StepMark(path.join(options.dataDir, 'step-mark'));
    this.scheduler = new Scheduler({ clock, mark: this.#mark, logger, fullEveryMs: 50 });
    const onFullNeeded = (ids: readonly string[]): void => this.scheduler.requestFulls(ids);
    this.committer = new GroupCommitter({ log, logger, onFullNeeded, onSealed: () => this.scheduler.stop() });
  }

  /** A new match, playing. */
  async create(matchId: string): Promise<CountingRoom> {
    const row = {
      id: matchId,
      game: 'counting',
      state: 'playing',
      settings: {},
      seed: 1,
      compat: 'counting 1',
    } as const;
    await this.#database.db.insert(matches).values({ ...row, owner: this.coordinator.incarnation, epoch: 1 });
    const room = new CountingRoom(this, { matchId, epoch: 1 });
    await room.recordFull();
    this.#open(room);
    return room;
  }

  /** What a new process does first. */
  async adopt(): Promise<AdoptionReport> {
    const { coordinator, log } = this;
    const at = this.options.at ?? (() => {});
    const { incarnation } = coordinator;
    const deadLogs = new LocalDeadLogs({
      folder: path.join(this.options.dataDir, 'log'),
      incarnation,
      logger: this.#logger,
    });
    return await adoptMatches({
      coordinator: {
        countDeath: (matchId) => coordinator.countDeath(matchId),
        claimOrphans: async () => {
          at('before the claim');
          const claims = await coordinator.claimOrphans();
          at('after the claim');
          return claims;
        },
      },
      deadLogs: {
        list: () => deadLogs.list(),
        seal: (incarnation) => deadLogs.seal(incarnation),
        read: (incarnations) => deadLogs.read(incarnations),
        discard: (incarnations) => {
          at('before the discard');
          return deadLogs.discard(incarnations);
        },
      },
      log,
      mark: this.#mark,
      roomHost: this.#roomHost(at),
      compatOf: (game) => (game === 'counting' ? 'counting 1' : null),
      reservationOf: (matchId) => this.#reservationOf(matchId),
      abandon: (matchId, reason) => this.#abandon(matchId, reason),
      sweep: () => Promise.resolve(),
      logger: this.#logger,
      ...this.options.adoption,
    });
  }

  /** Ends as `kill -9` does, as far as others can see. */
  async kill(): Promise<void> {
    this.scheduler.stop();
    await this.#lock.release();
    await this.#database.close();
  }

  #roomHost(at: (point: string) => void): Pick<RoomHost, 'adopt' | 'seat'> {
    return {
      adopt: async ({ matchId, epoch }, recorded) => {
        at(`restoring ${matchId}`);
        const room = new CountingRoom(this, { matchId, epoch }, recorded.timeMs);
        room.count = countOf(recorded);
        await room.recordFull();
        this.#open(room);
      },
      seat: (matchId) => (this.rooms.has(matchId) ? SEAT : null),
    };
  }

  #open(room: CountingRoom): void {
    this.rooms.set(room.matchId, room);
    room.clock.thaw();
    this.scheduler.add(room);
  }

  async #reservationOf(matchId: string): Promise<Reservation | null> {
    const [row] = await this.#database.db.select().from(matches).where(eq(matches.id, matchId));
    if (row === undefined) return null;
    return { matchId, game: row.game, epoch: row.epoch, settings: row.settings, seats: [], seed: row.seed };
  }

  async #abandon(matchId: string, reason: AbandonReason): Promise<void> {
    const playing = and(eq(matches.id, matchId), eq(matches.state, 'playing'));
    await this.#database.db.update(matches).set({ state: 'abandoned', reason, owner: null }).where(playing);
  }
}

const SEAT = { index: 0, taken: true, connected: false, givenUp: false, generation: 1, lastSeq: 0 };
