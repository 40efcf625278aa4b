import { MAX_ROOM_MESSAGE_BYTES, MAX_ROOM_MESSAGES_PER_SECOND, REPLIES_KEPT_PER_SEAT } from '../protocol/limits.ts';
import type { RequestReply } from '../protocol/room-messages.ts';
import { GyreError } from './gyre-error.ts';
import { Pacer } from './pacer.ts';
import { platformTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** The wire below the queue. */
export interface InputWire {
  pack(value: unknown): Uint8Array;
  /** Sends a packed `[seq, name, payload, true?]`; may lose it. */
  send(packedArray: Uint8Array): void;
}

/** An input that was given to the queue. */
export interface QueuedInput {
  /** The room has consumed it, as far as it has told. */
  readonly consumed: boolean;
}

interface Pending extends QueuedInput {
  seq: number;
  /** Name and payload, packed. */
  readonly body: Uint8Array;
  readonly reply: PromiseWithResolvers<RequestReply> | null;
  /** Given to the wire before: doesn't count against the room's limit a second time. */
  sent: boolean;
  consumed: boolean;
}

const MAX_PENDING = 10_000;

/**
 * Inputs that are consumed exactly once. Each has a sequence number and is kept until the room has acknowledged it or
 * replied; after each welcome the queue goes on at the room's `lastSeq + 1`, so neither a lost socket nor a crashed
 * room loses an input or makes it count twice.
 */
export class InputQueue {
  readonly #wire: InputWire;
  readonly #pacer = new Pacer(MAX_ROOM_MESSAGES_PER_SECOND, MAX_ROOM_MESSAGES_PER_SECOND / 2);
  /** In order of their seq. */
  #pending: Pending[] = [];
  #nextSeq = 1;
  #live = false;
  #closed: GyreError | null = null;
  readonly #timing: Timing;
  #stopTimer: (() => void) | null = null;

  constructor(wire: InputWire, timing: Timing = platformTiming) {
    this.#wire = wire;
    this.#timing = timing;
  }

  /** null, and nothing happens, once the match is over. Throws `message-too-large` and `queue-full`. */
  send(name: string, payload: unknown): QueuedInput | null {
    return this.#closed ? null : this.#add(name, payload, null);
  }

  /** Rejects with what ended the match if it ends before the reply. */
  async request(name: string, payload: unknown): Promise<RequestReply> {
    if (this.#closed) throw this.#closed;
    const reply = Promise.withResolvers<RequestReply>();
    this.#add(name, payload, reply);
    return reply.promise;
  }

  /** The room let us in, and has consumed everything up to `lastSeq`. */
  welcomed(lastSeq: number): void {
    const consumed = this.#pending.filter(({ seq, sent }) => sent && seq <= lastSeq);
    for (const input of consumed) input.consumed = true;
    const open = this.#pending.filter((input) => !consumed.includes(input));
    const unanswered = consumed.filter((input) => input.reply && !this.#tooOld(input, lastSeq));
    // Normally they have these numbers already. After a room came back with a part of its past missing (durability
    // `snapshot`), what it forgot, and we no longer have, must not leave a gap.
    for (const [index, input] of open.entries()) {
      input.seq = lastSeq + 1 + index;
      input.consumed = false;
    }
    this.#nextSeq = lastSeq + 1 + open.length;
    this.#pending = [...unanswered, ...open];
    this.#live = true;
    for (const input of this.#pending) if (input.sent) this.#transmit(input);
    this.#pump();
  }

  /** The socket is gone: what comes now waits for the next welcome. */
  dropped(): void {
    this.#live = false;
    this.#stopTimer?.();
  }

  replied(seq: number, reply: RequestReply): void {
    this.#consumeUpTo(seq);
    this.#pending.find((input) => input.seq === seq)?.reply?.resolve(reply);
    this.#pending = this.#pending.filter((input) => input.seq !== seq && (input.reply || input.seq > seq));
  }

  /** Everything up to `seq` is consumed; replies come for themselves. */
  acked(seq: number): void {
    this.#consumeUpTo(seq);
    this.#pending = this.#pending.filter((input) => input.reply || input.seq > seq);
  }

  /** The match is over: what still waits for a reply is rejected with `error`. */
  close(error: GyreError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.dropped();
    for (const { reply } of this.#pending) reply?.reject(error);
    this.#pending = [];
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  #consumeUpTo(seq: number): void {
    for (const input of this.#pending) if (input.seq <= seq) input.consumed = true;
  }

  #add(name: string, payload: unknown, reply: Pending['reply']): QueuedInput {
    if (this.#pending.length >= MAX_PENDING) throw new GyreError('queue-full', `${MAX_PENDING} inputs wait already`);
    const body = concatenate(this.#wire.pack(name), this.#wire.pack(payload === undefined ? null : payload));
    if (body.length + ENVELOPE_BYTES > MAX_ROOM_MESSAGE_BYTES) {
      throw new GyreError('message-too-large', `"${name}" has ${body.length} of ${MAX_ROOM_MESSAGE_BYTES} bytes`);
    }
    const input: Pending = { seq: this.#nextSeq++, body, reply, sent: false, consumed: false };
    this.#pending.push(input);
    this.#pump();
    return input;
  }

  /** Sends what was never sent, no faster than the room takes it: too many close the connection for good. */
  #pump(): void {
    this.#stopTimer?.();
    if (!this.#live) return;
    for (const input of this.#pending) {
      if (input.sent) continue;
      const waitMs = this.#pacer.take(this.#timing.nowMs());
      if (waitMs > 0) {
        this.#stopTimer = this.#timing.after(waitMs, () => this.#pump());
        return;
      }
      input.sent = true;
      this.#transmit(input);
    }
  }

  #transmit(input: Pending): void {
    this.#wire.send(packInput(input.seq, input.body, input.reply !== null));
  }

  #tooOld({ seq, reply }: Pending, lastSeq: number): boolean {
    if (seq > lastSeq - REPLIES_KEPT_PER_SEAT) return false;
    reply?.reject(new GyreError('outcome-unknown', 'the room consumed it, and has forgotten its reply'));
    return true;
  }
}

/** Colyseus' header, the array's, and the sequence number. */
const ENVELOPE_BYTES = 16;
const FIXARRAY = 0x90;
const UINT32 = 0xce;
const TRUE = 0xc3;

/** MessagePack of `[seq, name, payload]` or `[seq, name, payload, true]`, around a body that is packed already. */
function packInput(seq: number, body: Uint8Array, wantsReply: boolean): Uint8Array {
  const bytes = new Uint8Array(6 + body.length + (wantsReply ? 1 : 0));
  bytes[0] = FIXARRAY | (wantsReply ? 4 : 3);
  bytes[1] = UINT32;
  new DataView(bytes.buffer).setUint32(2, seq);
  bytes.set(body, 6);
  if (wantsReply) bytes[bytes.length - 1] = TRUE;
  return bytes;
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
