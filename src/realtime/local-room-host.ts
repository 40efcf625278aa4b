import { CloseCode } from '../../protocol/close-codes.ts';
import type { RecordedMatch, SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import { RecordLostError } from '../cluster/log-errors.ts';
import { HandOffError } from './hand-off-error.ts';
import type { HandedOver, MatchRoom } from './match-room.ts';
import type { Reservation, RoomHost } from './ports.ts';
import type { RoomDirectory } from './room-directory.ts';
import { RoomMaker, type RoomMakerOptions } from './room-maker.ts';
import type { Unheard } from './unheard.ts';

/** A room that nobody opens disposes of itself: whoever asked for it has died, or has long given up. */
const UNOPENED_MS = 60_000;
const DEFAULT_MAX_ROOMS = 2_000;

export interface LocalRoomHostOptions extends RoomMakerOptions {
  readonly directory: RoomDirectory;
  /** 2,000 if left out. */
  readonly maxRooms?: number;
}

/** One for all that are. */
const READY = Promise.resolve();

/** Which of several attempts to move a match here: what an earlier one brings is older, whenever it comes. */
interface Attempt {
  readonly epoch: number;
  readonly attempt: number;
}

interface Hosted {
  /** null while it is being created. */
  room: MatchRoom | null;
  ready: Promise<void>;
  expiry: NodeJS.Timeout | null;
  /** null: it has not moved here. */
  readonly received: Attempt | null;
  readonly sinceMs: number;
}

/** The match rooms that are live in this process. */
export class LocalRoomHost implements RoomHost {
  readonly #options: LocalRoomHostOptions;
  readonly #maker: RoomMaker;
  readonly #hosted = new Map<string, Hosted>();
  #stopped = false;

  /** @throws UnrecordableStateError for a game whose state can't be recorded faithfully, naming the field */
  constructor(options: LocalRoomHostOptions) {
    this.#options = options;
    this.#maker = new RoomMaker(options);
  }

  get roomCount(): number {
    return this.#hosted.size;
  }

  compatOf(game: string): string {
    return this.#maker.compatOf(game);
  }

  async create(reservation: Reservation): Promise<void> {
    const { matchId } = reservation;
    const known = this.#hosted.get(matchId);
    if (known === undefined && (this.#stopped || this.#isFull)) throw new HandOffError('no-capacity', matchId);
    try {
      await (known?.ready ?? this.#reserve(reservation));
    } catch (error) {
      throw error instanceof HandOffError ? error : new HandOffError('room-failed', matchId, { cause: error });
    }
  }

  open(matchId: string): boolean {
    const hosted = this.#hosted.get(matchId);
    if (hosted === undefined || hosted.room === null) return false;
    clearTimeout(hosted.expiry ?? undefined);
    hosted.expiry = null;
    if (!hosted.room.isReserved) return true;
    hosted.room.open();
    this.#show(matchId, hosted.room);
    return true;
  }

  discard(matchId: string): void {
    this.end(matchId, CloseCode.noSuchRight);
  }

  async adopt(reservation: Reservation, recorded: RecordedMatch): Promise<void> {
    const { matchId } = reservation;
    // It was to move here, and then its process died.
    if (this.isReserved(matchId)) this.discard(matchId);
    if (this.#hosted.has(matchId)) throw new Error(`${matchId} is here already`);
    const room = await this.#host(reservation, (onGone) => this.#maker.restore(reservation, recorded, onGone));
    // Not just resumed: its process may have died after the match was playing in SQL and before the room was opened.
    room.open();
    this.#show(matchId, room);
  }

  seat(matchId: string, seatIndex: number): SeatStatus | null {
    return this.#hosted.get(matchId)?.room?.seats.status(seatIndex) ?? null;
  }

  addSeat(matchId: string, seat: SeatInit): void {
    this.#hosted.get(matchId)?.room?.seats.add(seat);
  }

  giveUpSeat(matchId: string, seatIndex: number, code: number): void {
    // A room that was never told of the seat has nothing to give up.
    if (this.seat(matchId, seatIndex) !== null) this.#hosted.get(matchId)?.room?.seats.giveUp(seatIndex, code);
  }

  setPrivate(matchId: string, isPrivate: boolean): void {
    this.#hosted.get(matchId)?.room?.seats.setPrivate(isPrivate);
  }

  end(matchId: string, code: number): void {
    const hosted = this.#hosted.get(matchId);
    if (hosted === undefined) return;
    this.#drop(matchId, hosted);
    this.#options.services.committer.forget(matchId);
    hosted.room?.end(code);
  }

  /** Matches that run here, or are about to. */
  get matchIds(): readonly string[] {
    return [...this.#hosted.keys()];
  }

  /** Whether a room is here that waits to be opened. */
  isReserved(matchId: string): boolean {
    return this.#hosted.get(matchId)?.room?.isReserved === true;
  }

  /** What a room plays, and what another process must be alike in to go on with it; null if it isn't here. */
  gameOf(matchId: string): { readonly game: string; readonly compat: string } | null {
    const game = this.#hosted.get(matchId)?.room?.game;
    return game === undefined ? null : { game, compat: this.compatOf(game) };
  }

  /** The epoch that a room runs with; null if it isn't here. */
  epochOf(matchId: string): number | null {
    return this.#hosted.get(matchId)?.room?.epoch ?? null;
  }

  /**
   * Takes in a room that moves here, from its other process's memory. It waits to be opened, as a new one does. Resolves
   * to whether its full state is in our log. A later attempt takes the place of an earlier one: the match has gone on in between.
   */
  async receive(reservation: Reservation, recorded: RecordedMatch, attempt: number): Promise<boolean> {
    const { matchId, epoch } = reservation;
    const received = { epoch, attempt };
    const known = this.#hosted.get(matchId);
    if (known !== undefined) {
      await known.ready;
      const isStale = known.room?.isReserved && known.received !== null && isBefore(known.received, received);
      if (!isStale) throw new HandOffError('room-failed', matchId);
      this.discard(matchId);
    }
    if (this.#stopped || this.#isFull) throw new HandOffError('no-capacity', matchId);
    const restore = (onGone: () => void): MatchRoom => this.#maker.restore(reservation, recorded, onGone);
    // It doesn't dispose of itself: it may be ours in SQL before we learn of it, and then nobody else has it.
    try {
      return (await this.#host(reservation, restore, received)).isRecorded;
    } catch (error) {
      throw new HandOffError('room-failed', matchId, { cause: error });
    }
  }

  /** How long a room has waited to be opened; 0 if it doesn't, or isn't here. */
  waitedMs(matchId: string): number {
    const hosted = this.#hosted.get(matchId);
    return hosted?.room?.isReserved ? performance.now() - hosted.sinceMs : 0;
  }

  /** A match that was to move here by this attempt, or an earlier one, doesn't. */
  refuse(matchId: string, { epoch, attempt }: Attempt): void {
    const { received, room } = this.#hosted.get(matchId) ?? {};
    if (received && room?.isReserved && !isBefore({ epoch, attempt }, received)) this.discard(matchId);
  }

  /** See {@link MatchRoom.handOver}. null: it isn't here, or can't move. Meanwhile sockets that come are held, to be led to where it is then. */
  async handOver(matchId: string): Promise<HandedOver | null> {
    const { room } = this.#hosted.get(matchId) ?? {};
    if (!room || room.isReserved) return null;
    this.#options.directory.remove(matchId);
    let handedOver: HandedOver | null = null;
    try {
      handedOver = await room.handOver();
    } finally {
      if (handedOver === null) this.#show(matchId, room);
    }
    return handedOver;
  }

  /** See {@link MatchRoom.takeBack}. */
  takeBack(matchId: string): void {
    const { room } = this.#hosted.get(matchId) ?? {};
    if (!room) return;
    room.takeBack();
    this.#show(matchId, room);
  }

  /** See {@link MatchRoom.depart}. */
  depart(matchId: string, onUnheard: (unheard: Unheard) => void): void {
    const hosted = this.#hosted.get(matchId);
    if (!hosted?.room) return;
    this.#drop(matchId, hosted);
    this.#options.services.committer.forget(matchId);
    hosted.room.depart(onUnheard);
  }

  /** See `MatchSeats.hear`. @returns false if the room isn't here */
  hear(matchId: string, unheard: readonly Unheard[]): boolean {
    const room = this.#hosted.get(matchId)?.room;
    room?.seats.hear(unheard);
    return room !== undefined && room !== null;
  }

  /** Sends everyone away to come back, and whoever comes until {@link readmit}; the rooms stay as they are. */
  dismissAll(): void {
    for (const { room } of this.#hosted.values()) room?.seats.dismiss();
  }

  readmit(): void {
    for (const { room } of this.#hosted.values()) room?.seats.readmit();
  }

  async park(): Promise<void> {
    this.#stopped = true;
    const rooms = await this.#allRooms();
    // All at once: what one has to wait for is the same append for all of them.
    await Promise.all(rooms.map((room) => this.#parkOne(room)));
  }

  /** Another process has taken over: nothing of ours counts any more. Clients come back, to wherever their room is. */
  async abandonShip(): Promise<void> {
    this.#stopped = true;
    for (const room of await this.#allRooms()) room.end(CloseCode.comeBack);
  }

  async #reserve(reservation: Reservation): Promise<void> {
    await this.#host(reservation, (onGone) => this.#maker.create(reservation, onGone));
    this.#expireUnopened(reservation.matchId);
  }

  get #isFull(): boolean {
    return this.#hosted.size >= (this.#options.maxRooms ?? DEFAULT_MAX_ROOMS);
  }

  #expireUnopened(matchId: string): void {
    const hosted = this.#hosted.get(matchId);
    if (hosted !== undefined) hosted.expiry = setTimeout(() => this.discard(matchId), UNOPENED_MS).unref();
  }

  async #allRooms(): Promise<readonly MatchRoom[]> {
    await Promise.allSettled([...this.#hosted.values()].map(({ ready }) => ready));
    return [...this.#hosted.values()].flatMap(({ room }) => room ?? []);
  }

  async #parkOne(room: MatchRoom): Promise<void> {
    if (room.isReserved) {
      this.discard(room.matchId);
      return;
    }
    if (!room.outlivesProcess) {
      await room.endWithProcess();
      return;
    }
    room.freeze();
    try {
      await room.recordFull();
    } catch (error) {
      this.#options.services.log.error(
        { err: error, matchId: room.matchId },
        'a parked match goes on from its last record',
      );
    }
    room.end(CloseCode.comeBack);
  }

  /** Makes a room, and resolves when its first full state is durable, or the log is away. */
  async #host(
    { matchId }: Reservation,
    make: (onGone: () => void) => MatchRoom,
    received: Attempt | null = null,
  ): Promise<MatchRoom> {
    const hosted: Hosted = { room: null, ready: Promise.resolve(), expiry: null, received, sinceMs: performance.now() };
    this.#hosted.set(matchId, hosted);
    const made = this.#fill(hosted, () => make(() => this.#drop(matchId, hosted)));
    hosted.ready = made.then(() => undefined);
    // Whoever waits for it learns of a failure; if nobody does, that is no unhandled rejection.
    hosted.ready.catch(() => {});
    try {
      const room = await made;
      hosted.ready = READY;
      return room;
    } catch (error) {
      this.#drop(matchId, hosted);
      throw error;
    }
  }

  async #fill(hosted: Hosted, make: () => MatchRoom): Promise<MatchRoom> {
    const room = make();
    hosted.room = room;
    await this.#recordFirst(room);
    return room;
  }

  /** Without a log it plays on as all do, and writes its full state when it is opened, or when the log is back. */
  async #recordFirst(room: MatchRoom): Promise<void> {
    try {
      await room.recordFull();
    } catch (error) {
      if (!(error instanceof RecordLostError)) throw error;
      this.#options.services.log.warn({ err: error, matchId: room.matchId }, 'a match begins without the match log');
    }
  }

  /** Lets sockets find it, if it is still here. */
  #show(matchId: string, room: MatchRoom): void {
    if (this.#hosted.get(matchId)?.room === room) this.#options.directory.add(matchId, room.seats.sockets);
  }

  #drop(matchId: string, hosted: Hosted): void {
    if (this.#hosted.get(matchId) !== hosted) return;
    clearTimeout(hosted.expiry ?? undefined);
    this.#hosted.delete(matchId);
    this.#options.directory.remove(matchId);
  }
}

function isBefore(one: Attempt, other: Attempt): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.attempt < other.attempt);
}
