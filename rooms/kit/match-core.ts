import type { Schema } from '@colyseus/schema';
import { SEAT_TAKE_MS } from '../../protocol/limits.ts';
import { type GyreInput, GYRE_TYPE, type MatchResult } from '../../protocol/room-messages.ts';
import { toResult } from './finish.ts';
import type { GameRoom, RoomClass, RoomContext } from './game-room.ts';
import type { AnyGame } from './game-types.ts';
import { packHidden, unpackHidden, type HiddenState } from './hidden-state.ts';
import { KeptValues } from './kept.ts';
import { parsePayload } from './payload.ts';
import type { CommitRecord, MatchInit, Outgoing, Received, RecordedMatch, SeatStatus, StepOutput } from './ports.ts';
import { MatchRandom } from './random.ts';
import { SeatState } from './seat-state.ts';
import { Seat } from './seat.ts';
import { restoreState, StateEncoder } from './state-codec.ts';
import { RestoreError } from './state-errors.ts';
import { TimerSet } from './timers.ts';

/** After so many throws of the game's own code the match is given up. */
const MAX_FAULTS = 5;
/** Timers that may go off in one step, against a timer that starts itself again at once for ever. */
const MAX_TIMERS_PER_STEP = 1_000;
/** Inputs of one seat that may wait for a step. */
const MAX_QUEUED_INPUTS = 1_024;

/** Told of a throw in the game's code, with what was called. It must not throw. */
export type FaultListener = (error: unknown, where: string) => void;

interface QueuedInput {
  readonly seq: number;
  readonly name: string;
  readonly payload: unknown;
  readonly wantsReply: boolean;
}

interface Restored {
  readonly state: Schema;
  readonly encoder: StateEncoder<Schema>;
  readonly hidden: HiddenState;
  readonly tick: number;
  readonly timeMs: number;
}

/**
 * Runs one match: takes inputs and the match time, and gives back a step at a time what is to be recorded and let out.
 * It has no clock, no sockets and no I/O. Nothing changes between two steps: what comes in waits in order for the next.
 */
export class MatchCore {
  readonly matchId: string;
  readonly game: AnyGame;
  readonly #room: GameRoom;
  readonly #encoder: StateEncoder<Schema>;
  readonly #seats: readonly SeatState[];
  readonly #timers: TimerSet;
  readonly #kept: KeptValues;
  readonly #random: MatchRandom;
  readonly #onFault: FaultListener;
  /** The seats as the author sees them. */
  #views: readonly Seat[] = [];
  #queue: (() => void)[] = [];
  #outgoing: Outgoing[] = [];
  #givenUp: number[] = [];
  readonly #acks = new Map<number, number>();
  #tick: number;
  #nowMs: number;
  #started: boolean;
  #result: MatchResult | null;
  #faults: number;
  /** The match's end was let out, or it failed: there are no more steps. */
  #over = false;
  #broken = false;
  #lastHidden: Uint8Array = new Uint8Array();

  /** A new match, which waits for `start()`. */
  static create(room: RoomClass, init: MatchInit, onFault: FaultListener): MatchCore {
    return new MatchCore(room, init, onFault, null);
  }

  /**
   * A match as its log has it: it goes on where it stopped, with seats, timers and chance as they were.
   *
   * @throws RestoreError if the records don't fit this build of the game
   */
  static restore(room: RoomClass, init: MatchInit, recorded: RecordedMatch, onFault: FaultListener): MatchCore {
    const { full, patches } = recorded;
    const last = patches.at(-1) ?? full;
    const hidden = [...patches].reverse().find((record) => record.hidden !== null)?.hidden ?? full.hidden;
    if (full.state === null || hidden === null) throw new RestoreError('The full record has no state.');
    const { state, encoder } = restoreState<Schema>(stateClassOf(room), {
      full: full.state,
      patches: patches.flatMap((record) => record.state ?? []),
      nextRefId: last.nextRefId,
    });
    const timeMs = Math.max(last.timeMs, recorded.timeMs);
    return new MatchCore(room, init, onFault, {
      state,
      encoder,
      hidden: unpackHidden(hidden),
      tick: last.tick,
      timeMs,
    });
  }

  private constructor(room: RoomClass, init: MatchInit, onFault: FaultListener, restored: Restored | null) {
    this.matchId = init.matchId;
    this.game = room.game;
    this.#onFault = onFault;
    this.#tick = restored?.tick ?? 0;
    this.#nowMs = restored?.timeMs ?? 0;
    this.#started = restored?.hidden.started ?? false;
    this.#result = restored?.hidden.result ?? null;
    this.#faults = restored?.hidden.faults ?? 0;
    this.#random = restored === null ? MatchRandom.seeded(init.seed) : MatchRandom.resumed(restored.hidden.random);
    this.#timers = new TimerSet(() => this.#nowMs, restored?.hidden.timers);
    this.#kept = new KeptValues(restored?.hidden.kept);
    this.#seats = init.seats.map((seat) => new SeatState(seat));
    if (restored !== null) this.#restoreSeats(restored.hidden);
    const state = restored?.state ?? new (stateClassOf(room))();
    this.#encoder = restored?.encoder ?? new StateEncoder(state);
    this.#room = new room(this.#context(state, init));
    this.#timers.seal();
    this.#kept.seal();
    if (restored === null) this.#encoder.encodePatch();
    else this.#lastHidden = this.#packHidden();
  }

  get tick(): number {
    return this.#tick;
  }
  get timeMs(): number {
    return this.#nowMs;
  }
  get result(): MatchResult | null {
    return this.#result;
  }
  /** For tests and the operator's eyes. Not to be written. */
  get state(): Schema {
    return this.#encoder.state;
  }
  get seatCount(): number {
    return this.#seats.length;
  }
  seat(seatIndex: number): SeatStatus {
    return this.#seatAt(seatIndex).status;
  }
  /** The description of the state's types for a joining client. Not to be changed. */
  handshake(): Uint8Array {
    return this.#encoder.handshake();
  }

  /** Match time of the next thing to do: 0 if something waits, Infinity if nothing will happen by itself. */
  dueMs(): number {
    if (this.#over) return Infinity;
    if (this.#queue.length > 0 || this.#result !== null) return 0;
    return Math.min(this.#timers.nextDueMs, this.#nextDeadline()?.deadlineMs ?? Infinity);
  }

  /** The room opens: seats may be taken, the game starts with the next step. Nothing happens on a second call. */
  start(): void {
    this.#queue.push(() => {
      if (this.#started) return;
      this.#started = true;
      for (const seat of this.#seats) if (!seat.taken) seat.deadlineMs = this.#nowMs + SEAT_TAKE_MS;
      this.#guard('onStart', () => this.#room.onStart());
    });
  }

  /** An input with its sequence number. A duplicate's answer goes out again with the next step. */
  receive(seatIndex: number, input: GyreInput): Received {
    const [seq, name, payload, wantsReply] = input;
    const seat = this.#seatAt(seatIndex);
    if (!Number.isSafeInteger(seq) || seq < 1 || seq > seat.queuedSeq + 1) return 'bad-input';
    if (seq <= seat.queuedSeq) {
      this.#queue.push(() => this.#repeat(seat, seq, wantsReply === true));
      return 'duplicate';
    }
    const parsed = this.#parse(name, payload);
    if (parsed === null || seq - seat.lastSeq > MAX_QUEUED_INPUTS) return 'bad-input';
    seat.queuedSeq = seq;
    this.#queue.push(() =>
      this.#consume(seat, { seq, name, payload: parsed.payload, wantsReply: wantsReply === true }),
    );
    return 'queued';
  }

  /** A message of a plain Colyseus client. @param requestId of a request that wants an answer; null for a send */
  receivePlain(seatIndex: number, name: string, payload: unknown, requestId: number | null): Received {
    const seat = this.#seatAt(seatIndex);
    const parsed = this.#parse(name, payload);
    if (parsed === null) return 'bad-input';
    this.#queue.push(() => {
      if (this.#result !== null || seat.givenUp) return;
      const refused = this.#handle(seat, name, parsed.payload);
      if (requestId === null) return;
      const answer = refused === null ? { ok: true } : { ok: false, refused };
      this.#outgoing.push({ seatIndex, type: name, payload: answer, requestId });
    });
    return 'queued';
  }

  /** A right of `generation` was used for the seat: by a first visit, a reconnect, or another device. */
  seatConnected(seatIndex: number, generation: number): void {
    const seat = this.#seatAt(seatIndex);
    this.#queue.push(() => {
      if (seat.givenUp) return;
      const returned = seat.taken && !seat.connected;
      seat.taken = true;
      seat.connected = true;
      seat.generation = Math.max(seat.generation, generation);
      seat.deadlineMs = null;
      if (returned) this.#tellRoom('onSeatReturned', seat);
    });
  }

  /** The last socket of the seat is gone; it waits for the game's `reconnectGraceMs`. */
  seatDropped(seatIndex: number): void {
    const seat = this.#seatAt(seatIndex);
    this.#queue.push(() => {
      if (seat.givenUp || !seat.connected) return;
      seat.connected = false;
      seat.deadlineMs = this.#nowMs + this.game.reconnectGraceMs;
      this.#tellRoom('onSeatDropped', seat);
    });
  }

  /** The player left on purpose, or was removed. */
  giveUpSeat(seatIndex: number): void {
    const seat = this.#seatAt(seatIndex);
    this.#queue.push(() => this.#giveUp(seat));
  }

  /**
   * Does everything that waits or is due at `timeMs`, as one tick: all of it is recorded together.
   * null if there was nothing to do, or the match is over.
   */
  step(timeMs: number): StepOutput | null {
    if (this.#over) return null;
    this.#nowMs = Math.max(this.#nowMs, Math.floor(timeMs));
    const everyStep = this.game.tickRateHz !== null && this.#started && this.#result === null;
    if (!everyStep && this.#result === null && this.dueMs() > this.#nowMs) return null;
    this.#tick += 1;
    this.#runQueue();
    this.#runDue();
    if (everyStep) this.#guard('onStep', () => this.#room.onStep?.(1_000 / (this.game.tickRateHz as number)));
    this.#endIfDeserted();
    return this.#output();
  }

  /** The whole match as of the last step, for the log and for who joins. Never between an input and its step. */
  full(): CommitRecord {
    return {
      kind: 'full',
      tick: this.#tick,
      timeMs: this.#nowMs,
      state: this.#encoder.encodeFull(),
      hidden: this.#packHidden(),
      nextRefId: this.#encoder.nextRefId,
    };
  }

  #seatAt(seatIndex: number): SeatState {
    const seat = this.#seats[seatIndex];
    if (seat === undefined) throw new RangeError(`The match has no seat ${seatIndex}.`);
    return seat;
  }

  #parse(name: string, payload: unknown) {
    const schema = Object.hasOwn(this.game.messages, name) ? this.game.messages[name] : undefined;
    return schema === undefined ? null : parsePayload(schema, payload);
  }

  #runQueue(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const run of queue) run();
  }

  #runDue(): void {
    for (let ran = 0; this.#result === null; ran += 1) {
      const seat = this.#nextDeadline();
      if (seat !== null && (seat.deadlineMs ?? Infinity) <= this.#nowMs) {
        this.#giveUp(seat);
        continue;
      }
      const callback = this.#timers.takeDue();
      if (callback === null) return;
      if (ran < MAX_TIMERS_PER_STEP) this.#guard('a timer', callback);
      else this.#fault(new Error(`More than ${MAX_TIMERS_PER_STEP} timers went off in one step.`), 'timers');
    }
  }

  #nextDeadline(): SeatState | null {
    let next: SeatState | null = null;
    for (const seat of this.#seats) {
      if (seat.deadlineMs !== null && seat.deadlineMs < (next?.deadlineMs ?? Infinity)) next = seat;
    }
    return next;
  }

  #consume(seat: SeatState, { seq, name, payload, wantsReply }: QueuedInput): void {
    if (this.#result !== null || seat.givenUp) return;
    const refused = this.#handle(seat, name, payload);
    seat.consume(seq, wantsReply ? { refused } : null);
    const { index } = seat.init;
    if (wantsReply) this.#say(index, seat.replyTo(seq));
    else this.#acks.set(index, seq);
  }

  /** Answers an input that came before once more. */
  #repeat(seat: SeatState, seq: number, wantsReply: boolean): void {
    if (seq > seat.lastSeq) return;
    const reply = wantsReply ? seat.replyTo(seq) : null;
    if (reply !== null) this.#say(seat.init.index, reply);
    else this.#acks.set(seat.init.index, seat.lastSeq);
  }

  /** Calls the game's handler. Resolves to the refusal's code, or null if the message was taken. */
  #handle(seat: SeatState, name: string, payload: unknown): string | null {
    const view = this.#views[seat.init.index];
    const handler = this.#room.messages[name];
    if (view === undefined || handler === undefined) throw new Error(`No handler for "${name}".`);
    let refused: string | null = 'internal';
    this.#guard(`the handler of "${name}"`, () => {
      refused = handler.call(this.#room.messages, view, payload)?.refused ?? null;
    });
    return refused;
  }

  #giveUp(seat: SeatState): void {
    if (seat.givenUp) return;
    seat.givenUp = true;
    seat.connected = false;
    seat.deadlineMs = null;
    this.#givenUp.push(seat.init.index);
    if (this.#started) this.#tellRoom('onSeatLeft', seat);
  }

  #tellRoom(hook: 'onSeatDropped' | 'onSeatReturned' | 'onSeatLeft', seat: SeatState): void {
    const view = this.#views[seat.init.index];
    if (this.#result !== null || view === undefined) return;
    this.#guard(hook, () => this.#room[hook]?.(view));
  }

  /** A match that every player has left, and that its game did not end, ends in a draw. */
  #endIfDeserted(): void {
    if (this.#result !== null || !this.#started) return;
    if (this.#seats.every((seat) => seat.givenUp || seat.init.isBot)) {
      this.#result = toResult({ placements: [this.#seats.map((seat) => seat.init)] }, this.#inits());
    }
  }

  #inits() {
    return this.#seats.map((seat) => seat.init);
  }

  #say(seatIndex: number, payload: unknown): void {
    this.#outgoing.push({ seatIndex, type: GYRE_TYPE, payload });
  }

  /** A throw of the game's code costs the call, not the process: it is counted, and the fifth one ends the match. */
  #guard(where: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fault(error, where);
    }
  }

  #fault(error: unknown, where: string): void {
    this.#faults += 1;
    if (this.#faults >= MAX_FAULTS) this.#broken = true;
    this.#onFault(error, where);
  }

  #output(): StepOutput {
    const patch = this.#encodePatch();
    for (const [seatIndex, seq] of this.#acks) this.#say(seatIndex, { type: 'ack', seq });
    this.#acks.clear();
    const output: StepOutput = {
      record: this.#broken ? null : this.#record(patch),
      patch,
      messages: this.#outgoing,
      givenUp: this.#givenUp,
      result: this.#broken ? null : this.#result,
      failed: this.#broken,
    };
    this.#outgoing = [];
    this.#givenUp = [];
    this.#over = this.#broken || this.#result !== null;
    return output;
  }

  /** A state that has no faithful patch can't be recorded: the match can't go on. */
  #encodePatch(): Uint8Array | null {
    try {
      return this.#encoder.encodePatch();
    } catch (error) {
      this.#broken = true;
      this.#onFault(error, 'the state');
      return null;
    }
  }

  #record(patch: Uint8Array | null): CommitRecord | null {
    const hidden = this.#packHidden();
    const hiddenChanged = Buffer.compare(hidden, this.#lastHidden) !== 0;
    if (patch === null && !hiddenChanged) return null;
    this.#lastHidden = hidden;
    return {
      kind: 'patch',
      tick: this.#tick,
      timeMs: this.#nowMs,
      state: patch,
      hidden: hiddenChanged ? hidden : null,
      nextRefId: this.#encoder.nextRefId,
    };
  }

  #packHidden(): Uint8Array {
    return packHidden({
      started: this.#started,
      random: this.#random.state,
      timers: this.#timers.toData(),
      kept: this.#kept.toData(),
      seats: this.#seats.map((seat) => seat.toRecord()),
      result: this.#result,
      faults: this.#faults,
    });
  }

  #restoreSeats(hidden: HiddenState): void {
    if (hidden.seats.length !== this.#seats.length) throw new RestoreError('The record has another number of seats.');
    for (const [index, record] of hidden.seats.entries()) {
      this.#seatAt(index).restore(record, this.#nowMs, this.game.reconnectGraceMs);
    }
  }

  #context(state: Schema, init: MatchInit): RoomContext {
    this.#views = this.#seats.map((seat) => new Seat(seat.init, this.#seatBackend()));
    return {
      state,
      settings: init.settings,
      seats: this.#views,
      nowMs: () => this.#nowMs,
      timer: (name, callback) => this.#timers.declare(name, callback),
      keep: (name, initial) => this.#kept.declare(name, initial),
      random: () => this.#random.next(),
      broadcast: (name, payload) => this.#outgoing.push({ seatIndex: null, type: name, payload }),
      finish: (finish) => {
        this.#result ??= toResult(finish, this.#inits());
      },
    };
  }

  #seatBackend() {
    return {
      isConnected: (index: number) => this.#seatAt(index).connected,
      hasLeft: (index: number) => this.#seatAt(index).givenUp,
      send: (seatIndex: number, type: string, payload: unknown) => {
        this.#outgoing.push({ seatIndex, type, payload });
      },
    };
  }
}

function stateClassOf(room: RoomClass): new () => Schema {
  return room.game.state as unknown as new () => Schema;
}
