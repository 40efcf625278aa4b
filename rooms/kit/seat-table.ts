import type { AnyGame } from './game-types.ts';
import type { SeatInit } from './ports.ts';
import { SeatState, type SeatRecord } from './seat-state.ts';
import { Seat, type SeatBackend } from './seat.ts';
import { RestoreError } from './state-errors.ts';
import type { StepMessages } from './step-messages.ts';

/** All seats of one match, as the room sees them and as the author does. Seats are only ever added. */
export class SeatTable implements SeatBackend {
  // Of their exact length: an array that is filled one by one is given room for 17.
  readonly #states: SeatState[];
  readonly #views: Seat<AnyGame>[];
  /** Known to the sockets' side; the game learns of them with the next step. Made with the first. */
  #announced: SeatState[] | null = null;
  readonly #messages: Pick<StepMessages, 'event'>;

  /** @param messages what the seats are sent goes there */
  constructor(inits: readonly SeatInit[], messages: Pick<StepMessages, 'event'>) {
    this.#messages = messages;
    this.#states = inits.map((init) => new SeatState(init));
    this.#views = inits.map((init) => new Seat(init, this));
  }

  get states(): readonly SeatState[] {
    return this.#states;
  }
  /** The author's view of each, by index. The same array for the whole match. */
  get views(): readonly Seat<AnyGame>[] {
    return this.#views;
  }

  /** Also one that was only announced. @throws RangeError if there is no such seat */
  at(index: number): SeatState {
    const seat = this.#states[index] ?? this.#announced?.[index - this.#states.length];
    if (seat === undefined) throw new RangeError(`The match has no seat ${index}.`);
    return seat;
  }

  /**
   * A seat that is to be added with the next step. null if it is known already.
   * @throws RangeError if a seat before it is missing
   */
  announce(init: SeatInit): SeatState | null {
    this.#announced ??= [];
    const next = this.#states.length + this.#announced.length;
    if (init.index < next) return null;
    if (init.index > next) throw new RangeError(`Seat ${init.index} comes before seat ${next}.`);
    const seat = new SeatState(init);
    this.#announced.push(seat);
    return seat;
  }

  /** Adds the seat that was announced first. */
  admit(): void {
    const seat = this.#announced?.shift();
    if (seat === undefined) return;
    this.#states.push(seat);
    this.#views.push(new Seat(seat.init, this));
  }

  isConnected(index: number): boolean {
    return this.at(index).connected;
  }

  hasLeft(index: number): boolean {
    return this.at(index).givenUp;
  }

  send(to: readonly number[], type: string, payload: unknown): void {
    this.#messages.event(to, type, payload);
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
  restore(records: readonly SeatRecord[], backByMs: number): void {
    if (records.length !== this.states.length) throw new RestoreError('The record has another number of seats.');
    for (const [index, record] of records.entries()) this.at(index).restore(record, backByMs);
  }
}
