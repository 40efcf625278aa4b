import { getMessageBytes, Protocol, ProtocolModifier } from '@colyseus/core';
import { unpack } from 'msgpackr';
import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { GYRE_TYPE, type GyreInput, type Welcome } from '../../protocol/room-messages.ts';
import type { AnyRoomClass } from '../../rooms/kit/game-room.ts';
import { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, MatchInit, StepOutput } from '../../rooms/kit/ports.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The room's end of a socket. */
export interface RoomSocket {
  readonly seatIndex: number;
  send(frame: Uint8Array): void;
  close(code: number): void;
}

/** Bytes of `__gyre` behind ROOM_DATA: its length and the name. */
const GYRE_HEADER_BYTES = 1 + 1 + GYRE_TYPE.length;
const FULL_EVERY_STEPS = 100;
const LOST = 1006;
const UNHEARD_MS = 300;

/** A match in virtual time: the real core and the real frames of the wire, without sockets, log and database. */
export class SimulatedRoom {
  readonly time: VirtualTime;
  readonly #room: AnyRoomClass;
  readonly #init: MatchInit;
  readonly #periodMs: number;
  #core: MatchCore;
  #records: CommitRecord[];
  #epoch = 1;
  /** The match's time stands still while there is no process. */
  #aheadMs = 0;
  #isDown = false;
  readonly #live = new Set<RoomSocket>();
  /** Whose way to the client is broken already. */
  readonly #unheard = new Set<RoomSocket>();
  readonly faults: unknown[] = [];

  constructor(time: VirtualTime, room: AnyRoomClass, init: MatchInit) {
    const { tickRateHz } = room.game;
    if (tickRateHz === null) throw new TypeError('only games with a tick rate are simulated');
    this.time = time;
    this.#room = room;
    this.#init = init;
    this.#periodMs = 1_000 / tickRateHz;
    this.#core = MatchCore.create(room, init, this.#onFault);
    this.#records = [this.#core.full()];
    this.#core.start();
    this.#aheadMs = time.nowMs();
    time.every(this.#periodMs, () => this.#step());
  }

  /** The room's own state. Not to be written. */
  get state(): unknown {
    return this.#core.state;
  }
  /** The match's time now, to the ms. */
  get nowMs(): number {
    return this.time.nowMs() - this.#aheadMs;
  }
  get isDown(): boolean {
    return this.#isDown;
  }

  /** A socket was opened: it is shown the way in. */
  arrived(socket: RoomSocket): void {
    this.#core.seatConnected(socket.seatIndex, 0);
    socket.send(getMessageBytes[Protocol.JOIN_ROOM]('t'.repeat(43), 'schema', this.#core.handshake()));
  }

  /** What a client says, a frame at a time. */
  heard(socket: RoomSocket, frame: Uint8Array): void {
    const [code] = frame;
    if (code === Protocol.PING) socket.send(getMessageBytes[Protocol.PING]());
    else if (code === Protocol.JOIN_ROOM) this.#show(socket);
    else if (code === Protocol.ROOM_DATA) {
      const input = unpack(frame.subarray(GYRE_HEADER_BYTES)) as GyreInput;
      if (this.#core.receive(socket.seatIndex, input) === 'bad-input') throw new Error(`bad input: ${String(input)}`);
    }
  }

  gone(socket: RoomSocket): void {
    if (this.#live.delete(socket)) this.#core.seatDropped(socket.seatIndex);
  }

  /** The process dies with everything it has, and another one takes over `outageMs` later. */
  crash(outageMs: number): void {
    this.#isDown = true;
    const timeMs = Math.floor(this.nowMs);
    const sockets = [...this.#live];
    this.#live.clear();
    for (const socket of sockets) socket.close(LOST);
    this.time.after(outageMs, () => {
      const [full, ...patches] = this.#records as [CommitRecord, ...CommitRecord[]];
      const recorded = { epoch: this.#epoch, full, patches, timeMs };
      this.#epoch += 1;
      this.#core = MatchCore.restore(this.#room, this.#init, recorded, this.#onFault);
      this.#records = [this.#core.full()];
      this.#aheadMs = this.time.nowMs() - timeMs;
      this.#isDown = false;
    });
  }

  /** A player's line breaks: first the way to the client, so that what the room consumes is not known there, then all of it. */
  cut(seatIndex: number): void {
    for (const socket of this.#live) {
      if (socket.seatIndex !== seatIndex) continue;
      this.#unheard.add(socket);
      this.time.after(UNHEARD_MS, () => socket.close(LOST));
    }
  }

  readonly #onFault = (error: unknown): void => {
    this.faults.push(error);
  };

  #show(socket: RoomSocket): void {
    const { state, tick } = this.#core.full();
    const { seatIndex } = socket;
    const { lastSeq } = this.#core.seat(seatIndex);
    const welcome: Welcome = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      seatIndex,
      epoch: this.#epoch,
      tick,
      lastSeq,
    };
    if (state !== null) socket.send(timed(state, this.nowMs));
    socket.send(data(GYRE_TYPE, welcome));
    this.#live.add(socket);
  }

  #step(): void {
    if (this.#isDown) return;
    const timeMs = Math.floor(this.nowMs / this.#periodMs) * this.#periodMs;
    const output = this.#core.step(timeMs);
    if (output === null) return;
    if (output.record !== null) this.#records.push(output.record);
    if (this.#records.length > FULL_EVERY_STEPS) this.#records = [this.#core.full()];
    this.#release(output, timeMs);
  }

  /** The patch first, then what is said. */
  #release({ patch, messages }: StepOutput, timeMs: number): void {
    for (const socket of this.#live) {
      if (this.#unheard.has(socket)) continue;
      if (patch !== null) socket.send(timed(patch, timeMs));
      for (const { seatIndex, type, payload } of messages) {
        if (seatIndex === null || seatIndex === socket.seatIndex) socket.send(data(type, payload));
      }
    }
  }
}

/** A state with the match's time before it, as rooms on a grid send theirs. */
function timed(state: Uint8Array, timeMs: number): Uint8Array {
  const frame = new Uint8Array(state.length + 8);
  frame.set(state, 8);
  frame[0] = (state[0] ?? 0) | ProtocolModifier.TIMED;
  new DataView(frame.buffer).setUint32(1, timeMs, true);
  new DataView(frame.buffer).setUint32(5, 0, true);
  return frame;
}

function data(type: string, payload: unknown): Uint8Array {
  return getMessageBytes.raw(Protocol.ROOM_DATA, type, payload);
}
