import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { GYRE_TYPE, type MatchResult } from '../../protocol/room-messages.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, Received, SeatInit, SeatStatus, StepOutput } from '../../rooms/kit/ports.ts';
import type { Committer } from '../cluster/committer.ts';
import type { MatchClock } from '../cluster/match-clock.ts';
import type { Scheduler, Steppable } from '../cluster/scheduler.ts';
import { toGyreInput } from './gyre-input.ts';
import { type InboundMessage, unpackPayload } from './inbound-frame.ts';
import { MatchAudience } from './match-audience.ts';
import { MatchDoor } from './match-door.ts';
import { MatchEnding } from './match-ending.ts';
import { MatchFrames } from './match-frames.ts';
import type { MatchEvents, RealtimeLog, SeatGate } from './ports.ts';
import { RoomCommits } from './room-commits.ts';
import type { SeatSlot } from './seat-slot.ts';
import type { SocketClient } from './socket-client.ts';
import { type SocketHandler, SocketRoom } from './socket-room.ts';
import { type Parcel, PlainRequests } from './step-frames.ts';
import type { Frame } from './web-socket-frame.ts';

/** What all match rooms of a process share. */
export interface MatchRoomServices {
  readonly gate: SeatGate;
  readonly committer: Pick<Committer, 'commit' | 'record' | 'forget' | 'letOut' | 'settled'>;
  readonly scheduler: Pick<Scheduler, 'add' | 'remove' | 'wake'>;
  readonly events: MatchEvents;
  readonly log: RealtimeLog;
}

/** What a match room is made of. */
export interface MatchRoomParts {
  readonly services: MatchRoomServices;
  readonly core: MatchCore;
  readonly seats: readonly SeatInit[];
  readonly epoch: number;
  readonly clock: MatchClock;
  /** Told once, when the room is gone. */
  readonly onGone: () => void;
}

/**
 * Admits nobody yet; plays; plays what it was told, and takes in nothing more; its time stands still, to be parked, moved or
 * dropped; dropped.
 */
type RoomState = 'reserved' | 'open' | 'leaving' | 'frozen' | 'gone';

/** What was said to a room that takes in nothing more: a message, or null for goodbye. */
export interface Unheard {
  readonly seatIndex: number;
  readonly message: { readonly type: string; readonly payload: unknown } | null;
}

/** What a leaving room was told before has its step within so long, or it doesn't leave yet. Meanwhile it plays. */
const LAST_STEPS_MS = 2_000;
/** What players may say while their match is between two processes. */
const MAX_UNHEARD = 10_000;

/** A match as it is handed over. */
export interface HandedOver {
  readonly record: CommitRecord;
  /** Match time at which it stands still, past its last step. */
  readonly timeMs: number;
}

/** What a step lets out, built. */
interface Release {
  readonly arrived: readonly SocketClient[];
  readonly patch: Frame | null;
  readonly parcels: readonly Parcel[];
  readonly output: StepOutput | null;
}

/**
 * What is around a match's core: it holds the sockets of the seats, hands in what they say, and lets out what a step
 * brought once its record is durable.
 */
export class MatchRoom implements SocketHandler, Steppable {
  readonly #parts: MatchRoomParts;
  readonly #door: MatchDoor;
  readonly #audience: MatchAudience;
  readonly #frames: MatchFrames;
  readonly #commits: RoomCommits;
  /** Made with the first thing that the service is told. */
  #ending: MatchEnding | null = null;
  readonly #requests = new PlainRequests();
  /** What its sockets come in by. */
  readonly room: SocketRoom;
  #state: RoomState = 'reserved';
  /** Sockets whose seat is noted in the next step's record. */
  #arrived: SocketClient[] = [];
  /** The match has ended or failed: nobody is heard any more. */
  #over = false;
  /** Its first full state is durable. */
  #recorded = false;
  /** Whoever comes is to come back later. */
  #dismissed = false;
  /** For whoever runs the match next. */
  #unheard: Unheard[] = [];
  #onUnheard: ((unheard: Unheard) => void) | null = null;
  /** To another process, if that takes it. */
  #isMoving = false;
  /** Sockets that came while it was about to move. */
  readonly #knocked: SocketClient[] = [];
  /** What sockets have said since then. */
  readonly #heldBack: { readonly client: SocketClient; readonly message: InboundMessage }[] = [];
  /** Sockets that said goodbye since then. */
  readonly #leavers: SocketClient[] = [];
  #onIdle: () => void = () => {};

  /** A room that admits nobody yet, and whose state is not recorded yet. */
  constructor(parts: MatchRoomParts) {
    const { core, services } = parts;
    this.#parts = parts;
    const { clock, epoch } = parts;
    this.#commits = new RoomCommits({ core, epoch, committer: services.committer });
    this.#frames = new MatchFrames({ core, clock, epoch, requests: this.#requests, log: services.log });
    this.room = new SocketRoom({ roomId: core.matchId, handler: this, log: services.log });
    this.#door = new MatchDoor({ core, gate: services.gate, events: services.events }, parts.seats);
    this.#audience = new MatchAudience({
      slots: this.#door.slots,
      spectators: this.#door.spectators,
      onDrained: (client) => this.room.contain(client, () => this.#catchUp(client)),
    });
  }

  get matchId(): string {
    return this.#core.matchId;
  }
  get game(): string {
    return this.#core.game.name;
  }
  get tickRateHz(): number | null {
    return this.#core.game.tickRateHz;
  }
  get clock(): MatchClock {
    return this.#parts.clock;
  }
  get fullWithinMs(): number | undefined {
    return this.#commits.fullWithinMs;
  }
  get changed(): boolean {
    return this.#commits.changed;
  }
  /** Whether it can go on elsewhere from what is recorded. */
  get outlivesProcess(): boolean {
    return this.#core.game.durability !== 'none';
  }
  get isReserved(): boolean {
    return this.#state === 'reserved';
  }
  get epoch(): number {
    return this.#parts.epoch;
  }
  /** A full state of it is in this process's log, or it needs none. */
  get isRecorded(): boolean {
    return this.#recorded;
  }

  /** A seat, with what is not recorded yet; null if there is none. */
  seat(seatIndex: number): SeatStatus | null {
    const slot = this.#door.slots[seatIndex];
    return slot === undefined
      ? null
      : { ...this.#core.seat(seatIndex), taken: slot.taken, generation: slot.generation };
  }

  /** A player joins the running match. Nothing happens if the seat is known. */
  addSeat(seat: SeatInit): void {
    if (seat.index < this.#door.slots.length) return;
    this.#core.addSeat(seat);
    this.#door.add(seat);
    this.#wake();
  }

  /** Starts a new match: its time runs, and it admits its players. */
  open(): void {
    if (this.#state !== 'reserved') return;
    this.#core.start();
    this.resume();
    this.#hearKept();
  }

  /** Time runs from where it stands, and sockets are let in. */
  resume(): void {
    this.#state = 'open';
    this.clock.thaw();
    this.#parts.services.scheduler.add(this);
    // Its first one was lost, and the log may have come back before the scheduler knew of this room.
    if (!this.#recorded) this.writeFull();
    this.#wake();
  }

  dueMs(): number {
    return this.#core.dueMs();
  }

  step(timeMs: number): void {
    this.#step(timeMs);
    if (this.#state === 'leaving' && this.#isIdle) this.#onIdle();
  }

  #step(timeMs: number): void {
    const output = this.#core.step(timeMs);
    const arrived = this.#arrived;
    this.#arrived = [];
    if (output === null && arrived.length === 0) return;
    const parcels = output === null ? [] : this.#frames.parcels(output);
    this.#over ||= output !== null && (output.result !== null || output.failed);
    const release: Release = { arrived, patch: this.#frames.patch(output?.patch ?? null), parcels, output };
    this.#commits.step(output, () => this.#release(release));
  }

  writeFull(): void {
    this.#commits.writeFull();
  }

  /**
   * As `writeFull`; resolves when it is durable. Rejects with `RecordLostError` if the log is away, with
   * `LogSealedError` if another process has taken over.
   */
  async recordFull(): Promise<void> {
    await this.#commits.recordFull();
    this.#recorded = true;
  }

  /** The seat's player left, here or elsewhere, or was removed. Its socket closes when that is recorded. */
  giveUpSeat(seatIndex: number, code: number): void {
    const slot = this.#slot(seatIndex);
    slot.exitCode = code;
    if (this.#core.seat(seatIndex).givenUp) slot.client?.end(code);
    this.#core.giveUpSeat(seatIndex);
    this.#wake();
  }

  /** Its lobby is private, or isn't: matches of private lobbies can't be watched. */
  setPrivate(isPrivate: boolean): void {
    this.#door.spectators.close(isPrivate);
  }

  /**
   * Does what it was told, takes in nothing more, and stops the match's time. Resolves to the whole match as of its last step,
   * when all that it let out is out; to null if it ends anyway, or admits nobody yet. Rejects with `LogSealedError`.
   */
  async handOver(): Promise<HandedOver | null> {
    if (this.#state !== 'open' || this.#over) return null;
    this.#state = 'leaving';
    this.#isMoving = true;
    await this.#idle();
    if (this.#state !== 'leaving' || this.#over) return null;
    if (!this.#isIdle) {
      this.takeBack();
      return null;
    }
    this.freeze();
    const timeMs = this.clock.nowMs();
    return { record: await this.#commits.handOver(), timeMs };
  }

  /** Nobody else runs it: it goes on here, with all that it was told meanwhile. */
  takeBack(): void {
    if (this.#state !== 'leaving' && this.#state !== 'frozen') return;
    if (this.#state === 'frozen') this.resume();
    this.#state = 'open';
    this.#isMoving = false;
    this.#leavers.length = 0;
    // They went while nothing was noted.
    for (const { seat, client } of this.#door.slots)
      if (client === null && this.#core.seat(seat.index).connected) this.#core.seatDropped(seat.index);
    // Inputs with a number, too: nobody sends them again, and without them there would be a gap.
    for (const { client, message } of this.#heldBack.splice(0))
      if (client.stage !== 'ended') this.room.contain(client, () => this.received(client, message));
    this.#hearKept();
    for (const client of this.#knocked.splice(0))
      if (client.stage === 'arriving') this.room.contain(client, () => this.arrived(client));
  }

  #hearKept(): void {
    const unheard = this.#unheard;
    this.#unheard = [];
    this.hear(unheard);
  }

  /** Another process runs it: everyone is to come back there, and what they still say here is for `onUnheard`. */
  depart(onUnheard: (unheard: Unheard) => void): void {
    const before = this.#unheard;
    this.#unheard = [];
    this.#onUnheard = onUnheard;
    for (const { client, message } of this.#heldBack.splice(0)) this.late(client, message);
    for (const unheard of before) onUnheard(unheard);
    for (const client of this.#leavers) client.end(CloseCode.consented);
    this.end(CloseCode.comeBack);
  }

  /** What players said where the match was before. If it can't be played now, it goes on with the match to whoever can. */
  hear(unheard: readonly Unheard[]): void {
    if (!this.#isPlaying) {
      for (const each of unheard) this.#keep(each);
      return;
    }
    for (const { seatIndex, message } of unheard) {
      if (this.seat(seatIndex) === null) continue;
      if (message === null) this.giveUpSeat(seatIndex, CloseCode.consented);
      else this.#core.receivePlain(seatIndex, message.type, message.payload, null);
    }
    this.#wake();
  }

  /** Stops the match's time, and lets nobody in or out any more; its records stay as they are. */
  freeze(): void {
    this.#state = 'frozen';
    this.clock.freeze();
    this.#parts.services.scheduler.remove(this.matchId);
  }

  /** Sends everyone away to come back, and whoever comes until {@link readmit}; the match stays as it is. */
  dismiss(): void {
    this.#dismissed = true;
    this.room.disconnect(CloseCode.comeBack);
  }

  readmit(): void {
    this.#dismissed = false;
  }

  /** Closes all sockets with `code` and drops the room. */
  end(code: number): void {
    if (this.#state === 'gone') return;
    this.freeze();
    this.#state = 'gone';
    this.#ending?.stop();
    this.#parts.onGone();
    this.room.disconnect(code);
  }

  /**
   * A clean stop of a match that nothing is recorded of: it ends, and its players learn of it. Never rejects; a database that is
   * away leaves it to the next start, which abandons it too.
   */
  async endWithProcess(): Promise<void> {
    this.freeze();
    const { services, epoch, core } = this.#parts;
    const { events, log } = services;
    try {
      // Its end may be on its way into the database.
      const isOurs =
        core.result === null
          ? await events.abandoned(this.matchId, epoch, 'deploy')
          : await events.finished(this.matchId, epoch, core.result);
      const code = core.result === null ? CloseCode.matchAbandoned : CloseCode.finished;
      this.end(isOurs ? code : CloseCode.comeBack);
    } catch (error) {
      log.error({ err: error, matchId: this.matchId }, 'the end of a match could not be recorded');
      this.end(CloseCode.comeBack);
    }
  }

  arrived(client: SocketClient): void {
    if (this.#state === 'reserved') client.end(CloseCode.noSuchRight);
    else if (this.#isMoving) this.#knocked.push(client);
    else if (this.#door.knock(client, this.#state === 'open' && !this.#dismissed)) {
      this.#arrived.push(client);
      this.#wake();
    }
  }

  /** The whole state as of the last step, and then every patch after it: releases come in the order of their commits. */
  acknowledged(client: SocketClient): void {
    const seatIndex = this.#seatIndexOf(client);
    if (seatIndex === null && this.#door.spectators.playerOf(client) === undefined) return;
    const frames = this.#frames.first(seatIndex);
    this.#commits.letOut(null, () => this.#audience.admit(client, frames));
  }

  /** The same for a client that was left behind. */
  #catchUp(client: SocketClient): void {
    if (this.#state !== 'open') return;
    const frames = this.#frames.missed(this.#seatIndexOf(client));
    this.#commits.letOut(null, () => this.#audience.bringBack(client, frames));
  }

  #seatIndexOf(client: SocketClient): number | null {
    return this.#door.slotOf(client)?.seat.index ?? null;
  }

  isUncounted(client: SocketClient, { type }: InboundMessage): boolean {
    if (type !== GYRE_TYPE || client.resends === 0) return false;
    client.resends -= 1;
    return true;
  }

  received(client: SocketClient, message: InboundMessage): void {
    const slot = this.#door.slotOf(client);
    // Who watches has nothing to say.
    if (slot === undefined && this.#door.spectators.playerOf(client) !== undefined) client.end(CloseCode.badInput);
    if (slot === undefined) return;
    if (!this.#isPlaying) {
      if (this.#isMoving && !this.#over && this.#heldBack.length < MAX_UNHEARD)
        this.#heldBack.push({ client, message });
      return;
    }
    const payload = unpackPayload(message.packed);
    const received = payload === null ? 'bad-input' : this.#hand(slot, message, payload.value);
    if (received === 'bad-input') client.end(CloseCode.badInput);
    else this.#wake();
  }

  consented(client: SocketClient): void {
    const slot = this.#door.slotOf(client);
    if (slot?.client === client && this.#isMoving) {
      this.late(client, { kind: 'leave' });
      this.#leavers.push(client);
    } else if (slot?.client === client && this.#state === 'frozen') client.end(CloseCode.comeBack);
    else if (slot === undefined || slot.client !== client || !this.#isPlaying) client.end(CloseCode.consented);
    else this.giveUpSeat(slot.seat.index, CloseCode.consented);
  }

  /** Inputs with a number are sent again by their client, to whoever runs the match then; the rest would be lost. */
  late(client: SocketClient, message: InboundMessage | { readonly kind: 'leave' }): void {
    const slot = this.#door.slotOf(client);
    // Who was sent away for good, or has another socket by now, has nothing more to say.
    if (slot === undefined || (client.exitCode !== null && client.exitCode !== CloseCode.comeBack)) return;
    if (message.kind === 'leave') this.hear([{ seatIndex: slot.seat.index, message: null }]);
    else if (message.type !== GYRE_TYPE && message.requestId === null) {
      const payload = unpackPayload(message.packed);
      if (payload === null || message.packed.length > MAX_ROOM_MESSAGE_BYTES) return;
      this.hear([{ seatIndex: slot.seat.index, message: { type: message.type, payload: payload.value } }]);
    }
  }

  #keep(unheard: Unheard): void {
    if (this.#over) return;
    if (this.#onUnheard !== null) this.#onUnheard(unheard);
    else if (this.#state !== 'gone' && this.#unheard.length < MAX_UNHEARD) this.#unheard.push(unheard);
  }

  gone(client: SocketClient): void {
    this.#audience.forget(client);
    this.#requests.forget(client);
    const slot = this.#door.left(client);
    if (slot === null || (this.#state !== 'open' && this.#state !== 'leaving')) return;
    this.#core.seatDropped(slot.seat.index);
    this.#wake();
  }

  get #core(): MatchCore {
    return this.#parts.core;
  }

  /** Nothing that it was told waits for a step. */
  get #isIdle(): boolean {
    return this.#core.isIdle && this.#arrived.length === 0;
  }

  get #isPlaying(): boolean {
    return this.#state === 'open' && !this.#over;
  }

  /** Resolves when what waits for a step has had it, or never will. */
  async #idle(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, LAST_STEPS_MS);
      this.#onIdle = () => {
        clearTimeout(limit);
        resolve();
      };
      this.#wake();
    });
  }

  #slot(seatIndex: number): SeatSlot {
    const slot = this.#door.slots[seatIndex];
    if (slot === undefined) throw new RangeError(`${this.matchId} has no seat ${seatIndex}`);
    return slot;
  }

  #wake(): void {
    this.#parts.services.scheduler.wake(this.matchId);
  }

  #hand({ seat, client }: SeatSlot, { type, packed, requestId }: InboundMessage, payload: unknown): Received {
    if (type === GYRE_TYPE) {
      const input = requestId === null ? toGyreInput(payload, packed.length) : null;
      return input === null ? 'bad-input' : this.#core.receive(seat.index, input);
    }
    if (packed.length > MAX_ROOM_MESSAGE_BYTES) return 'bad-input';
    const request = requestId === null || client === null ? null : this.#requests.add({ client, requestId });
    return this.#core.receivePlain(seat.index, type, payload, request);
  }

  #release({ arrived, patch, parcels, output }: Release): void {
    if (this.#state === 'gone') return;
    for (const client of arrived) this.#door.letIn(client);
    this.#audience.letOut(patch, parcels);
    if (output === null) return;
    for (const seatIndex of output.givenUp) this.#seatGivenUp(seatIndex);
    if (output.failed) this.#service().abandon();
    else if (output.result !== null) this.#service().finish(output.result);
  }

  #seatGivenUp(seatIndex: number): void {
    const slot = this.#slot(seatIndex);
    slot.client?.end(slot.exitCode);
    this.#service().seatGivenUp(seatIndex);
  }

  #tellResult(result: MatchResult): void {
    this.#audience.deliver(this.#frames.result(result), (client) => this.#frames.missed(this.#seatIndexOf(client)));
  }

  #service(): MatchEnding {
    const { core, epoch, services } = this.#parts;
    this.#ending ??= new MatchEnding({
      matchId: core.matchId,
      epoch,
      events: services.events,
      log: services.log,
      tellResult: (result) => this.#tellResult(result),
      end: (code) => this.#endForGood(code),
    });
    return this.#ending;
  }

  #endForGood(code: number): void {
    this.#parts.services.committer.forget(this.matchId);
    this.end(code);
  }
}
