import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { Client, type Room } from '@colyseus/sdk';
import { CloseCode } from '../../protocol/close-codes.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { AnyRooms } from '../../rooms/kit/index.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import { GroupCommitter } from '../../src/cluster/committer.ts';
import { readAll } from '../../src/cluster/room-log.contract.ts';
import { LocalDeadLogs } from '../../src/cluster/local-dead-logs.ts';
import { openLocalLog } from '../../src/cluster/local-log.ts';
import type { MatchLog } from '../../src/cluster/match-log.ts';
import type { RoomLog } from '../../src/cluster/ports.ts';
import { ProcessClock } from '../../src/cluster/process-clock.ts';
import { Scheduler } from '../../src/cluster/scheduler.ts';
import { SeatRights } from '../../src/matches/seat-rights.ts';
import { GyreTransport } from '../../src/realtime/gyre-transport.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import type { MatchEvents, RealtimeLog, Reservation } from '../../src/realtime/ports.ts';
import { RoomDirectory } from '../../src/realtime/room-directory.ts';
import { RoomPipe } from '../../src/realtime/room-pipe.ts';
import type { ClientPatience } from '../../src/realtime/socket-client.ts';
import { UpgradeRouter, type UpgradeRouterOptions } from '../../src/realtime/upgrade-router.ts';
import type { Config } from '../../src/config.ts';
import { newId } from '../../src/store/ids.ts';
import { PeerProcess } from './peer-process.ts';
import { RawSocket } from './raw-socket.ts';
import { CounterRoom } from './counter-game.ts';

// The stock SDK tells of each reconnection on the console.
const { info, warn } = console;
const quiet =
  (say: typeof info) =>
  (text: unknown, ...rest: unknown[]) => {
    if (!/\[Colyseus reconnection\]|connection was closed/.test(String(text))) say(text, ...rest);
  };
console.info = quiet(info);
console.warn = quiet(warn);

const SECRET = 'a secret of tests, which is long enough';

/** Remembers every line; tests look at what was complained of. */
export class RememberingLog implements RealtimeLog {
  readonly complaints: string[] = [];
  debug(): void {}
  info(): void {}
  warn(_fields: object, message: string): void {
    this.complaints.push(message);
  }
  error(fields: object, message: string): void {
    this.complaints.push('err' in fields ? `${message}: ${String(fields.err)}` : message);
  }
}

/** The match service's side, without a database: what it was told, and how it answers. */
export class RememberedEvents implements MatchEvents {
  readonly results = new Map<string, MatchResult>();
  readonly abandonments: string[] = [];
  readonly givenUp: [matchId: string, seatIndex: number][] = [];
  readonly openSockets = new Map<string, number>();
  /** How often `finished` rejects before it answers. */
  failures = 0;
  /** Whether the match is ours to end. */
  isOwner = true;
  closeCodes = new Map<string, number>();

  async finished(matchId: string, _epoch: number, result: MatchResult): Promise<boolean> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the database is away');
    }
    if (this.isOwner) this.results.set(matchId, result);
    return this.isOwner;
  }
  async abandoned(matchId: string): Promise<boolean> {
    this.abandonments.push(matchId);
    return this.isOwner;
  }
  async seatGivenUp(matchId: string, seatIndex: number): Promise<void> {
    this.givenUp.push([matchId, seatIndex]);
  }
  presence(playerId: string, openSockets: 1 | -1): void {
    this.openSockets.set(playerId, (this.openSockets.get(playerId) ?? 0) + openSockets);
  }
  async closeCodeOf(matchId: string): Promise<number> {
    return this.closeCodes.get(matchId) ?? CloseCode.noSuchRight;
  }
}

export interface RealtimeServerOptions {
  readonly rooms?: AnyRooms;
  /** Where the match log is; by default a folder of its own. */
  readonly folder?: string;
  readonly maxRooms?: number;
  /** Puts something between the committer and the real log, such as a slow disk. */
  readonly wrapLog?: (log: RoomLog) => RoomLog;
  readonly patience?: ClientPatience;
  readonly heartbeatMs?: number;
  /** Makes it a process of a cluster, behind a guard, with this to say where rooms are. */
  readonly cluster?: Pick<UpgradeRouterOptions, 'locator' | 'holdMs' | 'maxHeld'> & {
    readonly config?: Partial<Config>;
    /** How long nothing may move on a socket that is piped. */
    readonly idleMs?: number;
  };
}

interface ClusterSide {
  readonly peer: PeerProcess;
  readonly pipe: RoomPipe;
  readonly router: UpgradeRouter;
}

/** The realtime layer on a real HTTP server, with the real committer, scheduler, log and rights, and no database. */
export class RealtimeServer implements AsyncDisposable {
  readonly log = new RememberingLog();
  readonly events = new RememberedEvents();
  readonly directory = new RoomDirectory();
  readonly rights = new SeatRights(SECRET, { now: () => new Date(Date.now() + this.shiftMs) });
  /** Moves the clock of the rights. */
  shiftMs = 0;
  readonly folder: string;
  readonly incarnation: string;
  readonly http: Server;
  readonly transport: GyreTransport;
  readonly host: LocalRoomHost;
  readonly scheduler: Scheduler;
  readonly committer: GroupCommitter;
  readonly clock: ProcessClock;
  readonly #cluster: ClusterSide | null;
  readonly #roomLog: MatchLog;
  readonly #generations = new Map<string, number>();
  readonly #seated: Seated[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    incarnation: string,
    folder: string,
    roomLog: MatchLog,
    clock: ProcessClock,
    options: RealtimeServerOptions,
  ) {
    this.incarnation = incarnation;
    this.folder = folder;
    this.clock = clock;
    this.#roomLog = roomLog;
    const logger = this.log;
    const mark = { stepping: () => {}, stepped: () => {} };
    this.scheduler = new Scheduler({ clock, mark, logger });
    this.committer = new GroupCommitter({
      log: options.wrapLog?.(roomLog) ?? roomLog,
      logger,
      onFullNeeded: (matchIds) => this.scheduler.requestFulls(matchIds),
      onSealed: () => void this.host.abandonShip(),
    });
    const services = {
      gate: this.rights,
      committer: this.committer,
      scheduler: this.scheduler,
      events: this.events,
      log: logger,
    };
    const rooms = options.rooms ?? { counter: CounterRoom };
    this.host = new LocalRoomHost({
      rooms,
      services,
      directory: this.directory,
      time: clock,
      ...(options.maxRooms === undefined ? {} : { maxRooms: options.maxRooms }),
    });
    const closeCodeOf = (roomId: string): Promise<number> => this.events.closeCodeOf(roomId);
    this.#cluster = options.cluster === undefined ? null : this.#clusterSide(options.cluster);
    this.transport = new GyreTransport({
      directory: this.directory,
      closeCodeOf,
      log: logger,
      holdMs: 500,
      ...(this.#cluster && { router: this.#cluster.router }),
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    });
    this.http = this.#cluster?.peer.http ?? createServer().on('upgrade', this.#onUpgrade);
    this.http.on('connection', (socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)));
    });
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    this.transport.upgrade(request, socket, head);

  #clusterSide({ config = {}, idleMs, ...options }: NonNullable<RealtimeServerOptions['cluster']>): ClusterSide {
    const peer = new PeerProcess({ incarnation: this.incarnation, onUpgrade: this.#onUpgrade, config });
    const pipe = new RoomPipe(peer.signatures, idleMs);
    return { peer, pipe, router: new UpgradeRouter({ ...options, pipe, log: this.log }) };
  }

  /** Its side of a cluster. */
  get cluster(): ClusterSide {
    if (this.#cluster === null) throw new Error('this server was not started as a process of a cluster');
    return this.#cluster;
  }

  /** Connections that are open at its port. */
  get connections(): ReadonlySet<Socket> {
    return this.#sockets;
  }

  static async start(options: RealtimeServerOptions = {}): Promise<RealtimeServer> {
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'gyre-realtime-')));
    const clock = new ProcessClock();
    const incarnation = newId('i');
    const roomLog = await openLocalLog({ folder, incarnation, clock });
    const server = new RealtimeServer(incarnation, folder, roomLog, clock, options);
    await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }
  get endpoint(): string {
    return `ws://127.0.0.1:${this.port}`;
  }
  /** A stock Colyseus client. */
  client(): Client {
    return new Client(this.endpoint);
  }

  /** A match that is reserved, not open. */
  async reserve(seats = 2, { game = 'counter', settings = {} } = {}): Promise<Reservation> {
    const reservation: Reservation = {
      matchId: newId('m'),
      game,
      epoch: 1,
      seed: 7,
      settings,
      seats: Array.from({ length: seats }, (_, index) => ({
        index,
        playerId: newId('p'),
        displayName: `Player ${index}`,
        team: null,
        isBot: false,
      })),
    };
    await this.host.create(reservation);
    return reservation;
  }

  /** A match in play. */
  async match(seats = 2, options: { game?: string; settings?: Record<string, unknown> } = {}): Promise<Reservation> {
    const reservation = await this.reserve(seats, options);
    this.host.open(reservation.matchId);
    return reservation;
  }

  /** A right to a seat, as `POST /v1/matches/{id}/seat` hands it out. */
  grant({ matchId, seats, game }: Reservation, seatIndex: number) {
    const playerId = seats[seatIndex]?.playerId ?? '';
    const generation = (this.#generations.get(`${matchId}/${seatIndex}`) ?? 0) + 1;
    this.#generations.set(`${matchId}/${seatIndex}`, generation);
    const claim = { matchId, seatIndex, playerId, generation };
    const token = this.host.seat(matchId, seatIndex)?.taken ? { reconnectionToken: this.rights.sign(claim) } : {};
    return {
      name: game,
      roomId: matchId,
      sessionId: this.rights.sessionIdOf(claim),
      processId: this.incarnation,
      ...token,
    };
  }

  /** A right to watch, as `POST /v1/matches/{id}/seat` hands it out to a spectator. */
  watcher({ matchId }: Reservation, playerId: string) {
    return { roomId: matchId, ...this.rights.watcher({ matchId, playerId }) };
  }

  /** Takes a seat with a stock SDK. */
  async join(match: Reservation, seatIndex: number): Promise<Seated> {
    return await this.take(this.grant(match, seatIndex));
  }

  /** Takes a seat with a client that says exactly what it is told to. */
  async rawJoin(match: Reservation, seatIndex: number): Promise<RawSocket> {
    return await RawSocket.entered(this.endpoint, this.grant(match, seatIndex));
  }

  /** Uses a right with a stock SDK. */
  async take(grant: Parameters<Client['consumeSeatReservation']>[0]): Promise<Seated> {
    const seated = new Seated(await this.client().consumeSeatReservation(grant));
    this.#seated.push(seated);
    return seated;
  }

  /** Dies as a process does: nothing is said to anyone, and nothing of its memory is kept. Its log stays. */
  async kill(): Promise<void> {
    this.scheduler.stop();
    this.clock.freeze();
    const closed = new Promise((resolve) => {
      this.http.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    this.transport.shutdown();
    await closed;
    // What a dead process can't do: rooms of this one must not be in the way of the next one's.
    await this.host.abandonShip();
  }

  /** Adopts from the logs of dead servers in the same folder. */
  async adopt(match: Reservation, epoch = match.epoch + 1): Promise<RecordedMatch> {
    const recorded = (await this.readLogs()).get(match.matchId);
    if (recorded === undefined) throw new Error(`${match.matchId} is in no log`);
    await this.host.adopt({ ...match, epoch }, recorded);
    return recorded;
  }

  /** Takes over the logs of all other servers in the folder. */
  readLogs(): Promise<ReadonlyMap<string, RecordedMatch>> {
    return readLogs(this.folder, this.incarnation, this.log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const seated of this.#seated) seated.vanish();
    await this.kill();
    await this.#roomLog.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Seals and reads all logs in a folder but one's own, as another process does that takes over. */
export function readLogs(
  folder: string,
  incarnation = newId('i'),
  logger = new RememberingLog(),
): Promise<ReadonlyMap<string, RecordedMatch>> {
  return readAll(new LocalDeadLogs({ folder, incarnation, logger }));
}

/** A stock SDK's room, with everything that it was told. */
export class Seated {
  readonly room: Room;
  readonly messages: [type: string, payload: unknown][] = [];
  readonly states: unknown[] = [];
  /** Close codes of the leave that the SDK took for final. */
  readonly left: number[] = [];
  readonly dropped: number[] = [];
  reconnects = 0;

  constructor(room: Room) {
    this.room = room;
    // A stock client comes back only if it was up for five seconds.
    room.reconnection.minUptime = 0;
    room.reconnection.delay = 20;
    room.reconnection.minDelay = 20;
    room.reconnection.maxDelay = 100;
    room.reconnection.maxRetries = 200;
    room.onMessage('*', (type, payload) => this.messages.push([String(type), payload]));
    room.onStateChange((state: { toJSON(): unknown }) => this.states.push(state.toJSON()));
    room.onLeave((code) => this.left.push(code));
    room.onDrop((code) => this.dropped.push(code));
    room.onReconnect(() => {
      this.reconnects += 1;
    });
  }

  /** Its player closes the tab: nobody tries to come back. */
  vanish(): void {
    this.room.reconnection.enabled = false;
    this.room.reconnection.maxRetries = 0;
    this.room.connection.reconnect = () => {};
    this.room.connection.close();
  }

  get state(): { readonly total: number; readonly perSeat: readonly number[]; readonly notes: Record<string, string> } {
    return this.room.state.toJSON();
  }

  /** Payloads of `__gyre` messages of one kind. */
  gyre(kind: string): Record<string, unknown>[] {
    return this.messages.flatMap(([type, payload]) => {
      const message = payload as Record<string, unknown>;
      return type === '__gyre' && message.type === kind ? [message] : [];
    });
  }
}
