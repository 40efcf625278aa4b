import { ErrorLog } from './error-log.ts';
import { copyPlain, mixPlain, plainDistance } from './plain-data.ts';
import type { Prediction, PredictionStats } from './prediction.ts';
import type { Timing } from './timing.ts';

/** A sent input, as the queue knows it. */
export interface Consumable {
  /** The room has consumed it. */
  readonly consumed: boolean;
}

export interface PredictorOptions<State, Payload, Own extends object> {
  /** A plain copy of what is this player's own; null while there is nothing. */
  readonly own: (state: State) => Own | null;
  readonly step: (own: Own, payload: Payload, state: State) => Own;
  readonly distance?: ((one: Own, other: Own) => number) | undefined;
  readonly tolerance?: number | undefined;
  readonly mix?: ((from: Own, to: Own, share: number) => Own) | undefined;
  readonly smoothMs?: number | undefined;
  readonly glideMs?: number | undefined;
  /** Null: it can't be sent now. */
  readonly send: (payload: Payload) => Consumable | null;
  /** The room's state; null before it was shown. */
  readonly state: () => State | null;
  readonly timing: Timing;
  readonly onStop?: (() => void) | undefined;
}

/** On its way, as it is drawn: from where it was shown to where the inputs lead. */
interface Track<Own> {
  readonly from: Own;
  readonly to: Own;
  readonly sinceMs: number;
}

interface Ghost<Own> {
  readonly track: Track<Own>;
  readonly sinceMs: number;
}

interface Pushed<Payload> {
  readonly payload: Payload;
  readonly input: Consumable;
}

const TOLERANCE = 0.001;
const SMOOTH_MS = 100;
const MOST_GLIDE_MS = 100;
/** Before there were two pushes. */
const FIRST_GLIDE_MS = 50;

/**
 * Runs a game's rule ahead of its room. What the inputs lead to is built anew from each state of the room and those inputs
 * that it has not consumed: with the same rule and nobody interfering, that gives what was there before.
 *
 * A room sends a step's patch first and its acknowledgement after it. Between the two it is not known which inputs are in
 * the patch already; so it is held until the acknowledgement comes, or the next patch says that there was none.
 */
export class Predictor<State, Payload, Own extends object> implements Prediction<Payload, Own> {
  readonly #options: PredictorOptions<State, Payload, Own>;
  readonly #errors = new ErrorLog();
  /** What the room said last that is known to fit what it has consumed. */
  #base: Own | null = null;
  /** A later one, whose acknowledgement may be on its way. */
  #held: { readonly own: Own | null } | null = null;
  #pushed: readonly Pushed<Payload>[] = [];
  #track: Track<Own> | null = null;
  /** Where one would be without the last correction: it is faded out. */
  #ghost: Ghost<Own> | null = null;
  #glideMs: number;
  #stopped = false;

  constructor(options: PredictorOptions<State, Payload, Own>) {
    this.#options = options;
    this.#glideMs = options.glideMs ?? FIRST_GLIDE_MS;
  }

  get own(): Own | null {
    return this.#track && copyPlain(this.#track.to, 'step');
  }

  get view(): Own | null {
    if (!this.#track) return null;
    const shown = this.#at(this.#track);
    const ghost = this.#ghost;
    if (!ghost) return shown;
    const share = this.#shareOf(ghost);
    return share >= 1 ? shown : this.#mix(this.#at(ghost.track), shown, share);
  }

  get stats(): PredictionStats {
    return { pending: this.#unconsumed.length, ...this.#errors.stats(this.#nowMs) };
  }

  push(payload: Payload): boolean {
    const state = this.#options.state();
    if (this.#stopped || state === null) return false;
    const input = this.#options.send(payload);
    if (!input) return false;
    // The queue packed it; what becomes of the caller's object later was not sent.
    const kept = structuredClone(payload);
    this.#pushed = [...this.#pushed, { payload: kept, input }];
    if (!this.#track) return true;
    this.#measureGlide(this.#track.sinceMs);
    this.#fade();
    this.#track = this.#onward(this.#track, kept, state);
    if (this.#ghost) this.#ghost = { ...this.#ghost, track: this.#onward(this.#ghost.track, kept, state) };
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#options.onStop?.();
  }

  /** The room's next state. */
  patched(state: State): void {
    if (this.#held) this.#reconcile(this.#held.own, state);
    const own = this.#ownOf(state);
    if (this.#unconsumed.length === 0) this.#reconcile(own, state);
    else this.#held = { own };
  }

  /** Everything is told that the last step consumed. */
  acked(state: State): void {
    this.#reconcile(this.#held ? this.#held.own : this.#base, state);
  }

  /** One input was answered; an acknowledgement of later ones may follow. */
  replied(state: State): void {
    if (this.#held && this.#unconsumed.length === 0) this.#reconcile(this.#held.own, state);
  }

  /**
   * The room let us in again, and shows this state; it is known what it has consumed. In its next life nothing that was
   * shown before counts: what is left of it are the inputs that it has yet to consume.
   */
  rebased(state: State, isNextLife: boolean): void {
    if (isNextLife) {
      this.#track = null;
      this.#ghost = null;
    }
    this.#reconcile(this.#ownOf(state), state);
  }

  get #nowMs(): number {
    return this.#options.timing.nowMs();
  }

  get #unconsumed(): readonly Pushed<Payload>[] {
    return this.#pushed.filter(({ input }) => !input.consumed);
  }

  #ownOf(state: State): Own | null {
    return copyPlain(this.#options.own(state), 'own');
  }

  #reconcile(base: Own | null, state: State): void {
    this.#base = base;
    this.#held = null;
    this.#pushed = this.#unconsumed;
    const before = this.#track;
    const after = base && this.#replay(base, state);
    if (!before || !after) {
      this.#track = after;
      this.#ghost = null;
      return;
    }
    const { distance = plainDistance, tolerance = TOLERANCE } = this.#options;
    const error = distance(before.to, after.to);
    const isCorrection = error > tolerance;
    this.#errors.add(isCorrection ? error : 0, this.#nowMs);
    if (isCorrection) this.#correct(before, after);
    else this.#track = { ...before, to: after.to };
  }

  /** What is shown goes on from where it is, and fades over to where it should be. */
  #correct(before: Track<Own>, after: Track<Own>): void {
    const sinceMs = this.#nowMs;
    const from = this.view ?? before.to;
    const to = this.#ghost ? this.#mix(this.#ghost.track.to, before.to, this.#shareOf(this.#ghost)) : before.to;
    this.#ghost = { track: { from, to, sinceMs }, sinceMs };
    this.#track = { ...after, sinceMs: before.sinceMs };
    this.#fade();
  }

  #replay(base: Own, state: State): Track<Own> {
    let from = base;
    let to = base;
    for (const { payload } of this.#pushed) {
      from = to;
      to = this.#step(to, payload, state);
    }
    return { from, to, sinceMs: this.#nowMs };
  }

  #onward(track: Track<Own>, payload: Payload, state: State): Track<Own> {
    return { from: this.#at(track), to: this.#step(track.to, payload, state), sinceMs: this.#nowMs };
  }

  #step(own: Own, payload: Payload, state: State): Own {
    return this.#options.step(copyPlain(own, 'step'), payload, state);
  }

  #at({ from, to, sinceMs }: Track<Own>): Own {
    const share = this.#glideMs === 0 ? 1 : (this.#nowMs - sinceMs) / this.#glideMs;
    return share >= 1 ? copyPlain(to, 'step') : this.#mix(from, to, share);
  }

  #mix(from: Own, to: Own, share: number): Own {
    return (this.#options.mix ?? mixPlain)(from, to, share);
  }

  /** Players push in time; a pause is none. */
  #measureGlide(lastMs: number): void {
    const intervalMs = this.#nowMs - lastMs;
    if (this.#options.glideMs === undefined && intervalMs <= MOST_GLIDE_MS) this.#glideMs = intervalMs;
  }

  /** How far it is faded out, 0–1. */
  #shareOf({ sinceMs }: Ghost<Own>): number {
    const { smoothMs = SMOOTH_MS } = this.#options;
    return smoothMs === 0 ? 1 : Math.min(1, (this.#nowMs - sinceMs) / smoothMs);
  }

  /** Lets the ghost go once it is not to be seen any more. */
  #fade(): void {
    if (this.#ghost && this.#shareOf(this.#ghost) === 1) this.#ghost = null;
  }
}
