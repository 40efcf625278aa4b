import { platformTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** A bad network, for development: what it does to every frame, both ways. Left out: 0. */
export interface SimulatedConditions {
  /** Round trip, in ms: half of it each way. */
  readonly latencyMs?: number | undefined;
  /** By how much the round trip differs, at most, up or down, in ms. */
  readonly jitterMs?: number | undefined;
  /**
   * Share (0–1) of frames that get lost on the way. A WebSocket runs over TCP, so a lost one arrives all the same: a
   * retransmission later (one and a half round trips, 100 ms at least), and those behind it wait for it.
   */
  readonly loss?: number | undefined;
  /** Of the chance: the same seed makes the same decisions. Left out: 1. */
  readonly seed?: number | undefined;
}

/** One direction of one connection. */
export interface Lane {
  /** Calls `deliver` when a frame that is sent now would arrive; at once if nothing delays it. */
  pass(deliver: () => void): void;
  /** The connection is gone, with all that is on its way. */
  cut(): void;
}

const LEAST_RETRANSMIT_MS = 100;
const RETRANSMIT_ROUND_TRIPS = 1.5;
const MOST_LOSSES_IN_A_ROW = 5;

/** Makes lanes that delay and lose as they are told. Conditions may change while frames are on their way. */
export class SimulatedNetwork {
  readonly #timing: Timing;
  #conditions: SimulatedConditions | null;
  #lanes = 0;

  /** @param conditions null: nothing is delayed */
  constructor(conditions: SimulatedConditions | null, timing: Timing = platformTiming) {
    this.#timing = timing;
    this.#conditions = conditions && checked(conditions);
  }

  get conditions(): SimulatedConditions | null {
    return this.#conditions;
  }

  set conditions(conditions: SimulatedConditions | null) {
    this.#conditions = conditions && checked(conditions);
  }

  /** Each lane has a chance of its own, so what one decides doesn't depend on how busy another is. */
  lane(): Lane {
    this.#lanes += 1;
    const random = seededRandom(((this.#conditions?.seed ?? 1) * 0x9e3779b1 + this.#lanes * 0x85ebca6b) >>> 0);
    return new DelayLine(this.#timing, () => this.#conditions && delayOf(this.#conditions, random));
  }
}

interface Waiting {
  readonly arrivesAtMs: number;
  readonly deliver: () => void;
}

/** Frames on their way, which arrive in the order they were sent in. */
class DelayLine implements Lane {
  readonly #timing: Timing;
  /** Of one frame, in ms; null: none at all. */
  readonly #delayMs: () => number | null;
  #waiting: Waiting[] = [];
  #stopTimer: (() => void) | null = null;

  constructor(timing: Timing, delayMs: () => number | null) {
    this.#timing = timing;
    this.#delayMs = delayMs;
  }

  pass(deliver: () => void): void {
    const delayMs = this.#delayMs();
    const last = this.#waiting.at(-1);
    if (delayMs === null && !last) return deliver();
    const nowMs = this.#timing.nowMs();
    this.#waiting.push({ arrivesAtMs: Math.max(nowMs + (delayMs ?? 0), last?.arrivesAtMs ?? 0), deliver });
    if (!last) this.#arm();
  }

  cut(): void {
    this.#stopTimer?.();
    this.#waiting = [];
  }

  #arm(): void {
    this.#stopTimer?.();
    const [first] = this.#waiting;
    if (!first) return;
    this.#stopTimer = this.#timing.after(Math.max(0, first.arrivesAtMs - this.#timing.nowMs()), () => this.#arrive());
  }

  #arrive(): void {
    const nowMs = this.#timing.nowMs();
    // One at a time: the listener of the first may cut the line. Timers may come a little early.
    for (let first = this.#waiting[0]; first && first.arrivesAtMs <= nowMs + 1; first = this.#waiting[0]) {
      this.#waiting.shift();
      first.deliver();
    }
    this.#arm();
  }
}

function delayOf({ latencyMs = 0, jitterMs = 0, loss = 0 }: SimulatedConditions, random: () => number): number {
  let delayMs = Math.max(0, latencyMs / 2 + ((random() * 2 - 1) * jitterMs) / 2);
  let retransmitMs = Math.max(LEAST_RETRANSMIT_MS, RETRANSMIT_ROUND_TRIPS * latencyMs);
  for (let losses = 0; losses < MOST_LOSSES_IN_A_ROW && random() < loss; losses += 1) {
    delayMs += retransmitMs;
    retransmitMs *= 2;
  }
  return delayMs;
}

function checked(conditions: SimulatedConditions): SimulatedConditions {
  const { latencyMs = 0, jitterMs = 0, loss = 0 } = conditions;
  if (!(latencyMs >= 0 && jitterMs >= 0 && loss >= 0 && loss <= 1)) {
    throw new RangeError('simulate: latencyMs and jitterMs are 0 or more, loss is 0–1');
  }
  return conditions;
}

/** mulberry32: small, fast, and good enough for a network. Gives 0 ≤ x < 1. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
