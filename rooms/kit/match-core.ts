import type { Schema } from '@colyseus/schema';
import { SEAT_TAKE_MS } from '../../protocol/limits.ts';
import type { GyreInput, MatchResult } from '../../protocol/room-messages.ts';
import { toResult } from './finish.ts';
import type { FaultListener } from './game-calls.ts';
import type { AnyRoom, AnyRoomClass } from './game-room.ts';
import type { AnyGame } from './game-types.ts';
import { MatchContext } from './match-context.ts';
import { MatchMemory } from './match-memory.ts';
import { MatchRecorder, newEncoder, type ReadMatch, readMatch, type RecordedStep } from './match-recorder.ts';
import { type Parsed, parsePayload } from './payload.ts';
import type { CommitRecord, MatchInit, Received, RecordedMatch, SeatInit, SeatStatus, StepOutput } from './ports.ts';
import type { SeatState } from './seat-state.ts';
import type { StateEncoder } from './state-codec.ts';
import { StepMessages } from './step-messages.ts';
import { StepQueue } from './step-queue.ts';

/** Timers that may go off in one step, against a timer that starts itself again at once for ever. */
const MAX_TIMERS_PER_STEP = 1_000;
/** Inputs of one seat that may wait for a step. */
const MAX_QUEUED_INPUTS = 1_024;

interface QueuedInput {
  readonly seq: number;
  readonly name: string;
  readonly payload: unknown;
  readonly wantsReply: boolean;
}

/**
 * Runs one match: takes inputs and the match time, and gives back a step at a time what is to be recorded and let out.
 * It has no clock, no sockets and no I/O. Nothing changes between two steps: what comes in waits in order for the next.
 */
export class MatchCore {
  readonly matchId: string;
  readonly game: AnyGame;
  readonly #room: AnyRoom;
  readonly #encoder: StateEncoder<Schema>;
  readonly #recorder: MatchRecorder;
  readonly #memory: MatchMemory;
  readonly #queue: StepQueue;
  readonly #messages: StepMessages;
  #givenUp: number[] = [];
  /** In this step a right to a seat was used for the first time: older ones must stay refused. */
  #rightUsed = false;
  /** The match's end was let out, or it failed: there are no more steps. */
  #over = false;

  /** A new match, which waits for `start()`. */
  static create(room: AnyRoomClass, init: MatchInit, onFault: FaultListener): MatchCore {
    return new MatchCore(room, init, onFault, null);
  }

  /**
   * A match as its log has it: it goes on where it stopped, with seats, timers and chance as they were.
   *
   * @throws RestoreError if the records don't fit this build of the game
   */
  static restore(room: AnyRoomClass, init: MatchInit, recorded: RecordedMatch, onFault: FaultListener): MatchCore {
    return new MatchCore(room, init, onFault, readMatch(room, recorded));
  }

  private constructor(room: AnyRoomClass, init: MatchInit, onFault: FaultListener, restored: ReadMatch | null) {
    this.matchId = init.matchId;
    this.game = room.game;
    this.#queue = new StepQueue(this.game.tickRateHz);
    this.#messages = new StepMessages(this.game.events);
    this.#memory = new MatchMemory({ game: room.game, init, restored, messages: this.#messages, onFault });
    this.#encoder = restored?.encoder ?? newEncoder(room);
    const { state } = this.#encoder;
    const { settings } = init;
    const parts = { memory: this.#memory, messages: this.#messages };
    this.#room = new room(new MatchContext({ ...parts, state, settings }) as never);
    this.#memory.timers.seal();
    this.#memory.kept.seal();
    this.#recorder = new MatchRecorder(this.#encoder, this.#memory, this.game.durability);
    // Players who joined after the last record was written.
    for (const late of init.seats.slice(this.#memory.seats.states.length)) this.addSeat(late);
  }

  get tick(): number {
    return this.#memory.tick;
  }
  /** Match time of the last step, in ms. */
  get timeMs(): number {
    return this.#memory.nowMs;
  }
  get result(): MatchResult | null {
    return this.#memory.result;
  }
  /** The id that the state's next new instance gets. */
  get nextRefId(): number {
    return this.#encoder.nextRefId;
  }
  /** For tests and the operator's eyes. Not to be written. */
  get state(): Schema {
    return this.#encoder.state;
  }
  /** @throws RangeError if there is no such seat, as all methods that take a `seatIndex` */
  seat(seatIndex: number): SeatStatus {
    return this.#memory.seats.at(seatIndex).status;
  }
  /** The description of the state's types for a joining client. Not to be changed. */
  handshake(): Uint8Array {
    return this.#encoder.handshake();
  }

  /**
   * Match time of the next thing to do: 0 if something waits, or if the game moves by itself and doesn't sleep; Infinity if
   * nothing will happen by itself.
   */
  dueMs(): number {
    if (this.#over) return Infinity;
    if (!this.#queue.isEmpty || this.#memory.result !== null || this.#isMoving) return 0;
    return Math.min(this.#memory.timers.nextDueMs, this.#memory.seats.nextToExpire()?.deadlineMs ?? Infinity);
  }

  /** Nothing that came in waits for a step. */
  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  /** The room opens: the game starts with the next step. Nothing happens on a second call. */
  start(): void {
    this.#queue.add(() => {
      if (this.#memory.started) return;
      this.#memory.started = true;
      this.#memory.seats.waitForPlayers(this.#memory.nowMs + SEAT_TAKE_MS);
      this.#memory.calls.guard('onStart', () => this.#room.onStart());
      // Whoever left before there was a game.
      for (const seat of this.#memory.seats.states) if (seat.givenUp) this.#tellRoom('onSeatLeft', seat);
    });
  }

  /**
   * A player joins the running match: the seat can be taken at once, and the game learns of it with the next step. Nothing
   * happens if it is known already. @throws RangeError if a seat before it is missing
   */
  addSeat(init: SeatInit): void {
    const seat = this.#memory.seats.announce(init);
    if (seat === null) return;
    this.#queue.add(() => {
      this.#memory.seats.admit();
      if (!this.#memory.started || this.#memory.result !== null) return;
      if (!seat.taken && !seat.givenUp) seat.deadlineMs = this.#memory.nowMs + SEAT_TAKE_MS;
      this.#tellRoom('onSeatAdded', seat);
    });
  }

  /** An input with its sequence number. One that was consumed before is not again, but its answer goes out once more. */
  receive(seatIndex: number, input: GyreInput): Received {
    const [seq, name, payload, reply] = input;
    const wantsReply = reply === true;
    const seat = this.#memory.seats.at(seatIndex);
    if (!Number.isSafeInteger(seq) || seq < 1 || seq > seat.queuedSeq + 1) return 'bad-input';
    if (seq <= seat.queuedSeq) {
      this.#queue.add(() => this.#repeat(seat, seq, wantsReply));
      return 'duplicate';
    }
    const parsed = this.#parse(name, payload);
    if (parsed === null || seq - seat.lastSeq > MAX_QUEUED_INPUTS) return 'bad-input';
    seat.queuedSeq = seq;
    this.#queue.addInput(seatIndex, () => this.#consume(seat, { seq, name, payload: parsed.payload, wantsReply }));
    return 'queued';
  }

  /** A message of a plain Colyseus client. @param requestId of a request that wants an answer; null for a send */
  receivePlain(seatIndex: number, name: string, payload: unknown, requestId: number | null): Received {
    const seat = this.#memory.seats.at(seatIndex);
    const parsed = this.#parse(name, payload);
    if (parsed === null) return 'bad-input';
    this.#queue.addInput(seatIndex, () => {
      if (this.#memory.result !== null || seat.givenUp) return;
      const refused = this.#memory.calls.handle(this.#room, this.#memory.seats.viewOf(seat), {
        name,
        payload: parsed.payload,
      });
      if (requestId !== null) this.#messages.answer(seatIndex, name, { requestId, refused });
    });
    return 'queued';
  }

  /** A right of `generation` was used for the seat: on a first visit, a reconnect, or another device. */
  seatConnected(seatIndex: number, generation: number): void {
    const seat = this.#memory.seats.at(seatIndex);
    this.#queue.add(() => {
      if (seat.givenUp) return;
      const returned = seat.taken && !seat.connected;
      this.#rightUsed ||= !seat.taken || generation > seat.generation;
      seat.taken = true;
      seat.connected = true;
      seat.generation = Math.max(seat.generation, generation);
      seat.deadlineMs = null;
      if (returned) this.#tellRoom('onSeatReturned', seat);
    });
  }

  /** The last socket of the seat is gone; it waits for the game's `reconnectGraceMs`. */
  seatDropped(seatIndex: number): void {
    const seat = this.#memory.seats.at(seatIndex);
    this.#queue.add(() => {
      if (!seat.givenUp && seat.connected) this.#drop(seat, this.game.reconnectGraceMs);
    });
  }

  /** The player left on purpose, or was removed. */
  giveUpSeat(seatIndex: number): void {
    const seat = this.#memory.seats.at(seatIndex);
    this.#queue.add(() => this.#giveUp(seat));
  }

  /**
   * Does everything that waits or is due at `timeMs`, as one tick: all of it is recorded together.
   * null if there was nothing to do, or the match is over.
   */
  step(timeMs: number): StepOutput | null {
    if (this.#over) return null;
    this.#memory.nowMs = Math.max(this.#memory.nowMs, Math.floor(timeMs));
    if (this.dueMs() > this.#memory.nowMs) return null;
    this.#memory.tick += 1;
    if (this.#memory.asleep || !this.#queue.isEmpty) this.#memory.changes += 1;
    this.#memory.asleep = false;
    this.#queue.run();
    this.#runDue();
    this.#move();
    this.#endIfDeserted();
    return this.#output();
  }

  /** The whole state as of the last step, for who joins. */
  fullState(): Uint8Array {
    return this.#encoder.encodeFull();
  }

  /** The whole match as of the last step, for the log. */
  full(): CommitRecord {
    return this.#recorder.full({ tick: this.#memory.tick, timeMs: this.#memory.nowMs });
  }

  #parse(name: string, payload: unknown): Parsed | null {
    const schema = Object.hasOwn(this.game.messages, name) ? this.game.messages[name] : undefined;
    return schema === undefined ? null : parsePayload(schema, payload);
  }

  /** The game takes every step. */
  get #isMoving(): boolean {
    const canMove = this.game.tickRateHz !== null && this.#room.onStep !== undefined;
    return canMove && this.#memory.started && this.#memory.result === null && !this.#memory.asleep;
  }

  #move(): void {
    const { tickRateHz } = this.game;
    if (tickRateHz === null || !this.#memory.started || this.#memory.result !== null) return;
    this.#memory.calls.guard('onStep', () => this.#room.onStep?.(1_000 / tickRateHz));
  }

  #runDue(): void {
    for (let ran = 0; this.#memory.result === null && this.#memory.started; ran += 1) {
      const seat = this.#memory.seats.nextToExpire();
      const expiresMs = seat?.deadlineMs ?? Infinity;
      if (seat !== null && expiresMs <= Math.min(this.#memory.nowMs, this.#memory.timers.nextDueMs)) {
        if (seat.connected) this.#drop(seat, this.game.reconnectGraceMs - this.#memory.returnMs);
        else this.#giveUp(seat);
        continue;
      }
      const callback = this.#memory.timers.takeDue();
      if (callback === null) return;
      this.#memory.calls.guard('a timer', ran < MAX_TIMERS_PER_STEP ? callback : tooManyTimers);
    }
  }

  #consume(seat: SeatState, { seq, name, payload, wantsReply }: QueuedInput): void {
    if (this.#memory.result !== null || seat.givenUp) return;
    const refused = this.#memory.calls.handle(this.#room, this.#memory.seats.viewOf(seat), { name, payload });
    seat.consume(seq, wantsReply ? { refused } : null);
    const reply = wantsReply ? seat.replyTo(seq) : null;
    if (reply === null) this.#messages.acknowledge(seat.init.index, seq);
    else this.#messages.say(seat.init.index, reply);
  }

  /** Answers an input that came before once more. */
  #repeat(seat: SeatState, seq: number, wantsReply: boolean): void {
    if (seq > seat.lastSeq) return;
    const reply = wantsReply ? seat.replyTo(seq) : null;
    if (reply === null) this.#messages.acknowledge(seat.init.index, seat.lastSeq);
    else this.#messages.say(seat.init.index, reply);
  }

  #drop(seat: SeatState, graceMs: number): void {
    this.#memory.changes += 1;
    seat.connected = false;
    seat.deadlineMs = this.#memory.nowMs + graceMs;
    this.#tellRoom('onSeatDropped', seat);
  }

  #giveUp(seat: SeatState): void {
    if (seat.givenUp) return;
    this.#memory.changes += 1;
    seat.givenUp = true;
    seat.connected = false;
    seat.deadlineMs = null;
    this.#givenUp.push(seat.init.index);
    if (this.#memory.started) this.#tellRoom('onSeatLeft', seat);
  }

  #tellRoom(hook: 'onSeatAdded' | 'onSeatDropped' | 'onSeatReturned' | 'onSeatLeft', seat: SeatState): void {
    if (this.#memory.result !== null) return;
    this.#memory.calls.guard(hook, () => this.#room[hook]?.(this.#memory.seats.viewOf(seat) as never));
  }

  /** A match that every player has left, and that its game did not end, ends in a draw. */
  #endIfDeserted(): void {
    if (this.#memory.result !== null || !this.#memory.started || !this.#memory.seats.isDeserted) return;
    this.#memory.changes += 1;
    this.#memory.result = toResult({ placements: [this.#memory.seats.inits] }, this.#memory.seats.inits);
  }

  #output(): StepOutput {
    const { record, patch, changed } = this.#recordOrFail();
    const { failed } = this.#memory.calls;
    const output: StepOutput = {
      record: failed ? null : record,
      patch: failed ? null : patch,
      changed,
      messages: this.#messages.take(),
      givenUp: this.#givenUp,
      result: failed ? null : this.#memory.result,
      failed,
    };
    this.#givenUp = [];
    this.#rightUsed = false;
    this.#over = failed || this.#memory.result !== null;
    return output;
  }

  /** What can't be recorded faithfully can't be let out either: the match fails. */
  #recordOrFail(): RecordedStep {
    const mustLast = this.#rightUsed || this.#givenUp.length > 0 || this.#memory.result !== null;
    try {
      return this.#recorder.step({ tick: this.#memory.tick, timeMs: this.#memory.nowMs }, mustLast);
    } catch (error) {
      this.#memory.calls.unrecordable(error);
      return { record: null, patch: null, changed: false };
    }
  }
}

function tooManyTimers(): never {
  throw new Error(`More than ${MAX_TIMERS_PER_STEP} timers went off in one step.`);
}
