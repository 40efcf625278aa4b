import { GYRE_TYPE, type GyreMessage } from '../../protocol/room-messages.ts';
import type { PayloadSchemas } from './define-game.ts';
import type { Outgoing } from './ports.ts';

/** What a step says to the match's clients, in the order in which they get it; acknowledgements come last. */
export class StepMessages {
  readonly #events: PayloadSchemas;
  #outgoing: Outgoing[] = [];
  /** The last consumed input, by seat. */
  #acks: Map<number, number> | null = null;

  /** @param events of the game's contract */
  constructor(events: PayloadSchemas) {
    this.#events = events;
  }

  say(seatIndex: number, message: GyreMessage): void {
    this.#send(seatIndex, GYRE_TYPE, message);
  }

  acknowledge(seatIndex: number, seq: number): void {
    this.#acks ??= new Map();
    this.#acks.set(seatIndex, seq);
  }

  /** The answer to a plain Colyseus request of the type `name`. */
  answer(seatIndex: number, name: string, { requestId, refused }: { requestId: number; refused: string | null }): void {
    const payload = refused === null ? { ok: true } : { ok: false, refused };
    this.#outgoing.push({ seatIndex, type: name, payload, requestId });
  }

  /**
   * An event is what the contract says, and as it is now: what becomes of the author's object later is not sent.
   * @param to seat indexes, which get the same object; null: to everyone
   * @throws Error for an event that the contract doesn't have, ZodError for a payload that doesn't fit
   */
  event(to: readonly number[] | null, name: string, payload: unknown): void {
    const schema = Object.hasOwn(this.#events, name) ? this.#events[name] : undefined;
    if (schema === undefined) throw new Error(`The contract has no event "${name}".`);
    const copy: unknown = structuredClone(schema.parse(payload));
    for (const seatIndex of to ?? [null]) this.#send(seatIndex, name, copy);
  }

  /** All of it; what comes after belongs to the next step. */
  take(): readonly Outgoing[] {
    for (const [seatIndex, seq] of this.#acks ?? []) this.say(seatIndex, { type: 'ack', seq });
    this.#acks = null;
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  #send(seatIndex: number | null, type: string, payload: unknown): void {
    this.#outgoing.push({ seatIndex, type, payload });
  }
}
