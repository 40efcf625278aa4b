import type { Reply } from '../../protocol/room-messages.ts';
import { REPLIES_KEPT_PER_SEAT } from '../../protocol/limits.ts';
import type { SeatInit, SeatStatus } from './ports.ts';

/** A seat's recorded part: what a restored room must know of it. `[seq, refused]`: null if it was taken. */
export type KeptReply = readonly [seq: number, refused: string | null];
export type SeatRecord = readonly [
  taken: boolean,
  connected: boolean,
  givenUp: boolean,
  generation: number,
  lastSeq: number,
  deadlineMs: number | null,
  replies: readonly KeptReply[],
];

const NONE: readonly KeptReply[] = [];

/** The room's side of a seat: who is there, until when it waits, and which inputs it has consumed. */
export class SeatState {
  readonly init: SeatInit;
  taken: boolean;
  connected: boolean;
  givenUp = false;
  generation = 0;
  lastSeq = 0;
  /**
   * Match time at which the seat is given up if nobody comes, or of a restored match is found to have been left; null if it
   * does not wait.
   */
  deadlineMs: number | null = null;
  /** Sequence number of the last input that waits for the next step, or was consumed. */
  queuedSeq = 0;
  /** Made with the first: Gyre's own SDK asks for none by itself. */
  #replies: KeptReply[] | null = null;

  constructor(init: SeatInit) {
    this.init = init;
    this.taken = init.isBot;
    this.connected = init.isBot;
  }

  /** Consumes an input, and keeps the answer of one that asked for it. */
  consume(seq: number, answer: { readonly refused: string | null } | null): void {
    this.lastSeq = seq;
    if (answer === null) return;
    this.#replies ??= [];
    this.#replies.push([seq, answer.refused]);
    if (this.#replies.length > REPLIES_KEPT_PER_SEAT) this.#replies.shift();
  }

  /** The answer that a consumed input got; null if it is not kept. */
  replyTo(seq: number): Reply | null {
    const kept = this.#kept.find(([of]) => of === seq);
    return kept === undefined ? null : { type: 'reply', seq, ok: kept[1] === null, refused: kept[1] };
  }

  get status(): SeatStatus {
    const { taken, connected, givenUp, generation, lastSeq } = this;
    return { index: this.init.index, taken, connected, givenUp, generation, lastSeq };
  }

  toRecord(): SeatRecord {
    return [this.taken, this.connected, this.givenUp, this.generation, this.lastSeq, this.deadlineMs, this.#kept];
  }

  /** Nobody comes back for those of a seat that was given up, and a match may have many of these. */
  get #kept(): readonly KeptReply[] {
    return this.givenUp || this.#replies === null ? NONE : this.#replies;
  }

  /** Takes over a record. A player who was there still counts as such, until `backByMs` of match time. */
  restore(record: SeatRecord, backByMs: number): void {
    const [taken, connected, givenUp, generation, lastSeq, deadlineMs, replies] = record;
    this.taken = taken;
    this.connected = connected;
    this.givenUp = givenUp;
    this.generation = generation;
    this.lastSeq = lastSeq;
    this.queuedSeq = lastSeq;
    this.deadlineMs = connected && !this.init.isBot ? backByMs : deadlineMs;
    this.#replies = replies.length === 0 ? null : [...replies];
  }
}
