import type { AnyRoom } from './game-room.ts';
import type { AnyGame } from './game-types.ts';
import type { Seat } from './seat.ts';

/** After so many throws of the game's own code the match is given up. */
const MAX_FAULTS = 5;

/** Told of a throw in the game's code, with what was called. It must not throw. */
export type FaultListener = (error: unknown, where: string) => void;

/** What a player is told whose message made the game throw. */
const REFUSED_BY_FAULT = 'internal';

/**
 * Calls into the author's code. A throw costs the call, not the process and not the match: it is counted, and only the
 * fifth ends the match.
 */
export class GameCalls {
  #faults: number;
  #unrecordable = false;
  readonly #onFault: FaultListener;

  constructor(faults: number, onFault: FaultListener) {
    this.#faults = faults;
    this.#onFault = onFault;
  }

  get faults(): number {
    return this.#faults;
  }

  /** The match can't go on. */
  get failed(): boolean {
    return this.#unrecordable || this.#faults >= MAX_FAULTS;
  }

  /** @param where what is called, for the log */
  guard(where: string, call: () => unknown): void {
    try {
      assertDone(call());
    } catch (error) {
      this.#faults += 1;
      this.#onFault(error, where);
    }
  }

  /** A state that has no faithful patch can't be recorded, so the match can't go on. */
  unrecordable(error: unknown): void {
    this.#unrecordable = true;
    this.#onFault(error, 'the state');
  }

  /** Hands a message to its handler. Returns the refusal's code; null if the message was taken. */
  handle(
    room: AnyRoom,
    seat: Seat<AnyGame>,
    message: { readonly name: string; readonly payload: unknown },
  ): string | null {
    const { name, payload } = message;
    let refused: string | null = REFUSED_BY_FAULT;
    this.guard(`the handler of "${name}"`, () => {
      const handler = room.messages[name];
      if (handler === undefined) throw new Error(`The room has no handler for "${name}".`);
      const answer = handler.call(room.messages, seat as never, payload as never);
      assertDone(answer);
      refused = answer?.refused ?? null;
    });
    return refused;
  }
}

/**
 * What goes on after its step is neither recorded nor repeated after a crash, so game code must not be asynchronous. Its
 * rejection, if there is one, would end the process of everybody else's matches too.
 */
function assertDone(returned: unknown): void {
  if (!(returned instanceof Promise)) return;
  // Its own failure is no news beside the fault that it is.
  returned.catch(() => undefined);
  throw new TypeError('It is asynchronous: what a room does must be done when the call returns.');
}
