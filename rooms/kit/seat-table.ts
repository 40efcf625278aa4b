import type { AnyGame } from './game-types.ts';
import type { SeatInit } from './ports.ts';
import { SeatState, type SeatRecord } from './seat-state.ts';
import { Seat } from './seat.ts';
import { RestoreError } from './state-errors.ts';

/** All seats of one match, as the room sees them and as the author does. */
export class SeatTable {
  readonly states: readonly SeatState[];
  /** The author's view of each, by index. */
  readonly views: readonly Seat<AnyGame>[];

  /** @param send sends an event of the game to one seat */
  constructor(inits: readonly SeatInit[], send: (seatIndex: number, type: string, payload: unknown) => void) {
    this.states = inits.map((init) => new SeatState(init));
    const backend = {
      isConnected: (index: number) => this.at(index).connected,
      hasLeft: (index: number) => this.at(index).givenUp,
      send,
    };
    this.views = inits.map((init) => new Seat(init, backend));
  }

  /** @throws RangeError if there is no such seat */
  at(index: number): SeatState {
    const seat = this.states[index];
    if (seat === undefined) throw new RangeError(`The match has no seat ${index}.`);
    return seat;
  }

  viewOf(seat: SeatState): Seat<AnyGame> {
    return this.views[seat.init.index] as Seat<AnyGame>;
  }

  get inits(): readonly SeatInit[] {
    return this.states.map((seat) => seat.init);
  }

  /** Whether every player has given up the seat; bots don't count. */
  get isDeserted(): boolean {
    return this.states.every((seat) => seat.givenUp || seat.init.isBot);
  }

  /** From now on, seats that nobody has taken wait until `deadlineMs`. */
  waitForPlayers(deadlineMs: number): void {
    for (const seat of this.states) if (!seat.taken && !seat.givenUp) seat.deadlineMs = deadlineMs;
  }

  /** The seat whose wait ends first; null if none waits. */
  nextToExpire(): SeatState | null {
    let next: SeatState | null = null;
    for (const seat of this.states) {
      if (seat.deadlineMs !== null && seat.deadlineMs < (next?.deadlineMs ?? Infinity)) next = seat;
    }
    return next;
  }

  toRecords(): readonly SeatRecord[] {
    return this.states.map((seat) => seat.toRecord());
  }

  /** @throws RestoreError if the records are of another number of seats */
  restore(records: readonly SeatRecord[], nowMs: number, graceMs: number): void {
    if (records.length !== this.states.length) throw new RestoreError('The record has another number of seats.');
    for (const [index, record] of records.entries()) this.at(index).restore(record, nowMs, graceMs);
  }
}
