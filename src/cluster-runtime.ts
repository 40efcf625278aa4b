import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterPeers } from './cluster-peers.ts';
import type { SettledConfig } from './config.ts';
import { claimOrphans } from './cluster/claims.ts';
import type { ClusterCoordinator } from './cluster/cluster-coordinator.ts';
import { drain } from './cluster/drain.ts';
import type { OwnershipLease } from './cluster/lease.ts';
import { LateWords } from './cluster/late-words.ts';
import { sweepLogs } from './cluster/log-sweep.ts';
import { Migration } from './cluster/migration.ts';
import { CallRefusal, type Member } from './cluster/peers.ts';
import type { Bus } from './cluster/ports.ts';
import { StrandedMatches } from './cluster/stranded.ts';
import { Takeover } from './cluster/takeover.ts';
import { MatchUpkeep } from './matches/match-upkeep.ts';
import { acquit, findMatch } from './matches/match-store.ts';
import type { Logger } from './ops/logging.ts';
import { Periodic } from './ops/periodic.ts';
import { ClusterRooms } from './realtime/cluster-rooms.ts';
import { HandOffError } from './realtime/hand-off-error.ts';
import type { RoomEngine } from './room-engine.ts';
import type { Services } from './services.ts';
import type { Database } from './store/transaction.ts';

export interface ClusterRuntimeParts {
  readonly config: Pick<SettledConfig, 'drainTimeoutMs' | 'strandedTimeoutMs'>;
  readonly db: Database;
  readonly incarnation: string;
  /** What this build can run, by game. */
  readonly compats: Readonly<Record<string, string>>;
  readonly lease: OwnershipLease;
  readonly bus: Bus;
  readonly peers: Pick<ClusterPeers, 'calls' | 'leadNoMore' | 'piped' | 'close'>;
  readonly engine: RoomEngine;
  readonly services: Services;
  /** The operator wants this process to move its matches away, and to end. */
  readonly onStopWanted: () => void;
  readonly log: Logger;
}

const SWEEP_LOGS_MS = 10_000;
/** Whoever signs out doesn't wait for longer for a process that stands still. */
const SIGN_OUT_MS = 1_000;
const LOOK_FOR_STRANDED_MS = 2_000;
/** What is still said through this process when it stops gets through in much less. */
const LAST_WORDS_MS = 1_500;
const PIPES_LOOK_MS = 10;

/**
 * What makes a process one of many: it says that it lives, takes over the matches of those who don't, gives its own away when it is
 * to end, and keeps its rooms and SQL together.
 */
export class ClusterRuntime {
  readonly coordinator: ClusterCoordinator;
  readonly rooms: ClusterRooms;
  readonly #parts: ClusterRuntimeParts;
  readonly #takeover: Takeover;
  readonly #upkeep: MatchUpkeep;
  readonly #migration: Migration;
  readonly #lateWords: LateWords;
  readonly #periodic: Periodic;
  #draining: Promise<void> | null = null;
  #isDrained = false;

  constructor(parts: ClusterRuntimeParts, coordinator: ClusterCoordinator) {
    const { engine, services, bus, peers, db, incarnation, log } = parts;
    const { calls } = peers;
    const { matches } = services;
    const { host } = engine;
    this.#parts = parts;
    this.coordinator = coordinator;
    this.rooms = new ClusterRooms({ incarnation, host, members: () => coordinator.members, calls, bus });
    const reservationOf = (matchId: string) => matches.reservationOf(matchId);
    const onMoved = (matchId: string): void => bus.publish('owner', { matchId });
    const ownerOf = async (matchId: string) => coordinator.memberOf((await findMatch(db, matchId))?.owner ?? null);
    const lateWords = new LateWords({ calls, ownerOf, logger: log });
    this.#lateWords = lateWords;
    this.#migration = new Migration({ db, incarnation, host, calls, lateWords, reservationOf, onMoved, logger: log });
    this.#takeover = this.#makeTakeover();
    this.#upkeep = new MatchUpkeep({
      db,
      bus,
      incarnation,
      host,
      log: engine.log,
      closeCodeOf: (matchId) => matches.closeCodeOf(matchId),
      seatGivenUp: (matchId, seatIndex) => matches.seatGivenUp(matchId, seatIndex),
      abandon: (matchId, reason) => matches.abandon(matchId, reason),
      isArriving: (matchId) => this.#takeover.isTaking(matchId),
      isLeaving: (matchId) => this.#migration.isMoving(matchId),
      logger: log,
    });
    this.#periodic = this.#makePeriodic();
    this.#serveCalls();
  }

  /** The port is open: from here on others know and call this process. */
  async register(): Promise<void> {
    await this.coordinator.start();
  }

  /** Takes over what is to be taken over, from now on. */
  start(): void {
    this.#parts.bus.subscribe('orphans', () => void this.#takeover.look());
    this.#upkeep.start();
    this.#periodic.start();
    void this.#takeover.start();
  }

  /** There may be matches to take over: here, and everywhere. */
  orphans(): void {
    this.#parts.bus.publish('orphans', { incarnation: this.#parts.incarnation });
  }

  /** Moves all matches to others; what can't move stays, or is abandoned when the time is up. Takes over no more. */
  drain(): Promise<void> {
    return (this.#draining ??= this.#drain());
  }

  /** Has a process drained and ended, this one if it is not named. */
  async drainProcess(incarnation: string | null): Promise<'draining' | 'unknown'> {
    const member = this.coordinator.memberOf(incarnation ?? this.coordinator.incarnation);
    if (member === null) return 'unknown';
    await this.#parts.peers.calls.call(member, 'drain', null);
    return 'draining';
  }

  /** Resolves when the processes that answer know that a session has ended; others learn of it by themselves. */
  async signedOut(sessionId: string): Promise<void> {
    const { incarnation, peers } = this.#parts;
    const others = this.coordinator.members.filter((member) => member.incarnation !== incarnation);
    const tell = (member: Member) =>
      peers.calls.call(member, 'sign-out', { sessionId }, { timeoutMs: SIGN_OUT_MS }).catch(() => null);
    await Promise.all(others.map(tell));
  }

  get isDraining(): boolean {
    return this.#draining !== null;
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
    await this.#takeover.stop();
    await this.#upkeep.stop();
  }

  /** Cuts the links with other processes, and what is passed on to them. */
  disconnect(): void {
    this.#parts.peers.close();
  }

  async #drain(): Promise<void> {
    const { config, incarnation, engine, services, log } = this.#parts;
    await this.#takeover.stop();
    await drain({
      incarnation,
      announce: () => this.coordinator.drain(),
      members: () => this.coordinator.members,
      refresh: () => this.coordinator.refresh(),
      matchIds: () => engine.host.matchIds,
      gameOf: (matchId) => engine.host.gameOf(matchId),
      move: (matchId, to) => this.#migration.move(matchId, to),
      abandon: async (matchId, reason) => {
        // What has moved after all, or was to come here, is not ours to end.
        await services.matches.abandoned(matchId, engine.host.epochOf(matchId) ?? 0, reason);
        engine.host.end(matchId, await services.matches.closeCodeOf(matchId));
      },
      logger: log,
      limitMs: config.drainTimeoutMs,
    });
    this.#isDrained = true;
    await Promise.race([this.#leavePipes(), pause(LAST_WORDS_MS, undefined, { ref: false })]);
  }

  /** Whoever is connected to another process through this one comes back there, without a word being lost. */
  async #leavePipes(): Promise<void> {
    const { peers, incarnation: by } = this.#parts;
    for (const target of peers.leadNoMore()) {
      const member = this.coordinator.memberOf(target);
      // Whoever isn't told there to come back is told here, when the pipes are closed: only a last word may be lost.
      if (member !== null) void peers.calls.call(member, 'dismiss', { by }).catch(() => {});
    }
    while (peers.piped > 0) await pause(PIPES_LOOK_MS);
    await this.#lateWords.settled();
  }

  /** What one process does for all. */
  #makePeriodic(): Periodic {
    const { config, db, engine, services, log } = this.#parts;
    const stranded = new StrandedMatches({
      db,
      abandon: (matchId, epoch) => services.matches.abandon(matchId, 'incompatible-build', epoch),
      logger: log,
      limitMs: config.strandedTimeoutMs,
    });
    const asFirst = (run: () => Promise<unknown>) => async (): Promise<void> => {
      if (this.coordinator.isFirst()) await run();
    };
    const logs = asFirst(() => sweepLogs(db, engine.stores.deadLogs));
    const look = asFirst(() => stranded.look(performance.now()));
    return new Periodic(
      [
        { name: 'sweep of logs', everyMs: SWEEP_LOGS_MS, run: logs },
        { name: 'look for stranded matches', everyMs: LOOK_FOR_STRANDED_MS, run: look },
      ],
      log,
    );
  }

  #makeTakeover(): Takeover {
    const { engine, services, bus, db, incarnation, compats, lease } = this.#parts;
    const { matches } = services;
    return new Takeover({
      ...engine.claimParts,
      incarnation,
      claim: async ({ suspicious }) => (lease.held ? await claimOrphans(db, { incarnation, compats, suspicious }) : []),
      deadLogs: engine.stores.deadLogs,
      reservationOf: (matchId) => matches.reservationOf(matchId),
      abandon: (matchId, reason) => matches.abandon(matchId, reason),
      onTaken: async ({ matchId }) => {
        bus.publish('owner', { matchId });
        await matches.reconcileSeats(matchId, engine.host);
      },
      acquit: (matchId) => acquit(db, { matchId, incarnation }),
    });
  }

  #serveCalls(): void {
    const { engine, peers, services } = this.#parts;
    const { calls } = peers;
    const { host } = engine;
    calls.serve('create', async ({ reservation }) => {
      // Who didn't know yet that this process drains may still bring matches: they move on.
      if (this.#isDrained) throw new CallRefusal('no-capacity');
      await refusing(() => host.create(reservation));
      return null;
    });
    calls.serve('open', async ({ matchId }) => {
      // Since the match was read for the move, somebody may have joined or left it.
      if (host.isReserved(matchId)) await this.#parts.services.matches.reconcileSeats(matchId, host);
      return host.open(matchId);
    });
    calls.serve('discard', async ({ matchId, ...attempt }) => {
      host.refuse(matchId, attempt);
      return null;
    });
    calls.serve('seat', async ({ matchId, seatIndex, seats }) => {
      for (const seat of seats) host.addSeat(matchId, seat);
      return host.seat(matchId, seatIndex);
    });
    calls.serve('receive', async ({ reservation, recorded, attempt }) => {
      if (this.isDraining) throw new CallRefusal('no-capacity');
      return { recorded: await refusing(() => host.receive(reservation, recorded, attempt)) };
    });
    calls.serve('dismiss', async ({ by }) => {
      void engine.dismissPiped(by);
      return null;
    });
    calls.serve('drain', async () => {
      this.#parts.onStopWanted();
      return null;
    });
    calls.serve('sign-out', async ({ sessionId }) => {
      services.accounts.signedOut(sessionId);
      return null;
    });
    calls.serve('hear', async ({ matchId, unheard }) => {
      if (!host.hear(matchId, unheard)) throw new CallRefusal('not-here');
      return null;
    });
  }
}

/** What a room host refuses, the caller learns by its code. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HandOffError ? new CallRefusal(error.reason, { cause: error }) : error;
  }
}
