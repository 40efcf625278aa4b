import { Packr } from 'msgpackr';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGE_BYTES, PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { type GyreInput, GYRE_TYPE, type MatchResult, type Welcome } from '../../protocol/room-messages.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, Received, SeatInit, SeatStatus, StepOutput } from '../../rooms/kit/ports.ts';
import type { Committer } from '../cluster/committer.ts';
import type { MatchClock } from '../cluster/match-clock.ts';
import type { LogRecord } from '../cluster/ports.ts';
import type { Scheduler, Steppable } from '../cluster/scheduler.ts';
import { dataFrame, type Frame, joinFrame } from './frames.ts';
import { type InboundMessage, unpackPayload } from './inbound-frame.ts';
import type { MatchEvents, RealtimeLog, SeatGate } from './ports.ts';
import { SeatSlot } from './seat-slot.ts';
import { ServiceCalls } from './service-calls.ts';
import type { SocketClient } from './socket-client.ts';
import { SocketRoom } from './socket-room.ts';
import { type Parcel, parcelsOf, type PendingRequest } from './step-frames.ts';

/** What all match rooms of a process share. */
export interface MatchRoomServices {
  readonly gate: SeatGate;
  readonly committer: Pick<Committer, 'commit' | 'forget'>;
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

/** Admits nobody yet; plays; its time stands still for good, to be parked or dropped; dropped. */
type RoomState = 'reserved' | 'open' | 'frozen' | 'gone';

/** A step's output, built, and who is let in with it. */
interface Release {
  readonly patch: Frame | null;
  readonly parcels: readonly Parcel[];
  readonly arrived: readonly SocketClient[];
  readonly output: StepOutput | null;
}

const NO_OUTPUT = { patch: null, parcels: [], output: null };

/**
 * The Colyseus room around a match's core: it holds the sockets of the seats, hands in what they say, and lets out what
 * a step brought once its record is durable.
 */
export class MatchRoom extends SocketRoom implements Steppable {
  #parts: MatchRoomParts | null = null;
  #slots: readonly SeatSlot[] = [];
  #calls: ServiceCalls | null = null;
  /** Sockets whose seat is noted in the next step's record. */
  #arrived: SocketClient[] = [];
  readonly #seatOf = new WeakMap<SocketClient, SeatSlot>();
  readonly #requests = new Map<number, PendingRequest>();
  #nextRequest = 0;
  #state: RoomState = 'reserved';
  /** The match has ended or failed: nobody is heard any more. */
  #over = false;

  onCreate(parts: MatchRoomParts): void {
    this.#parts = parts;
    this.#slots = parts.seats.map((seat) => new SeatSlot(seat, parts.core.seat(seat.index)));
    this.#calls = new ServiceCalls(parts.core.matchId, parts.services.log);
  }

  get matchId(): string {
    return this.#core.matchId;
  }
  get tickRateHz(): number | null {
    return this.#core.game.tickRateHz;
  }
  get clock(): MatchClock {
    return this.#own.clock;
  }
  protected get log(): RealtimeLog {
    return this.#own.services.log;
  }
  get isReserved(): boolean {
    return this.#state === 'reserved';
  }

  /** A seat, with what is not recorded yet. */
  seat(seatIndex: number): SeatStatus {
    const { taken, generation } = this.#slot(seatIndex);
    return { ...this.#core.seat(seatIndex), taken, generation };
  }

  /** The session id of the seat that a reconnection token is for; null: none of this match. */
  sessionIdOf(token: string): string | null {
    const { gate } = this.#own.services;
    for (const { index: seatIndex, playerId } of this.#own.seats) {
      if (playerId === null) continue;
      const sessionId = gate.sessionIdOf({ matchId: this.matchId, seatIndex, playerId });
      if (gate.recognise(this.matchId, this.#own.seats, { sessionId, token }) !== null) return sessionId;
    }
    return null;
  }

  /** Starts a new match: its time runs, and it admits its players. */
  open(): void {
    if (this.#state !== 'reserved') return;
    this.#core.start();
    this.resume();
  }

  /** Time runs from where it stands, and sockets are let in. */
  resume(): void {
    this.#state = 'open';
    this.clock.thaw();
    this.#own.services.scheduler.add(this);
    this.#wake();
  }

  dueMs(): number {
    return this.#core.dueMs();
  }

  step(timeMs: number): void {
    const output = this.#core.step(timeMs);
    const arrived = this.#arrived;
    this.#arrived = [];
    if (output === null && arrived.length === 0) return;
    const built = output === null ? NO_OUTPUT : this.#build(output);
    this.#over ||= output !== null && (output.result !== null || output.failed);
    this.#commit(output?.record ?? null, () => this.#release({ ...built, arrived }));
  }

  /** Commits the whole state. */
  writeFull(): void {
    this.#commit(this.#core.full(), () => {});
  }

  /** As `writeFull`; resolves when it is durable. */
  recordFull(): Promise<void> {
    return new Promise((resolve) => this.#commit(this.#core.full(), resolve));
  }

  /** The seat's player left elsewhere, or was removed. */
  giveUpSeat(seatIndex: number, code: number): void {
    const slot = this.#slot(seatIndex);
    slot.exitCode = code;
    if (this.#core.seat(seatIndex).givenUp) slot.client?.end(code);
    this.#core.giveUpSeat(seatIndex);
    this.#wake();
  }

  /** Stops the match's time and lets nobody in or out any more; its records stay as they are. */
  freeze(): void {
    this.#state = 'frozen';
    this.clock.freeze();
    this.#own.services.scheduler.remove(this.matchId);
  }

  /** Closes all sockets with `code` and drops the room. */
  async end(code: number): Promise<void> {
    if (this.#state === 'gone') return;
    this.freeze();
    this.#state = 'gone';
    this.#calls?.stop();
    this.#own.onGone();
    await this.disconnect(code);
  }

  protected onArrival(client: SocketClient): void {
    const { services } = this.#own;
    const right = services.gate.recognise(this.matchId, this.#own.seats, client.presented);
    if (right === null || this.#state === 'reserved' || this.#core.seat(right.seatIndex).givenUp) {
      client.end(CloseCode.noSuchRight);
      return;
    }
    const slot = this.#slot(right.seatIndex);
    const verdict = this.#state === 'open' ? slot.judge(right) : { closeCode: CloseCode.comeBack };
    if ('closeCode' in verdict) client.end(verdict.closeCode);
    else this.#seat(client, slot, verdict.generation);
  }

  /** The whole state as of the last step, and then every patch after it: releases come in the order of their commits. */
  protected onAcknowledged(client: SocketClient): void {
    const slot = this.#seatOf.get(client);
    if (slot === undefined) return;
    const { state, tick } = this.#core.full();
    const { lastSeq } = this.#core.seat(slot.seat.index);
    const welcome: Welcome = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      seatIndex: slot.seat.index,
      epoch: this.#own.epoch,
      tick,
      lastSeq,
    };
    const frames = [...(state === null ? [] : [state]), dataFrame(GYRE_TYPE, welcome)];
    this.#commit(null, () => client.goLive(frames));
  }

  protected override isUncounted(client: SocketClient, message: InboundMessage): boolean {
    if (message.type !== GYRE_TYPE || client.resends === 0) return false;
    client.resends -= 1;
    return true;
  }

  protected onInbound(client: SocketClient, message: InboundMessage): void {
    const slot = this.#seatOf.get(client);
    if (slot === undefined || !this.#isPlaying) return;
    const payload = unpackPayload(message.packed);
    const received = payload === null ? 'bad-input' : this.#hand(client, message, payload.value);
    if (received === 'bad-input') client.end(CloseCode.badInput);
    else this.#wake();
  }

  protected onConsent(client: SocketClient): void {
    const slot = this.#seatOf.get(client);
    if (slot === undefined || slot.client !== client || !this.#isPlaying) client.end(CloseCode.consented);
    else this.giveUpSeat(slot.seat.index, CloseCode.consented);
  }

  protected onGone(client: SocketClient): void {
    const slot = this.#seatOf.get(client);
    if (slot === undefined) return;
    this.#tellPresence(slot, -1);
    if (!slot.release(client) || this.#state !== 'open') return;
    this.#core.seatDropped(slot.seat.index);
    this.#wake();
  }

  get #own(): MatchRoomParts {
    if (this.#parts === null) throw new Error('the room has not been created');
    return this.#parts;
  }
  get #core(): MatchCore {
    return this.#own.core;
  }

  get #isPlaying(): boolean {
    return this.#state === 'open' && !this.#over;
  }

  #slot(seatIndex: number): SeatSlot {
    const slot = this.#slots[seatIndex];
    if (slot === undefined) throw new RangeError(`${this.matchId} has no seat ${seatIndex}`);
    return slot;
  }

  #wake(): void {
    this.#own.services.scheduler.wake(this.matchId);
  }

  #seat(client: SocketClient, slot: SeatSlot, generation: number): void {
    this.#seatOf.set(client, slot);
    this.#tellPresence(slot, 1);
    slot.seize(client, generation)?.end(CloseCode.replaced);
    this.#core.seatConnected(slot.seat.index, generation);
    this.#arrived.push(client);
    this.#wake();
  }

  #tellPresence({ seat }: SeatSlot, openSockets: 1 | -1): void {
    if (seat.playerId !== null) this.#own.services.events.presence(seat.playerId, openSockets);
  }

  #hand(client: SocketClient, { type, packed, requestId }: InboundMessage, payload: unknown): Received {
    const { index } = this.#seatOf.get(client)?.seat ?? { index: -1 };
    if (type === GYRE_TYPE) {
      const input = requestId === null ? toInput(payload, packed.length) : null;
      return input === null ? 'bad-input' : this.#core.receive(index, input);
    }
    if (packed.length > MAX_ROOM_MESSAGE_BYTES) return 'bad-input';
    const received = this.#core.receivePlain(index, type, payload, requestId === null ? null : this.#nextRequest);
    if (requestId !== null && received === 'queued') {
      this.#requests.set(this.#nextRequest, { client, requestId });
      this.#nextRequest += 1;
    }
    return received;
  }

  #takeRequest(id: number): PendingRequest | null {
    const request = this.#requests.get(id) ?? null;
    this.#requests.delete(id);
    return request;
  }

  #commit(record: CommitRecord | null, release: () => void): void {
    const { services, epoch } = this.#own;
    const logged: LogRecord | null = record === null ? null : { ...record, matchId: this.matchId, epoch };
    services.committer.commit(logged, release);
  }

  #build(output: StepOutput): Omit<Release, 'arrived'> {
    const parcels = parcelsOf(output, (id) => this.#takeRequest(id));
    return { patch: output.patch, parcels, output };
  }

  #release({ patch, parcels, arrived, output }: Release): void {
    if (this.#state === 'gone') return;
    for (const client of arrived) this.#letIn(client);
    if (patch !== null) for (const { client } of this.#slots) if (client?.stage === 'live') client.deliver(patch);
    for (const parcel of parcels) this.#send(parcel);
    if (output === null) return;
    for (const seatIndex of output.givenUp) this.#seatGivenUp(seatIndex);
    if (output.failed) this.#abandon();
    else if (output.result !== null) this.#finish(output.result);
  }

  /** Its seat is recorded: the token that it is given will be known to whoever restores the match. */
  #letIn(client: SocketClient): void {
    const slot = this.#seatOf.get(client);
    if (slot === undefined || slot.seat.playerId === null || client.stage === 'ended') return;
    const claim = { matchId: this.matchId, seatIndex: slot.seat.index, playerId: slot.seat.playerId };
    const reconnectionToken = this.#own.services.gate.sign({ ...claim, generation: slot.generation });
    const handshake = client.presented.skipHandshake ? null : this.#core.handshake();
    client.join(joinFrame({ reconnectionToken, serializer: 'schema', handshake }));
  }

  #send({ frame, to }: Parcel): void {
    if (to === null) for (const { client } of this.#slots) client?.tell(frame);
    else if (typeof to === 'number') this.#slot(to).client?.tell(frame);
    else to.tell(frame);
  }

  #seatGivenUp(seatIndex: number): void {
    const slot = this.#slot(seatIndex);
    slot.client?.end(slot.exitCode);
    const { events } = this.#own.services;
    this.#calls?.run('recording a seat that was given up', () => events.seatGivenUp(this.matchId, seatIndex));
  }

  #finish(result: MatchResult): void {
    const { services, epoch } = this.#own;
    const record = (): Promise<boolean> => services.events.finished(this.matchId, epoch, result);
    this.#calls?.run('recording a result', record, (recorded) => {
      if (!recorded) {
        this.#endFenced();
        return;
      }
      const frame = dataFrame(GYRE_TYPE, { type: 'result', result });
      for (const { client } of this.#slots) client?.deliver(frame);
      this.#endForGood(CloseCode.finished);
    });
  }

  #abandon(): void {
    const { services, epoch } = this.#own;
    this.log.error({ matchId: this.matchId }, 'the match can not go on and is abandoned');
    const abandon = (): Promise<boolean> => services.events.abandoned(this.matchId, epoch, 'crashed');
    this.#calls?.run('abandoning a match', abandon, (recorded) => {
      if (recorded) this.#endForGood(CloseCode.matchAbandoned);
      else this.#endFenced();
    });
  }

  /** It is no longer ours to end: what became of it is for the service to say. */
  #endFenced(): void {
    const { events } = this.#own.services;
    this.#calls?.run(
      'asking what became of a match',
      () => events.closeCodeOf(this.matchId),
      (code) => {
        this.log.warn({ matchId: this.matchId, code }, 'the match was no longer this process’ to end');
        this.#endForGood(code);
      },
    );
  }

  #endForGood(code: number): void {
    this.#own.services.committer.forget(this.matchId);
    void this.end(code);
  }
}

const packr = new Packr({ useRecords: false });

/** What `__gyre` carries; null if it isn't that. */
function toInput(value: unknown, packedBytes: number): GyreInput | null {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return null;
  const [seq, name, payload, reply]: unknown[] = value;
  if (typeof seq !== 'number' || typeof name !== 'string' || (value.length === 4 && reply !== true)) return null;
  if (packedBytes > MAX_ROOM_MESSAGE_BYTES && packr.pack(payload).length > MAX_ROOM_MESSAGE_BYTES) return null;
  return reply === true ? [seq, name, payload, true] : [seq, name, payload];
}
