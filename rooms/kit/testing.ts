import type { GyreInput, GyreMessage, MatchResult, RequestReply } from '../../protocol/room-messages.ts';
import { GYRE_TYPE } from '../../protocol/room-messages.ts';
import type { MessageNameOf, PayloadArgs, RefusalOf } from '../../protocol/game-types.ts';
import type { RoomClass } from './game-room.ts';
import type { AnyGame, RoomState } from './game-types.ts';
import { MatchCore } from './match-core.ts';
import type { CommitRecord, MatchInit, Outgoing, SeatInit, StepOutput } from './ports.ts';

export interface TestMatchOptions<Game extends AnyGame> {
  /** How many players; by default the game's fewest. */
  readonly seats?: number;
  /** Seeds `random()`; by default 1. */
  readonly seed?: number;
  readonly settings?: Game['settings']['_zod']['input'];
}

/** How far off a sum of steps may be that are no whole ms. */
const ROUNDING_MS = 1e-6;
/** With durability `snapshot`, the most that a crash takes of a match. */
const SNAPSHOT_EVERY_MS = 1_000;
/** Records that are kept before the whole state is written in place of them, as the service does every few seconds. */
const MAX_RECORDS = 1_000;

/** A match without sockets, for an author's tests: the same core and the same records as in the service. */
export class TestMatch<Game extends AnyGame> implements AsyncDisposable {
  readonly #room: RoomClass<Game>;
  #init: MatchInit;
  #core: MatchCore;
  #nowMs = 0;
  /** Points of the grid that have passed, in a game with a `tickRateHz`. */
  #passed = 0;
  #records: CommitRecord[];
  /** When the first of them was written. */
  #fullAtMs = 0;
  #epoch = 1;
  readonly #seqs: number[];
  #replies = new Map<string, RequestReply>();
  readonly #events: Outgoing[] = [];
  #result: MatchResult | null = null;
  readonly #faults: unknown[] = [];

  constructor(room: RoomClass<Game>, init: MatchInit) {
    this.#room = room;
    this.#init = init;
    this.#seqs = init.seats.map(() => 0);
    this.#core = MatchCore.create(room, init, this.#onFault);
    this.#records = [this.#core.full()];
    this.#core.start();
    for (const seat of init.seats) this.#core.seatConnected(seat.index, 0);
    this.#step();
  }

  get state(): RoomState<Game> {
    return this.#core.state as RoomState<Game>;
  }
  get nowMs(): number {
    return this.#nowMs;
  }
  get tick(): number {
    return this.#core.tick;
  }
  /** null until the match has ended. */
  get result(): MatchResult | null {
    return this.#result;
  }
  /** Everything that was sent with `broadcast` (`seatIndex` null) and `seat.send`, in order. */
  get events(): readonly Outgoing[] {
    return this.#events;
  }

  /**
   * Sends a message from a seat and gives its answer, as an SDK's `match.request` does. In a game with a `tickRateHz` it
   * is taken with the next step, as everything that players do.
   */
  async request<Name extends MessageNameOf<Game>>(
    seatIndex: number,
    name: Name,
    ...[payload]: PayloadArgs<Game, Name>
  ): Promise<RequestReply<RefusalOf<Game>>> {
    const seq = this.#receive(seatIndex, (next) => [next, name, payload ?? null, true]);
    this.#settle();
    const reply = this.#replies.get(`${seatIndex}/${seq}`);
    if (reply === undefined) throw new Error('The match is over: nobody answers.');
    return reply;
  }

  /** Sends a message without waiting for its answer, as an SDK's `match.send` does: several of them can come in one step. */
  send<Name extends MessageNameOf<Game>>(seatIndex: number, name: Name, ...[payload]: PayloadArgs<Game, Name>): void {
    this.#receive(seatIndex, (next) => [next, name, payload ?? null]);
    if (this.#room.game.tickRateHz === null) this.#step();
  }

  /** Lets match time pass; everything that comes due happens at its time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#nextMs() <= untilMs + ROUNDING_MS) this.#stepNext();
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** A player joins the running match, in a game with `lateJoin`. @returns the index of the new seat */
  join({ team = null }: { readonly team?: string | null } = {}): number {
    const seat = playerSeat(this.#seqs.length, team);
    this.#init = { ...this.#init, seats: [...this.#init.seats, seat] };
    this.#seqs.push(0);
    this.#core.addSeat(seat);
    this.#core.seatConnected(seat.index, 0);
    this.#settle();
    return seat.index;
  }

  /** The seat's player loses the connection. */
  drop(seatIndex: number): void {
    this.#core.seatDropped(seatIndex);
    this.#settle();
  }

  /** The seat's player is back in time. */
  return(seatIndex: number): void {
    this.#core.seatConnected(seatIndex, 0);
    this.#settle();
  }

  /** The seat's player leaves for good. */
  leave(seatIndex: number): void {
    this.#core.giveUpSeat(seatIndex);
    this.#settle();
  }

  /**
   * Kills the process and restores the match from its records, as another process would: with durability `snapshot` as it was
   * up to a second ago, match time aside.
   * @param options.missing seats whose players don't come back by themselves
   * @throws Error with durability `none`: no match is left
   */
  async crash({ missing = [] }: { readonly missing?: readonly number[] } = {}): Promise<void> {
    if (this.#room.game.durability === 'none') throw new Error('A match of durability "none" ends with its process.');
    const [full, ...patches] = this.#records as [CommitRecord, ...CommitRecord[]];
    const recorded = { epoch: this.#epoch, full, patches, timeMs: this.#nowMs };
    this.#epoch += 1;
    this.#core = MatchCore.restore(this.#room, this.#init, recorded, this.#onFault);
    this.#writeFull();
    // Numbers may go back, and be given again.
    this.#replies.clear();
    this.#init.seats.forEach((seat) => {
      this.#seqs[seat.index] = this.#core.seat(seat.index).lastSeq;
      if (this.#core.seat(seat.index).connected && !missing.includes(seat.index))
        this.#core.seatConnected(seat.index, 0);
    });
  }

  /** Throws what the game's code threw meanwhile, so that a test can't miss it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#faults.length > 0) throw new AggregateError(this.#faults, 'The game threw.');
  }

  readonly #onFault = (error: unknown): void => {
    this.#faults.push(error);
  };

  #receive(seatIndex: number, inputOf: (seq: number) => GyreInput): number {
    const seq = (this.#seqs[seatIndex] ?? 0) + 1;
    const input = inputOf(seq);
    if (this.#core.receive(seatIndex, input) === 'bad-input')
      throw new TypeError(`"${input[1]}" does not fit the game's contract.`);
    this.#seqs[seatIndex] = seq;
    return seq;
  }

  /** Lets the room take what has come in: at once, or with its next step if the game has a `tickRateHz`. */
  #settle(): void {
    if (this.#room.game.tickRateHz === null) this.#step();
    else this.#stepNext();
  }

  /** Match time of the next step. */
  #nextMs(): number {
    const { tickRateHz } = this.#room.game;
    return tickRateHz === null ? this.#core.dueMs() : ((this.#passed + 1) * 1_000) / tickRateHz;
  }

  #stepNext(): void {
    this.#nowMs = Math.max(this.#nowMs, this.#nextMs());
    this.#passed += 1;
    this.#step();
  }

  #step(): void {
    const output = this.#core.step(this.#nowMs);
    if (output === null) return;
    this.#record(output);
    this.#result = output.result ?? this.#result;
    for (const message of output.messages) this.#deliver(message);
  }

  #record({ record, changed }: StepOutput): void {
    const isSnapshotDue =
      this.#room.game.durability === 'snapshot' && changed && this.#nowMs - this.#fullAtMs >= SNAPSHOT_EVERY_MS;
    if (isSnapshotDue || record?.kind === 'full' || this.#records.length >= MAX_RECORDS) this.#writeFull();
    else if (record !== null) this.#records.push(record);
  }

  #writeFull(): void {
    this.#records = [this.#core.full()];
    this.#fullAtMs = this.#nowMs;
  }

  #deliver(message: Outgoing): void {
    if (message.type !== GYRE_TYPE) {
      this.#events.push(message);
      return;
    }
    const gyre = message.payload as GyreMessage;
    if (gyre.type !== 'reply') return;
    const reply: RequestReply = gyre.ok ? { ok: true } : { ok: false, refused: gyre.refused ?? '' };
    this.#replies.set(`${message.seatIndex}/${gyre.seq}`, reply);
  }
}

/** Starts a match for a test, with all of its players there: `await using match = await testMatch(MyRoom, { seats: 2 })`. */
export async function testMatch<Game extends AnyGame>(
  room: RoomClass<Game>,
  options: TestMatchOptions<Game> = {},
): Promise<TestMatch<Game>> {
  const { game } = room;
  const seats = Array.from({ length: options.seats ?? game.players.min }, (_, index) =>
    playerSeat(index, game.teams[index % Math.max(1, game.teams.length)]?.name ?? null),
  );
  const settings = game.settings.parse(options.settings ?? {});
  return new TestMatch(room, { matchId: 'm_test0001', settings, seats, seed: options.seed ?? 1 });
}

function playerSeat(index: number, team: string | null): SeatInit {
  return {
    index,
    playerId: `p_test${String(index).padStart(4, '0')}`,
    displayName: `Player ${index + 1}`,
    team,
    isBot: false,
  };
}
