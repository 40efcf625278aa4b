import { GYRE_TYPE } from '../protocol/room-messages.ts';
import type { GyreMessage, MatchResult, RequestReply } from '../protocol/room-messages.ts';
import { matchVerdict } from './close-verdict.ts';
import { GyreError } from './gyre-error.ts';
import { InputQueue } from './input-queue.ts';
import type { Interpolation, InterpolateOptions } from './interpolation.ts';
import { callReporting, Listeners, LiveValue } from './live.ts';
import { errorOfReason, isFinalRefusal, lookUpEnd, reasonOfEnd, reasonOfView, refusalOfEnd } from './match-end.ts';
import { MatchRealtime } from './match-realtime.ts';
import type { Match, MatchCloseReason, MatchStatus } from './match.ts';
import type { NetStats } from './net-stats.ts';
import { pause } from './pause.ts';
import type { PredictOptions, Prediction } from './prediction.ts';
import { RoomLink } from './room-link.ts';
import type { LinkEnd, LinkParts } from './room-link.ts';
import type { SeatGrant } from './seat-grant.ts';
import type { Api } from './session.ts';
import type { MatchView } from './views.ts';
import type { GameType } from '../protocol/game-types.ts';

export interface MatchSessionOptions extends LinkParts {
  readonly id: string;
  readonly api: Api;
  /** The view of it that is known already, if any. */
  readonly known: MatchView | null;
  /** Watches without a seat. */
  readonly spectate: boolean;
}

const PING_EVERY_MS = 2_000;
const LEAVE_PATIENCE_MS = 5_000;
/** The one implementation of {@link Match}. Its types are those of any game; the public surface narrows them. */
export class MatchSession implements Match {
  readonly id: string;
  readonly #options: MatchSessionOptions;
  readonly #link: RoomLink<object>;
  readonly #inputs: InputQueue;
  readonly #status: LiveValue<MatchStatus>;
  readonly #opened = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<MatchResult>();
  readonly #closed = Promise.withResolvers<MatchCloseReason>();
  readonly #over = new AbortController();
  readonly #patches = new Listeners<[state: object]>();
  readonly #events = new Map<string, Listeners<[event: unknown]>>();
  readonly #realtime: MatchRealtime;
  #info: MatchView | null = null;
  #leaving = false;
  #hasResult = false;
  #hasState = false;
  /** The room has shown its state on this connection. */
  #isShown = false;
  #isWelcome = false;

  constructor(options: MatchSessionOptions) {
    this.#options = options;
    this.id = options.id;
    this.#info = options.known;
    this.#status = new LiveValue<MatchStatus>({
      connection: 'reconnecting',
      pingMs: null,
      seatIndex: null,
      epoch: null,
      closeReason: null,
    });
    this.#realtime = new MatchRealtime({
      timing: options.timing,
      state: () => this.state,
      pingMs: () => this.view.pingMs,
      pendingInputs: () => this.#inputs.pendingCount,
    });
    this.#link = new RoomLink<object>({
      ...options,
      name: 'match',
      ask: () => this.#ask(),
      isFinal: isFinalRefusal,
      verdict: matchVerdict,
      pingEveryMs: PING_EVERY_MS,
      onDropped: () => this.#dropped(),
      onMessage: (type, payload) => this.#message(type, payload),
      onState: () => this.#patched(),
      onTime: (serverMs) => this.#realtime.timed(serverMs),
      onFrame: (bytes) => this.#realtime.frame(bytes),
      onRoundTrip: (roundTripMs) => this.#realtime.clock.roundTrip(roundTripMs),
      onEnd: (end) => this.#ended(end),
    });
    const { room } = this.#link;
    const wire = { pack: (value: unknown) => room.packed(value), send: (bytes: Uint8Array) => room.sendGyre(bytes) };
    this.#inputs = new InputQueue(wire, options.timing);
    // Nobody has to look at them.
    for (const promise of [this.#opened.promise, this.#result.promise]) promise.catch(() => undefined);
    this.#link.status.subscribe(({ pingMs }) => this.#setStatus({ pingMs }));
  }

  /** Takes the seat: resolves when the room has said welcome and shown its state. */
  async open(): Promise<void> {
    void this.#link.run();
    const early = this.#info ? null : this.#fetchInfo().catch(() => null);
    await this.#opened.promise;
    try {
      this.#info ??= (await early) ?? (await this.#fetchInfo());
    } catch (error) {
      this.#close('closed');
      throw error;
    }
  }

  get game(): string {
    return this.info.game;
  }

  get info(): MatchView {
    if (!this.#info) throw new Error('the match is not open yet');
    return this.#info;
  }

  get state(): object {
    return this.#link.room.state;
  }

  nowMs(): number | null {
    return this.#realtime.clock.nowMs();
  }

  get view(): MatchStatus {
    return this.#status.view;
  }

  get subscribe(): LiveValue<MatchStatus>['subscribe'] {
    return this.#status.subscribe;
  }

  get result(): Promise<MatchResult> {
    return this.#result.promise;
  }

  get closed(): Promise<MatchCloseReason> {
    return this.#closed.promise;
  }

  onPatch(listener: (state: object) => void): () => void {
    const stop = this.#patches.add(listener);
    if (this.#hasState) callReporting(() => listener(this.state));
    return stop;
  }

  on(name: string, listener: (event: unknown) => void): () => void {
    const listeners = this.#events.get(name) ?? new Listeners<[unknown]>();
    this.#events.set(name, listeners);
    return listeners.add(listener);
  }

  send(name: string, payload?: unknown): void {
    this.#refuseSpectator();
    this.#inputs.send(name, payload);
  }

  async request(name: string, payload?: unknown): Promise<RequestReply> {
    this.#refuseSpectator();
    return this.#inputs.request(name, payload);
  }

  predict<Name extends string, Own extends object>(
    options: PredictOptions<GameType, Name, Own>,
  ): Prediction<unknown, Own> {
    this.#refuseSpectator();
    const { input, own, ...rule } = options;
    return this.#realtime.predict({
      ...rule,
      own: (state) => own(state, this.view.seatIndex ?? 0),
      send: (payload) => this.#inputs.send(input, payload),
    });
  }

  interpolate<Sample>(options: InterpolateOptions<GameType, Sample>): Interpolation<Sample> {
    return this.#realtime.interpolate(options);
  }

  netStats(): NetStats {
    return this.#realtime.stats();
  }

  async leave(): Promise<void> {
    if (this.#status.view.closeReason) return;
    // A spectator has nothing to give up, and whatever it said would be too much.
    if (this.#options.spectate) return this.#close('left');
    this.#leaving = true;
    this.#link.room.sayLeave();
    const enough = new AbortController();
    await Promise.race([this.closed, pause(LEAVE_PATIENCE_MS, enough.signal)]);
    enough.abort();
    this.#close('left');
  }

  /** The hub's view of this match: its end may arrive by this road first, or only. */
  learned(view: MatchView): void {
    if (this.#info && view.version < this.#info.version) return;
    this.#info = view;
    if (view.result) this.#result.resolve(view.result);
    const reason = reasonOfView(view);
    // A socket that is up brings the end itself, after the last patch.
    if (reason && this.#status.view.connection !== 'connected') this.#close(reason);
  }

  /** Ends everything here, without leaving the match. */
  shutDown(reason: 'closed' | 'signed-out'): void {
    this.#close(reason);
  }

  async #ask(): Promise<SeatGrant> {
    const grant = await this.#options.api.call<SeatGrant>({
      method: 'POST',
      path: `/v1/matches/${this.id}/seat`,
      body: this.#options.spectate ? { spectate: true } : {},
      once: true,
    });
    this.#setStatus({ seatIndex: grant.seatIndex });
    return grant;
  }

  #fetchInfo(): Promise<MatchView> {
    return this.#options.api.call<MatchView>({ method: 'GET', path: `/v1/matches/${this.id}` });
  }

  #dropped(): void {
    this.#realtime.dropped();
    this.#isWelcome = false;
    this.#isShown = false;
    this.#inputs.dropped();
    if (this.#status.view.connection === 'connected') this.#setStatus({ connection: 'reconnecting' });
  }

  #message(type: string, payload: unknown): void {
    if (type === GYRE_TYPE) this.#gyreMessage(payload as GyreMessage);
    else this.#events.get(type)?.call(payload);
  }

  #gyreMessage(message: GyreMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#isWelcome = true;
        if (this.#leaving) this.#link.room.sayLeave();
        else this.#inputs.welcomed(message.lastSeq);
        this.#realtime.welcomed(message.epoch);
        this.#setStatus({ seatIndex: message.seatIndex, epoch: message.epoch });
        this.#greeted();
        break;
      case 'reply':
        this.#inputs.replied(message.seq, message.ok ? { ok: true } : { ok: false, refused: message.refused ?? '' });
        this.#realtime.replied();
        break;
      case 'ack':
        this.#inputs.acked(message.seq);
        this.#realtime.acked();
        break;
      case 'result':
        this.#hasResult = true;
        this.#result.resolve(message.result);
        break;
      default:
        // A newer server's: clients ignore what they don't know.
        break;
    }
  }

  #patched(): void {
    this.#hasState = true;
    this.#isShown = true;
    this.#realtime.patched(this.state);
    this.#patches.call(this.state);
    this.#greeted();
  }

  /** Welcome and full state come in no promised order; with both, the connection is of use. */
  #greeted(): void {
    if (!this.#isWelcome || !this.#isShown || this.#status.view.connection !== 'reconnecting') return;
    this.#realtime.greeted(this.state);
    this.#setStatus({ connection: 'connected' });
    this.#opened.resolve();
  }

  #ended(end: LinkEnd): void {
    const reason = reasonOfEnd(end);
    const refusal = refusalOfEnd(end);
    if (refusal) this.#opened.reject(refusal);
    if (reason === 'finished' && !this.#hasResult) void this.#lookUpEnd();
    else this.#close(reason, reason === 'closed' && refusal ? refusal : undefined);
  }

  /** The room is gone and the result may not have reached us. */
  async #lookUpEnd(): Promise<void> {
    const { timing } = this.#options;
    const view = await lookUpEnd(() => this.#fetchInfo(), { timing, signal: this.#over.signal });
    if (view) this.learned(view);
    this.#close((view && reasonOfView(view)) ?? 'finished');
  }

  #close(reason: MatchCloseReason, error: GyreError = errorOfReason(reason)): void {
    if (this.#status.view.closeReason) return;
    this.#over.abort();
    this.#link.end();
    this.#inputs.close(error);
    this.#opened.reject(error);
    this.#result.reject(error);
    this.#setStatus({ connection: 'closed', closeReason: reason });
    this.#closed.resolve(reason);
  }

  #refuseSpectator(): void {
    if (this.#options.spectate) throw new GyreError('spectator', 'who watches a match says nothing in it');
  }

  #setStatus(change: Partial<MatchStatus>): void {
    this.#status.set({ ...this.#status.view, ...change });
  }
}
