import { Interpolator } from './interpolator.ts';
import type { InterpolatorOptions } from './interpolator.ts';
import { callReporting } from './live.ts';
import { ArrivalMeter } from './net-stats.ts';
import type { NetStats } from './net-stats.ts';
import { Predictor } from './predictor.ts';
import type { PredictorOptions } from './predictor.ts';
import { ServerClock } from './server-clock.ts';
import type { Timing } from './timing.ts';

/** What it needs of the match's session. */
export interface RealtimeSource {
  readonly timing: Timing;
  /** The room's state; null while the line is down. */
  readonly state: () => object | null;
  readonly pingMs: () => number | null;
  readonly pendingInputs: () => number;
}

type AnyPredictor = Pick<Predictor<object, unknown, object>, 'patched' | 'acked' | 'replied' | 'rebased' | 'stats'>;
type AnyInterpolator = Pick<Interpolator<object, unknown>, 'patched' | 'restarted'>;

/** What a match needs to be played fast: its clock, what is foreseen, what is shown late. Told of what arrives, in order. */
export class MatchRealtime {
  readonly clock: ServerClock;
  readonly #source: RealtimeSource;
  readonly #meter: ArrivalMeter;
  readonly #predictors = new Set<AnyPredictor>();
  readonly #interpolators = new Set<AnyInterpolator>();
  /** Of the state that is about to arrive; null: it doesn't tell. */
  #stateAtMs: number | null = null;
  #epoch: number | null = null;
  #isNextLife = false;
  /** Welcome and state are both there, and the line is up. */
  #live = false;

  constructor(source: RealtimeSource) {
    this.#source = source;
    this.clock = new ServerClock(source.timing);
    this.#meter = new ArrivalMeter(source.timing);
  }

  predict<Payload, Own extends object>(
    options: Omit<PredictorOptions<object, Payload, Own>, 'state' | 'timing' | 'onStop'>,
  ): Predictor<object, Payload, Own> {
    const predictor: Predictor<object, Payload, Own> = new Predictor({
      ...options,
      timing: this.#source.timing,
      state: () => this.#liveState,
      onStop: () => this.#predictors.delete(predictor),
    });
    this.#predictors.add(predictor);
    const state = this.#liveState;
    if (state) predictor.rebased(state, true);
    return predictor;
  }

  interpolate<Sample>(
    options: Omit<InterpolatorOptions<object, Sample>, 'clock' | 'timing' | 'onStop'>,
  ): Interpolator<object, Sample> {
    const interpolator: Interpolator<object, Sample> = new Interpolator({
      ...options,
      clock: this.clock,
      timing: this.#source.timing,
      onStop: () => this.#interpolators.delete(interpolator),
    });
    this.#interpolators.add(interpolator);
    const state = this.#liveState;
    if (state) interpolator.patched(state, this.clock.lastMs);
    return interpolator;
  }

  stats(): NetStats {
    const { pingMs, pendingInputs } = this.#source;
    const predicted = [...this.#predictors].map(({ stats }) => stats);
    const { stepMs } = this.clock;
    return {
      pingMs: pingMs(),
      jitterMs: Math.round(this.clock.lateMs(JITTER_SHARE)),
      tickRateHz: stepMs === null ? null : 1_000 / stepMs,
      ...this.#meter.rates(),
      pendingInputs: pendingInputs(),
      correctionsLastMinute: predicted.reduce((sum, { correctionsLastMinute }) => sum + correctionsLastMinute, 0),
      lastError: predicted.find(({ errors }) => errors.length > 0)?.errors.at(-1) ?? null,
    };
  }

  frame(bytes: number): void {
    this.#meter.frame(bytes);
  }

  /** The state that arrives next is of this time. */
  timed(serverMs: number): void {
    this.clock.sample(serverMs);
    this.#stateAtMs = serverMs;
  }

  patched(state: object): void {
    this.#meter.patch();
    if (!this.#live) return;
    this.#tellPredictors((predictor) => predictor.patched(state));
    this.#show(state);
  }

  acked(): void {
    const state = this.#liveState;
    if (state) this.#tellPredictors((predictor) => predictor.acked(state));
  }

  replied(): void {
    const state = this.#liveState;
    if (state) this.#tellPredictors((predictor) => predictor.replied(state));
  }

  welcomed(epoch: number): void {
    this.clock.welcomed(epoch);
    this.#isNextLife = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
  }

  /** The room has said welcome and shown its state. */
  greeted(state: object): void {
    this.#live = true;
    this.#tellPredictors((predictor) => predictor.rebased(state, this.#isNextLife));
    if (this.#isNextLife) for (const interpolator of this.#interpolators) interpolator.restarted();
    this.#show(state);
  }

  /** The line is down. */
  dropped(): void {
    this.#live = false;
    this.#stateAtMs = null;
    this.clock.stop();
  }

  get #liveState(): object | null {
    return this.#live ? this.#source.state() : null;
  }

  /** The game's own rule runs in it: what that throws is reported as a listener's is, and says nothing about the line. */
  #tellPredictors(tell: (predictor: AnyPredictor) => void): void {
    for (const predictor of this.#predictors) callReporting(() => tell(predictor));
  }

  #show(state: object): void {
    const stateAtMs = this.#stateAtMs;
    for (const interpolator of this.#interpolators) callReporting(() => interpolator.patched(state, stateAtMs));
    this.#stateAtMs = null;
  }
}

/** Of states that are no later than what is called jitter. */
const JITTER_SHARE = 0.9;
