import type { Finish } from './finish.ts';
import type { AnyGame, EventName, EventPayload, Handlers, RoomSettings, RoomState } from './game-types.ts';
import type { Kept } from './kept.ts';
import type { Refused } from './refusal.ts';
import { Seat } from './seat.ts';
import type { GameTimer } from './timers.ts';

/** What a room stands on. Made by the match's core; authors never see it. */
export interface RoomContext<Game extends AnyGame = AnyGame> {
  readonly state: RoomState<Game>;
  readonly settings: RoomSettings<Game>;
  readonly seats: readonly Seat<Game>[];
  nowMs(): number;
  timer(name: string, callback: () => void): GameTimer;
  keep<Value>(name: string, initial: Value): Kept<Value>;
  random(): number;
  broadcast(name: string, payload: unknown): void;
  finish(finish: Finish): void;
  sleep(): void;
}

/**
 * The live authority of a match, as its author writes it: a shell that calls the game's rules and writes the state.
 * Extend it by `class MyRoom extends gameRoom(myGame) { … }`.
 *
 * A room must be able to go on after a crash with nothing but its state, timers, kept values and random numbers. So
 * there are no closures to wait for, no wall clock and no `Math.random`, and all fields are declared in the class.
 */
export abstract class GameRoom<Game extends AnyGame = AnyGame> {
  readonly #context: RoomContext<Game>;

  constructor(context: RoomContext<Game>) {
    this.#context = context;
  }

  /** One handler for each message: `override readonly messages = this.handle({ … })`. */
  abstract readonly messages: Handlers<Game>;

  /** Once a match, when its room opens; never on a restore. Sets up the state. */
  abstract onStart(): void;
  /** Once a step, for games with a `tickRateHz`. @param stepMs the fixed step, `1000 / tickRateHz` */
  onStep?(stepMs: number): void;
  /** A player has joined the running match, in a game with `lateJoin`. Those who are there at the start are in `seats` already. */
  onSeatAdded?(seat: Seat<Game>): void;
  /** The seat's player is away, and may come back within the game's `reconnectGraceMs`. */
  onSeatDropped?(seat: Seat<Game>): void;
  onSeatReturned?(seat: Seat<Game>): void;
  /** The seat was given up for good: left on purpose, never taken, or away for too long. */
  onSeatLeft?(seat: Seat<Game>): void;

  /** What all clients see. */
  protected get state(): RoomState<Game> {
    return this.#context.state;
  }

  protected get settings(): RoomSettings<Game> {
    return this.#context.settings;
  }

  /**
   * All seats by index, also those that were given up. In a game with `lateJoin` it grows; who leaves and joins again gets
   * another seat.
   */
  protected get seats(): readonly Seat<Game>[] {
    return this.#context.seats;
  }

  /** Match time in ms: stands still while the match has no process. The same throughout one step. */
  protected get nowMs(): number {
    return this.#context.nowMs();
  }

  /** Types the handlers by the contract: a class field is not contextually typed by its base class. */
  protected handle(handlers: Handlers<Game>): Handlers<Game> {
    return handlers;
  }

  /** Declares a timer, as a field of the room. */
  protected timer(name: string, callback: () => void): GameTimer {
    return this.#context.timer(name, callback);
  }

  /** Declares a hidden value that survives a crash, as a field of the room. Plain data only. */
  protected keep<Value>(name: string, initial: Value): Kept<Value> {
    return this.#context.keep(name, initial);
  }

  /** The next seeded random number, at least 0 and less than 1. */
  protected random(): number {
    return this.#context.random();
  }

  /** Sends an event of the contract to everyone, with the tick that it happens in. */
  protected broadcast<Name extends EventName<Game>>(name: Name, payload: EventPayload<Game, Name>): void {
    this.#context.broadcast(name, payload);
  }

  /** As `seat.send`, to several seats: it is checked, copied and built once, however many they are. */
  protected sendTo<Name extends EventName<Game>>(
    seats: readonly Seat<Game>[],
    name: Name,
    payload: EventPayload<Game, Name>,
  ): void {
    Seat.sendTo(seats, name, payload);
  }

  /**
   * Ends the match with this step: no more messages, timers or steps are run. What the same call still writes or sends goes
   * out with it; a second `finish` changes nothing.
   */
  protected finish(finish: Finish): void {
    this.#context.finish(finish);
  }

  /**
   * Nothing moves, for games with a `tickRateHz`: after this step `onStep` isn't called again before a message comes, a
   * timer goes off or a seat changes. A room that sleeps costs nothing.
   */
  protected sleep(): void {
    this.#context.sleep();
  }
}

/** A room class that can be run: not abstract, with its game. */
export interface RoomClass<Game extends AnyGame = AnyGame> {
  new (context: RoomContext<Game>): GameRoom<Game>;
  readonly game: Game;
}

/** A room with its game's types forgotten: what runs rooms works with it, whatever the game. */
export interface AnyRoom {
  readonly messages: Readonly<Record<string, AnyHandler>>;
  onStart(): void;
  onStep?(stepMs: number): void;
  onSeatAdded?(seat: never): void;
  onSeatDropped?(seat: never): void;
  onSeatReturned?(seat: never): void;
  onSeatLeft?(seat: never): void;
}
// oxlint-disable-next-line typescript/no-invalid-void-type -- handlers that return nothing are the common case
type AnyHandler = (seat: never, payload: never) => Refused | undefined | void;

export interface AnyRoomClass {
  new (context: never): AnyRoom;
  readonly game: AnyGame;
}
/** The rooms that a service runs, by the name of their game. */
export type AnyRooms = Readonly<Record<string, AnyRoomClass>>;

/** One room for each game of a registry: a missing one is a compile error. */
export type RoomsFor<Games extends Readonly<Record<string, AnyGame>>> = {
  readonly [Name in keyof Games]: RoomClass<Games[Name]>;
};

/** The base class of a game's room: `class MyRoom extends gameRoom(myGame) { … }`. */
export function gameRoom<const Game extends AnyGame>(game: Game): typeof GameRoom<Game> & { readonly game: Game } {
  abstract class RoomOfGame extends GameRoom<Game> {
    static readonly game = game;
  }
  return RoomOfGame;
}
