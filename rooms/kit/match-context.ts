import { type Finish, toResult } from './finish.ts';
import type { RoomContext } from './game-room.ts';
import type { Kept } from './kept.ts';
import type { MatchMemory } from './match-memory.ts';
import type { StepMessages } from './step-messages.ts';
import type { GameTimer } from './timers.ts';

export interface MatchContextParts {
  readonly memory: MatchMemory;
  readonly messages: StepMessages;
  readonly state: RoomContext['state'];
  readonly settings: RoomContext['settings'];
}

/** What a room stands on, of its match. A class: closures would be made anew for every room. */
export class MatchContext implements RoomContext {
  readonly state: RoomContext['state'];
  readonly settings: RoomContext['settings'];
  readonly #memory: MatchMemory;
  readonly #messages: StepMessages;

  constructor({ memory, messages, state, settings }: MatchContextParts) {
    this.state = state;
    this.settings = settings;
    this.#memory = memory;
    this.#messages = messages;
  }

  get seats(): RoomContext['seats'] {
    return this.#memory.seats.views;
  }

  nowMs(): number {
    return this.#memory.nowMs;
  }

  timer(name: string, callback: () => void): GameTimer {
    return this.#memory.timers.declare(name, callback);
  }

  keep<Value>(name: string, initial: Value): Kept<Value> {
    return this.#memory.kept.declare(name, initial);
  }

  random(): number {
    return this.#memory.random.next();
  }

  broadcast(name: string, payload: unknown): void {
    this.#messages.event(null, name, payload);
  }

  finish(finish: Finish): void {
    this.#memory.changes += 1;
    this.#memory.result ??= toResult(finish, this.#memory.seats.inits);
  }

  sleep(): void {
    this.#memory.changes += 1;
    this.#memory.asleep = true;
  }
}
