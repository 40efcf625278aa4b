import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { GYRE_TYPE, type MatchResult } from '../../protocol/room-messages.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { Received, SeatInit, SeatStatus, StepOutput } from '../../rooms/kit/ports.ts';
import type { MatchClock } from '../cluster/match-clock.ts';
import type { Scheduler } from '../cluster/scheduler.ts';
import { toGyreInput } from './gyre-input.ts';
import { type InboundMessage, unpackPayload } from './inbound-frame.ts';
import { MatchAudience } from './match-audience.ts';
import { MatchDoor } from './match-door.ts';
import { MatchFrames } from './match-frames.ts';
import { MovingSockets } from './moving-sockets.ts';
import type { MatchEvents, RealtimeLog, SeatGate } from './ports.ts';
import type { RoomCommits } from './room-commits.ts';
import type { RoomLife } from './room-life.ts';
import type { SeatSlot } from './seat-slot.ts';
import type { SocketClient } from './socket-client.ts';
import { type SocketHandler, SocketRoom } from './socket-room.ts';
import { type Parcel, PlainRequests } from './step-frames.ts';
import { type Unheard, unheardOf, UnheardWords } from './unheard.ts';
import type { Frame } from './web-socket-frame.ts';

/** What the seats of a match share with those of all others. */
export interface MatchSeatsServices {
  readonly gate: SeatGate;
  readonly events: Pick<MatchEvents, 'presence'>;
  readonly scheduler: Pick<Scheduler, 'wake'>;
  readonly log: RealtimeLog;
}

export interface MatchSeatsParts {
  readonly services: MatchSeatsServices;
  readonly core: MatchCore;
  readonly seats: readonly SeatInit[];
  readonly epoch: number;
  readonly clock: MatchClock;
  readonly commits: Pick<RoomCommits, 'letOut'>;
  /** How far the room has come: when somebody may come in, and is heard. */
  readonly life: Readonly<RoomLife>;
}

/** What a step brings to those who sit or watch, built. */
export interface StepNews {
  /** Sockets whose seat is noted in its record. */
  readonly arrived: readonly SocketClient[];
  readonly patch: Frame | null;
  readonly parcels: readonly Parcel[];
}

/** The seats of a match and its sockets: hands in what players say, and tells them and who watches what happens. */
export class MatchSeats implements SocketHandler {
  readonly #parts: MatchSeatsParts;
  readonly #door: MatchDoor;
  readonly #audience: MatchAudience;
  readonly #frames: MatchFrames;
  readonly #requests = new PlainRequests();
  /** What its sockets come in by. */
  readonly sockets: SocketRoom;
  /** Sockets whose seat is noted in the next step's record. */
  #arrived: SocketClient[] = [];
  /** Whoever comes is to come back later. */
  #dismissed = false;
  readonly #unheard = new UnheardWords();
  /** From when the room tries to move until it stays. */
  #moving: MovingSockets | null = null;

  constructor(parts: MatchSeatsParts) {
    const { core, clock, epoch, services } = parts;
    this.#parts = parts;
    this.#frames = new MatchFrames({ core, clock, epoch, requests: this.#requests, log: services.log });
    this.sockets = new SocketRoom({ roomId: core.matchId, handler: this, log: services.log });
    this.#door = new MatchDoor({ core, gate: services.gate, events: services.events }, parts.seats);
    this.#audience = new MatchAudience({
      slots: this.#door.slots,
      spectators: this.#door.spectators,
      onDrained: (client) => this.sockets.contain(client, () => this.#catchUp(client)),
    });
  }

  /** A seat, with what is not recorded yet; null if there is none. */
  status(seatIndex: number): SeatStatus | null {
    const slot = this.#door.slots[seatIndex];
    return slot === undefined
      ? null
      : { ...this.#core.seat(seatIndex), taken: slot.taken, generation: slot.generation };
  }

  /** A player joins the running match. Nothing happens if the seat is known. */
  add(seat: SeatInit): void {
    if (seat.index < this.#door.slots.length) return;
    this.#core.addSeat(seat);
    this.#door.add(seat);
    this.#wake();
  }

  /** The seat's player left, here or elsewhere, or was removed. Its socket closes when that is recorded. */
  giveUp(seatIndex: number, code: number): void {
    const slot = this.#slot(seatIndex);
    slot.exitCode = code;
    if (this.#core.seat(seatIndex).givenUp) slot.client?.end(code);
    this.#core.giveUpSeat(seatIndex);
    this.#wake();
  }

  /** It is recorded that a seat was given up. */
  givenUp(seatIndex: number): void {
    const slot = this.#slot(seatIndex);
    slot.client?.end(slot.exitCode);
  }

  /** Its lobby is private, or isn't: matches of private lobbies can't be watched. */
  setPrivate(isPrivate: boolean): void {
    this.#door.spectators.close(isPrivate);
  }

  /** Sends everyone away to come back, and whoever comes until {@link readmit}; the match stays as it is. */
  dismiss(): void {
    this.#dismissed = true;
    this.sockets.disconnect(CloseCode.comeBack);
  }

  readmit(): void {
    this.#dismissed = false;
  }

  /** Nobody waits for a step to be let in. */
  get isIdle(): boolean {
    return this.#arrived.length === 0;
  }

  /** What is to be let out of a step that was just done; null if that is nothing. */
  newsOf(output: StepOutput | null): StepNews | null {
    const arrived = this.#arrived;
    this.#arrived = [];
    if (output === null && arrived.length === 0) return null;
    const parcels = output === null ? [] : this.#frames.parcels(output);
    return { arrived, patch: this.#frames.patch(output?.patch ?? null), parcels };
  }

  letOut({ arrived, patch, parcels }: StepNews): void {
    for (const client of arrived) this.#door.letIn(client);
    this.#audience.letOut(patch, parcels);
  }

  tellResult(result: MatchResult): void {
    this.#audience.deliver(this.#frames.result(result), (client) => this.#frames.missed(this.#seatIndexOf(client)));
  }

  /** What players said where the match was before. If it can't be played now, it goes on with the match to whoever can. */
  hear(unheard: readonly Unheard[]): void {
    if (!this.#life.isPlaying) {
      for (const each of unheard) this.#keep(each);
      return;
    }
    for (const { seatIndex, message } of unheard) {
      if (this.status(seatIndex) === null) continue;
      if (message === null) this.giveUp(seatIndex, CloseCode.consented);
      else this.#core.receivePlain(seatIndex, message.type, message.payload, null);
    }
    this.#wake();
  }

  /** The match is played now: with all that was kept for that. */
  hearKept(): void {
    this.hear(this.#unheard.take());
  }

  /** The room is about to move: what sockets do from here on is kept. */
  prepareToMove(): void {
    this.#moving = new MovingSockets();
  }

  /** It doesn't move: all that sockets did meanwhile is done here. */
  stay(): void {
    const moving = this.#moving;
    this.#moving = null;
    // They went while nothing was noted.
    for (const { seat, client } of this.#door.slots)
      if (client === null && this.#core.seat(seat.index).connected) this.#core.seatDropped(seat.index);
    // Inputs with a number, too: nobody sends them again, and without them there would be a gap.
    for (const { client, message } of moving?.said ?? [])
      if (client.stage !== 'ended') this.sockets.contain(client, () => this.received(client, message));
    this.hearKept();
    for (const client of moving?.arrivals ?? [])
      if (client.stage === 'arriving') this.sockets.contain(client, () => this.arrived(client));
  }

  /** It has moved: what was said and is still said here is for `onUnheard`, and who said goodbye is let go. */
  depart(onUnheard: (unheard: Unheard) => void): void {
    const before = this.#unheard.take();
    this.#unheard.passOnTo(onUnheard);
    for (const { client, message } of this.#moving?.said ?? []) this.late(client, message);
    for (const unheard of before) onUnheard(unheard);
    for (const client of this.#moving?.leavers ?? []) client.end(CloseCode.consented);
  }

  arrived(client: SocketClient): void {
    const { state } = this.#life;
    if (state === 'reserved') client.end(CloseCode.noSuchRight);
    else if (this.#moving !== null) this.#moving.arrived(client);
    else if (this.#door.knock(client, state === 'open' && !this.#dismissed)) {
      this.#arrived.push(client);
      this.#wake();
    }
  }

  /** The whole state as of the last step, and then every patch after it: releases come in the order of their commits. */
  acknowledged(client: SocketClient): void {
    const seatIndex = this.#seatIndexOf(client);
    if (seatIndex === null && this.#door.spectators.playerOf(client) === undefined) return;
    const frames = this.#frames.first(seatIndex);
    this.#parts.commits.letOut(null, () => this.#audience.admit(client, frames));
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
    if (!this.#life.isPlaying) {
      if (!this.#life.isOver) this.#moving?.received(client, message);
      return;
    }
    const payload = unpackPayload(message.packed);
    const received = payload === null ? 'bad-input' : this.#hand(slot, message, payload.value);
    if (received === 'bad-input') client.end(CloseCode.badInput);
    else this.#wake();
  }

  consented(client: SocketClient): void {
    const slot = this.#door.slotOf(client);
    if (slot?.client === client && this.#moving !== null) {
      this.late(client, { kind: 'leave' });
      this.#moving.consented(client);
    } else if (slot?.client === client && this.#life.state === 'frozen') client.end(CloseCode.comeBack);
    else if (slot === undefined || slot.client !== client || !this.#life.isPlaying) client.end(CloseCode.consented);
    else this.giveUp(slot.seat.index, CloseCode.consented);
  }

  /** Who was sent away for good, or has another socket by now, has nothing more to say. */
  late(client: SocketClient, message: InboundMessage | { readonly kind: 'leave' }): void {
    const slot = this.#door.slotOf(client);
    if (slot === undefined || (client.exitCode !== null && client.exitCode !== CloseCode.comeBack)) return;
    const unheard = unheardOf(slot.seat.index, message);
    if (unheard !== null) this.hear([unheard]);
  }

  gone(client: SocketClient): void {
    this.#audience.forget(client);
    this.#requests.forget(client);
    const slot = this.#door.left(client);
    const { state } = this.#life;
    if (slot === null || (state !== 'open' && state !== 'leaving')) return;
    this.#core.seatDropped(slot.seat.index);
    this.#wake();
  }

  get #core(): MatchCore {
    return this.#parts.core;
  }

  get #life(): Readonly<RoomLife> {
    return this.#parts.life;
  }

  #wake(): void {
    this.#parts.services.scheduler.wake(this.#core.matchId);
  }

  #slot(seatIndex: number): SeatSlot {
    const slot = this.#door.slots[seatIndex];
    if (slot === undefined) throw new RangeError(`${this.#core.matchId} has no seat ${seatIndex}`);
    return slot;
  }

  #seatIndexOf(client: SocketClient): number | null {
    return this.#door.slotOf(client)?.seat.index ?? null;
  }

  /** As for a client that is new, for one that was left behind. */
  #catchUp(client: SocketClient): void {
    if (this.#life.state !== 'open') return;
    const frames = this.#frames.missed(this.#seatIndexOf(client));
    this.#parts.commits.letOut(null, () => this.#audience.bringBack(client, frames));
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

  #keep(unheard: Unheard): void {
    if (this.#life.isOver || (this.#life.state === 'gone' && !this.#unheard.arePassedOn)) return;
    this.#unheard.add(unheard);
  }
}
