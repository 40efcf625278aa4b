import { CloseCode } from '../../protocol/close-codes.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { SeatInit } from '../../rooms/kit/ports.ts';
import { joinFrame } from './frames.ts';
import type { MatchEvents, SeatGate } from './ports.ts';
import { SeatSlot } from './seat-slot.ts';
import type { SocketClient } from './socket-client.ts';
import { Spectators } from './spectators.ts';

export interface MatchDoorParts {
  readonly core: MatchCore;
  readonly gate: SeatGate;
  readonly events: Pick<MatchEvents, 'presence'>;
}

/** Of all matches: a socket is in one. */
const slotOf = new WeakMap<SocketClient, SeatSlot>();

/** Lets sockets into a match by their rights: to their seats, or to watch. */
export class MatchDoor {
  readonly spectators = new Spectators();
  readonly #parts: MatchDoorParts;
  readonly #seats: SeatInit[];
  readonly #slots: SeatSlot[];

  constructor(parts: MatchDoorParts, seats: readonly SeatInit[]) {
    this.#parts = parts;
    this.#seats = [...seats];
    this.#slots = seats.map((seat) => new SeatSlot(seat, parts.core.seat(seat.index)));
  }

  /** By seat index. The same array for the whole match. */
  get slots(): readonly SeatSlot[] {
    return this.#slots;
  }

  /** The core knows the seat by now. */
  add(seat: SeatInit): void {
    this.#seats.push(seat);
    this.#slots.push(new SeatSlot(seat, this.#parts.core.seat(seat.index)));
  }

  /** The seat that a socket came for, also when another one speaks for it by now; undefined for who watches. */
  slotOf(client: SocketClient): SeatSlot | undefined {
    return slotOf.get(client);
  }

  /**
   * A socket presents its right. Who watches is let in at once, and who has no right sent away.
   * @param isOpen whether the match's time runs; otherwise who has a right is to come back
   * @returns whether it has a seat: when that is recorded, `letIn` is to be called
   */
  knock(client: SocketClient, isOpen: boolean): boolean {
    const { core, gate } = this.#parts;
    const right = gate.recognise(core.matchId, this.#seats, client.presented);
    if (right === null || ('seatIndex' in right && core.seat(right.seatIndex).givenUp)) {
      client.end(CloseCode.noSuchRight);
    } else if (!isOpen) {
      client.end(CloseCode.comeBack);
    } else if ('spectator' in right) {
      this.#watch(client, right.spectator.playerId);
    } else {
      const slot = this.#slots[right.seatIndex] as SeatSlot;
      const verdict = slot.judge(right);
      if ('generation' in verdict) {
        this.#take(client, slot, verdict.generation);
        return true;
      }
      client.end(verdict.closeCode);
    }
    return false;
  }

  /** Its seat is recorded: the token that it is given will be known to whoever restores the match. */
  letIn(client: SocketClient): void {
    const slot = slotOf.get(client);
    if (slot === undefined || slot.seat.playerId === null || client.stage === 'ended') return;
    const { playerId, index: seatIndex } = slot.seat;
    const { core, gate } = this.#parts;
    this.#join(client, gate.sign({ matchId: core.matchId, seatIndex, playerId, generation: slot.generation }));
  }

  /** A socket is gone. @returns the seat that nobody speaks for any more; null if that is none */
  left(client: SocketClient): SeatSlot | null {
    this.spectators.remove(client);
    const slot = slotOf.get(client);
    const playerId = slot?.seat.playerId ?? this.spectators.playerOf(client);
    if (playerId !== undefined) this.#parts.events.presence(playerId, -1);
    return slot?.release(client) === true ? slot : null;
  }

  #take(client: SocketClient, slot: SeatSlot, generation: number): void {
    slotOf.set(client, slot);
    if (slot.seat.playerId !== null) this.#parts.events.presence(slot.seat.playerId, 1);
    slot.seize(client, generation)?.end(CloseCode.replaced);
    this.#parts.core.seatConnected(slot.seat.index, generation);
  }

  /** Nothing of it is recorded: after a crash the same right opens it again. */
  #watch(client: SocketClient, playerId: string): void {
    if (!this.spectators.add(client, playerId)) {
      client.end(CloseCode.noSuchRight);
      return;
    }
    const { core, events, gate } = this.#parts;
    events.presence(playerId, 1);
    this.#join(client, gate.signSpectator({ matchId: core.matchId, playerId }));
  }

  #join(client: SocketClient, reconnectionToken: string): void {
    const handshake = client.presented.skipHandshake ? null : this.#parts.core.handshake();
    client.join(joinFrame({ reconnectionToken, serializer: 'schema', handshake }));
  }
}
