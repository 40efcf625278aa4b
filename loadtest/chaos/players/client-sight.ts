import { beaconsAt } from '../beacon-rules.ts';
import { machineMs } from '../clock.ts';
import type { FieldView } from './field-view.ts';
import type { MatchSightings } from './match-sightings.ts';

/** On the machine's clock. */
export type Gap = readonly [fromMs: number, toMs: number];

/** What one client has seen of its match. Plain data. */
export interface SightFacts {
  readonly frames: number;
  /** Ticks that it had seen and that were taken back. */
  readonly ticksUndone: number;
  /** Objects that it had, that were to live on, and that it lost or got anew. */
  readonly objectsReplaced: number;
  /** Frames that showed beacons which don't burn at that tick, or lacked some that do. */
  readonly wrongBeacons: number;
  readonly beatsRepeated: number;
  /** What contradicts what another client saw: two owners at once, or another past. */
  readonly contradictions: readonly string[];
  readonly gaps: readonly Gap[];
}

/** A frame is due every 50 ms: this is a wait that a player may notice. */
export const GAP_MS = 150;
const CONTRADICTIONS_KEPT = 5;

/** Holds each state that one client decodes against what it saw before, what others saw, and what must be. */
export class ClientSight {
  #sightings: MatchSightings;
  readonly #nowMs: () => number;
  readonly #gaps: Gap[] = [];
  readonly #contradictions: string[] = [];
  readonly #counts = { frames: 0, ticksUndone: 0, objectsReplaced: 0, wrongBeacons: 0, beatsRepeated: 0 };
  #beacons = new Map<string, object>();
  #tick = -1;
  #beatTick = -1;
  #lastMs: number | null = null;

  constructor(sightings: MatchSightings, nowMs: () => number = machineMs) {
    this.#sightings = sightings;
    this.#nowMs = nowMs;
  }

  get facts(): SightFacts {
    return { ...this.#counts, contradictions: [...this.#contradictions], gaps: [...this.#gaps] };
  }

  /** How long it has seen nothing new; null before the first frame. */
  get silentMs(): number | null {
    return this.#lastMs === null ? null : this.#nowMs() - this.#lastMs;
  }

  /**
   * Its client begins anew: it decodes into objects of its own, which replaces nothing. In another room, all that was seen of
   * the one before is gone.
   */
  beginAnew(sightings: MatchSightings): void {
    this.#beacons = new Map();
    if (sightings === this.#sightings) return;
    this.#sightings = sightings;
    this.#counts.ticksUndone += Math.max(0, this.#tick);
    this.#tick = -1;
    this.#beatTick = -1;
  }

  frame(state: FieldView): void {
    const nowMs = this.#nowMs();
    this.#counts.frames += 1;
    if (state.tick < this.#tick) this.#counts.ticksUndone += this.#tick - state.tick;
    // What was seen before tells no news, such as a state that comes again with a new connection.
    if (state.tick > this.#tick) this.#heardAt(nowMs);
    this.#tick = state.tick;
    const contradiction = this.#sightings.see(state);
    if (contradiction !== null && this.#contradictions.length < CONTRADICTIONS_KEPT) {
      this.#contradictions.push(contradiction);
    }
    this.#compareBeacons(state);
  }

  beat(tick: number): void {
    if (tick <= this.#beatTick) this.#counts.beatsRepeated += 1;
    this.#beatTick = tick;
  }

  #heardAt(nowMs: number): void {
    if (this.#lastMs !== null && nowMs - this.#lastMs >= GAP_MS) this.#gaps.push([this.#lastMs, nowMs]);
    this.#lastMs = nowMs;
  }

  #compareBeacons({ tick, beacons }: FieldView): void {
    const due = beaconsAt(tick).map(String);
    const shown = new Map([...beacons.keys()].map((key) => [key, beacons.get(key) as object] as const));
    if (due.length !== shown.size || due.some((key) => !shown.has(key))) this.#counts.wrongBeacons += 1;
    for (const key of due) {
      const before = this.#beacons.get(key);
      if (before !== undefined && shown.get(key) !== before) this.#counts.objectsReplaced += 1;
    }
    this.#beacons = shown;
  }
}
