import type { GyreMessage, Welcome } from '../../protocol/room-messages.ts';
import type { Meters } from './meters.ts';

/** What a seat's sockets have shown so far. */
export interface WireFacts {
  /** Inputs, each counted once however often it was sent. */
  readonly sent: number;
  /** The last input that the room said it had consumed. */
  readonly consumed: number;
  readonly resent: number;
  readonly replies: number;
  readonly refusals: number;
  readonly patches: number;
  /** Steps of the room's grid between two patches of one connection that brought none. */
  readonly silentSteps: number;
  readonly sockets: number;
  /** Connections that ended without the room's final word. */
  readonly losses: number;
  /** From such a loss to the next welcome. */
  readonly longestAwayMs: number;
  /** What must not be, in words. */
  readonly breaches: readonly string[];
}

export interface SeatWireOptions {
  /** null for a game without a grid. */
  readonly tickRateHz: number | null;
  readonly meters: Meters;
  readonly nowMs?: () => number;
}

export type StateKind = 'full' | 'patch';

/** What one socket of a seat carries. */
export interface WireConnection {
  /** An input left, for the first time or again. */
  input(seq: number, wantsReply: boolean): void;
  message(message: GyreMessage): void;
  /** `timeMs`: the match's time that the state was taken at; null if it doesn't say. */
  state(kind: StateKind, timeMs: number | null): void;
  /** `final`: the room said by its code that there is no coming back. */
  closed(final: boolean): void;
}

/** A breach repeats itself with every input that follows; the first ones say it all. */
const BREACHES_KEPT = 10;

/**
 * One seat's traffic over all of its sockets, held against the contract: each input has its number, is consumed once and
 * in order, and nothing that the room has told is taken back. It sees the frames, not what the SDK makes of them.
 */
export class SeatWire {
  readonly #options: Required<SeatWireOptions>;
  readonly #sentAtMs = new Map<number, number>();
  readonly #unanswered = new Set<number>();
  readonly #breaches: string[] = [];
  readonly #counts = { resent: 0, replies: 0, refusals: 0, patches: 0, silentSteps: 0, sockets: 0, losses: 0 };
  #sent = 0;
  #consumed = 0;
  #epoch = 0;
  /** The match's time of the latest patch. */
  #patchTimeMs = -1;
  #leaving = false;
  /** The least that a patch of this life of the room came after the match's time that it tells. */
  #earliestMs = Infinity;
  #longestAwayMs = 0;
  #lostAtMs: number | null = null;
  #socket: OneSocket | null = null;

  constructor({ nowMs = () => performance.now(), ...options }: SeatWireOptions) {
    this.#options = { ...options, nowMs };
  }

  get facts(): WireFacts {
    const { resent, replies, refusals, patches, silentSteps, sockets, losses } = this.#counts;
    return {
      sent: this.#sent,
      consumed: this.#consumed,
      resent,
      replies,
      refusals,
      patches,
      silentSteps,
      sockets,
      losses,
      longestAwayMs: this.#longestAwayMs,
      breaches: [...this.#breaches],
    };
  }

  /** Its client goes for good: that its socket ends is no loss. */
  leave(): void {
    this.#leaving = true;
  }

  /** A socket is open. The one before, if it still is, was given up by the client: nothing that it says counts. */
  connect(): WireConnection {
    if (this.#socket?.isOpen) this.#closed(false);
    const socket: OneSocket = { isOpen: true, welcomed: false, sent: 0, acked: 0, patched: false, stateAtMs: null };
    this.#socket = socket;
    this.#counts.sockets += 1;
    const present = (act: (socket: OneSocket) => void): void => {
      if (this.#socket === socket && socket.isOpen) act(socket);
    };
    return {
      input: (seq, wantsReply) => present(() => this.#input(socket, seq, wantsReply)),
      message: (message) => present(() => this.#message(socket, message)),
      state: (kind, timeMs) => present(() => this.#state(socket, kind, timeMs)),
      closed: (final) => present(() => this.#closed(final)),
    };
  }

  #closed(final: boolean): void {
    if (this.#socket) this.#socket.isOpen = false;
    if (final || this.#leaving) return;
    this.#counts.losses += 1;
    this.#options.meters.losses += 1;
    this.#lostAtMs ??= this.#options.nowMs();
  }

  #input(socket: OneSocket, seq: number, wantsReply: boolean): void {
    if (!socket.welcomed) this.#breach(`input ${seq} left before the welcome`);
    if (seq <= socket.sent) this.#breach(`input ${seq} left behind input ${socket.sent}`);
    if (seq > this.#sent + 1) this.#breach(`input ${seq} left after input ${this.#sent}: a gap`);
    if (seq <= this.#sent) this.#counts.resent += 1;
    else this.#firstSent(seq);
    if (wantsReply) this.#unanswered.add(seq);
    socket.sent = seq;
    this.#sent = Math.max(this.#sent, seq);
  }

  #firstSent(seq: number): void {
    this.#options.meters.inputs += 1;
    this.#sentAtMs.set(seq, this.#options.nowMs());
  }

  #message(socket: OneSocket, message: GyreMessage): void {
    if (message.type === 'welcome') this.#welcomed(socket, message);
    else if (message.type === 'ack') this.#acked(socket, message.seq);
    else if (message.type === 'reply') this.#replied(message.seq, message.ok);
  }

  #state(socket: OneSocket, kind: StateKind, timeMs: number | null): void {
    const nowMs = this.#options.nowMs();
    const { stateAtMs } = socket;
    if (kind === 'patch') {
      this.#counts.patches += 1;
      this.#options.meters.patches += 1;
      if (stateAtMs !== null) this.#options.meters.patchIntervals.add(nowMs - stateAtMs);
    }
    if (timeMs !== null) this.#heardTime(kind, timeMs, socket.patched);
    socket.patched ||= kind === 'patch';
    socket.stateAtMs = nowMs;
  }

  #heardTime(kind: StateKind, timeMs: number, goesOn: boolean): void {
    const aheadMs = timeMs - this.#patchTimeMs;
    if (aheadMs < 0 || (kind === 'patch' && aheadMs === 0)) {
      this.#breach(`the match's time went from ${this.#patchTimeMs} to ${timeMs} ms`);
    }
    // A full state tells the time of its sending, which the next step on the grid may lie before.
    if (kind === 'full') return;
    this.#meterLateness(timeMs);
    const { tickRateHz } = this.#options;
    if (goesOn && tickRateHz !== null) {
      this.#counts.silentSteps += Math.max(0, Math.round((aheadMs * tickRateHz) / 1_000) - 1);
    }
    this.#patchTimeMs = Math.max(this.#patchTimeMs, timeMs);
  }

  #meterLateness(timeMs: number): void {
    const afterMs = this.#options.nowMs() - timeMs;
    this.#earliestMs = Math.min(this.#earliestMs, afterMs);
    this.#options.meters.patchLateness.add(afterMs - this.#earliestMs);
  }

  #welcomed(socket: OneSocket, { lastSeq, epoch }: Welcome): void {
    if (lastSeq < this.#consumed)
      this.#breach(`input ${this.#consumed} was consumed, and at a welcome only ${lastSeq}`);
    if (epoch < this.#epoch) this.#breach(`epoch ${epoch} came after ${this.#epoch}`);
    // The match's time stood still between two lives.
    if (epoch !== this.#epoch) this.#earliestMs = Infinity;
    this.#epoch = epoch;
    socket.welcomed = true;
    this.#consumedUpTo(lastSeq);
    if (this.#lostAtMs === null) return;
    const awayMs = this.#options.nowMs() - this.#lostAtMs;
    this.#lostAtMs = null;
    this.#longestAwayMs = Math.max(this.#longestAwayMs, awayMs);
    this.#options.meters.away.add(awayMs);
  }

  #acked(socket: OneSocket, seq: number): void {
    if (seq <= socket.acked) this.#breach(`ack ${seq} came after ack ${socket.acked}`);
    socket.acked = seq;
    this.#consumedUpTo(seq);
  }

  #replied(seq: number, ok: boolean): void {
    this.#counts.replies += 1;
    if (!ok) this.#counts.refusals += 1;
    // After a reconnect the room says again what it said; before one it has no reason to.
    if (!this.#unanswered.delete(seq) && this.#counts.resent === 0) this.#breach(`input ${seq} was answered twice`);
    this.#consumedUpTo(seq);
  }

  #consumedUpTo(seq: number): void {
    if (seq > this.#sent) this.#breach(`input ${seq} was consumed, and only ${this.#sent} were ever sent`);
    const nowMs = this.#options.nowMs();
    for (let consumed = this.#consumed + 1; consumed <= seq; consumed += 1) {
      const sentAtMs = this.#sentAtMs.get(consumed);
      if (sentAtMs !== undefined) this.#options.meters.inputToAck.add(nowMs - sentAtMs);
      this.#sentAtMs.delete(consumed);
    }
    this.#consumed = Math.max(this.#consumed, seq);
  }

  #breach(what: string): void {
    if (this.#breaches.length < BREACHES_KEPT) this.#breaches.push(what);
  }
}

interface OneSocket {
  isOpen: boolean;
  welcomed: boolean;
  sent: number;
  acked: number;
  patched: boolean;
  stateAtMs: number | null;
}
