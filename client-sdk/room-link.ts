import { CloseCode } from '../protocol/close-codes.ts';
import type { CloseVerdict } from './close-verdict.ts';
import { ColyseusRoom } from './colyseus-room.ts';
import { asGyreError, GyreError } from './gyre-error.ts';
import { Heartbeat } from './heartbeat.ts';
import { LiveValue } from './live.ts';
import { onNetworkLoss, onNetworkReturn } from './network.ts';
import { backoffMs, pause } from './pause.ts';
import type { Routes } from './routes.ts';
import { isSeatGrant, socketUrl } from './seat-grant.ts';
import type { SeatGrant } from './seat-grant.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { SocketClosed, WebSocketClass } from './socket.ts';
import type { Timing } from './timing.ts';

export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'closed';
export interface LinkStatus {
  readonly connection: LinkState;
  /** Round trip to the room, in ms; null before the first measurement. */
  readonly pingMs: number | null;
}

/** Why a link ended: the server's final close code, or the refusal of another right. */
export type LinkEnd = { readonly code: number } | { readonly error: GyreError };

/** What all links of a client share. */
export interface LinkParts {
  readonly endpoint: string;
  readonly WebSocket: WebSocketClass;
  readonly network: SimulatedNetwork;
  readonly routes: Routes;
  readonly timing: Timing;
}

export interface LinkOptions extends LinkParts {
  readonly name: string;
  /** Asks for a right over REST. */
  readonly ask: () => Promise<SeatGrant>;
  /** Whether a refusal by {@link ask} is the end; anything else is tried again for ever. */
  readonly isFinal: (error: GyreError) => boolean;
  /** What to do about a close code. */
  readonly verdict: (code: number) => CloseVerdict;
  readonly pingEveryMs: number;
  readonly onJoined?: () => void;
  readonly onDropped?: () => void;
  readonly onMessage: (type: string, payload: unknown) => void;
  readonly onState?: () => void;
  /** The room's own time, in ms, before each state that tells it. */
  readonly onTime?: (serverMs: number) => void;
  /** A frame has arrived. */
  readonly onFrame?: (bytes: number) => void;
  readonly onRoundTrip?: (roundTripMs: number) => void;
  readonly onEnd: (end: LinkEnd) => void;
}

/** A room that says to come back is elsewhere already: its players dial at once, spread over so long. */
const CALLED_WITHIN_MS = 10;
/** The first try comes at once, or nearly: most drops are over as soon as they are noticed. */
const FIRST_TRY_MS = 60;
/** A restart takes a second or two, and whoever waits for it is to be back within half a second of its end. */
const SHORT_WAIT_MS = 350;
const LONG_WAIT_MS = 5_000;
/** A longer outage is waited out in proportion: by a twentieth of what it has lasted. */
const WAIT_SHARE = 0.05;
/** A server that is just taking over a room holds an upgrade for up to 3 s. */
const DIRECT_TIMEOUT_MS = 4_500;
const SHARED_TIMEOUT_MS = 8_000;
/** A server that asks for more patience is asked again all the same: someone waits for their game. */
const MAX_PATIENCE_MS = 30_000;
/** After this many failed tries in a row the right itself is in doubt, its address for one. */
const TRIES_PER_RIGHT = 8;
const SILENT_AFTER_MS = 6_000;
/** As if the network had said so: it was never heard from. */
const GAVE_UP = 1006;
/** A socket that lived shorter counts as a failure too, or a server that drops everyone would be dialled in a loop. */
const STEADY_MS = 2_000;
/** But not as many: it got through, so it is worth trying again within half a second. */
const MOST_SHAKY_FAILURES = 4;

/** Keeps one room connected for as long as its right can be had: dials, dials again, asks anew. */
export class RoomLink<State> {
  readonly room: ColyseusRoom<State>;
  readonly status = new LiveValue<LinkStatus>({ connection: 'connecting', pingMs: null });
  readonly #options: LinkOptions;
  readonly #ended = new AbortController();
  readonly #heartbeat: Heartbeat;
  #grant: SeatGrant | null = null;
  #token: string | undefined;
  /** Good for the shared address, if asking for a better one fails. */
  #spare: SeatGrant | null = null;
  #failures = 0;
  #direct = true;
  #wasDirect = false;
  /** The server told us to come back, after a connection that was fine. */
  #isCalled = false;
  #joinedAtMs: number | null = null;
  /** When the line was lost, or first dialled in vain; null: it is up. */
  #lostAtMs: number | null = null;
  #closed: (event: SocketClosed) => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.room = new ColyseusRoom<State>(options, {
      joined: (token) => this.#joined(token),
      message: options.onMessage,
      state: () => options.onState?.(),
      time: (serverMs) => options.onTime?.(serverMs),
      closed: (event) => this.#closed(event),
      heard: (bytes) => {
        this.#heartbeat.heard();
        options.onFrame?.(bytes);
      },
    });
    this.#heartbeat = new Heartbeat({
      timing: options.timing,
      everyMs: options.pingEveryMs,
      silentAfterMs: SILENT_AFTER_MS,
      ping: (answered) => this.room.ping(answered),
      measured: (pingMs, roundTripMs) => {
        options.onRoundTrip?.(roundTripMs);
        this.#setStatus({ pingMs });
      },
      silent: () => this.room.drop(),
    });
  }

  /** Keeps the link up until it ends; resolves then. */
  async run(): Promise<void> {
    const stop = onNetworkLoss(() => this.room.drop());
    while (!this.#ended.signal.aborted) {
      if (this.#failures > 0) await this.#rest();
      const grant = await this.#right();
      if (grant) await this.#live(grant);
    }
    stop();
  }

  /** Ends it from this side: no more tries, nothing more is told. */
  end(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#heartbeat.stop();
    this.room.drop();
    this.#setStatus({ connection: 'closed' });
  }

  #finish(end: LinkEnd): void {
    if (this.#ended.signal.aborted) return;
    this.end();
    this.#options.onEnd(end);
  }

  async #rest(): Promise<void> {
    const wake = new AbortController();
    const stop = onNetworkReturn(() => wake.abort());
    const { timing } = this.#options;
    const lostMs = timing.nowMs() - (this.#lostAtMs ?? timing.nowMs());
    const waitMs = this.#isCalled
      ? timing.random() * CALLED_WITHIN_MS
      : waitBeforeTry(this.#failures, lostMs, () => timing.random());
    this.#isCalled = false;
    await pause(waitMs, AbortSignal.any([this.#ended.signal, wake.signal]), timing);
    stop();
  }

  async #right(): Promise<SeatGrant | null> {
    if (this.#grant) return this.#grant;
    try {
      const grant = await this.#options.ask();
      if (!isSeatGrant(grant)) throw new GyreError('unexpected-response', 'the answer is no right to a room');
      this.#grant = grant;
      this.#token = grant.colyseus.reconnectionToken;
      this.#direct = true;
      return grant;
    } catch (caught) {
      const error = asGyreError(caught);
      const isFinal = this.#options.isFinal(error);
      if (!isFinal && this.#spare !== null) return this.#takeSpare();
      this.#failures++;
      this.#lostAtMs ??= this.#options.timing.nowMs();
      if (isFinal) this.#finish({ error });
      else if (error.retryAfterMs !== null)
        await pause(Math.min(error.retryAfterMs, MAX_PATIENCE_MS), this.#ended.signal, this.#options.timing);
      return null;
    }
  }

  /** Any process leads to the room, wherever it is. */
  #takeSpare(): SeatGrant | null {
    this.#grant = this.#spare;
    this.#spare = null;
    this.#direct = false;
    return this.#grant;
  }

  /** One socket, from dialling to its close. */
  async #live(grant: SeatGrant): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const { directAddress } = grant;
    const direct = this.#direct && directAddress !== null && this.#options.routes.isOpen(directAddress);
    const url = socketUrl(grant, {
      endpoint: this.#options.endpoint,
      direct,
      reconnectionToken: this.#token,
      skipHandshake: this.room.knowsState,
    });
    this.#joinedAtMs = null;
    this.#wasDirect = direct;
    const closing = new Promise<SocketClosed>((resolve) => {
      this.#closed = resolve;
    });
    this.room.dial(url);
    const timeoutMs = direct ? DIRECT_TIMEOUT_MS : SHARED_TIMEOUT_MS;
    const stopTimer = this.#options.timing.after(timeoutMs, () => this.#giveUpDialling());
    const { code } = await closing;
    stopTimer();
    // A room that turned us away was there; of a process that died the address may be somebody else's soon.
    if (direct && this.#joinedAtMs === null && code < CloseCode.consented) this.#options.routes.failed(directAddress);
    this.#dropped(code);
  }

  #giveUpDialling(): void {
    if (this.#joinedAtMs === null) this.room.drop(GAVE_UP);
  }

  #joined(token: string): void {
    this.#joinedAtMs = this.#options.timing.nowMs();
    this.#token = token || this.#token;
    this.#setStatus({ connection: 'connected' });
    this.#heartbeat.start();
    this.#options.onJoined?.();
  }

  #dropped(code: number): void {
    this.#heartbeat.stop();
    const nowMs = this.#options.timing.nowMs();
    const upMs = this.#joinedAtMs === null ? null : nowMs - this.#joinedAtMs;
    // A server that lets in and drops at once is no better than one that is away.
    if (upMs !== null && upMs >= STEADY_MS) this.#lostAtMs = nowMs;
    this.#lostAtMs ??= nowMs;
    const verdict = this.#options.verdict(code);
    if (this.#ended.signal.aborted) return;
    if (upMs !== null) this.#options.onDropped?.();
    if (verdict === 'final') return this.#finish({ code });
    if (this.status.view.connection === 'connected') this.#setStatus({ connection: 'reconnecting' });
    this.#failures = failuresAfter(this.#failures, upMs);
    this.#isCalled = code === CloseCode.comeBack && upMs !== null && upMs >= STEADY_MS;
    // A room that moved is no longer where it was: the two addresses take turns.
    this.#direct = upMs !== null || !this.#direct;
    this.#spare = null;
    if (verdict === 'ask' || this.#failures % TRIES_PER_RIGHT === 0) this.#grant = null;
    else if (this.#wasDirect && upMs !== null) this.#askWhere();
  }

  /** It has left its process, or lost it: the next right tells where it is. */
  #askWhere(): void {
    this.#spare = this.#grant;
    this.#grant = null;
  }

  #setStatus(change: Partial<LinkStatus>): void {
    this.status.set({ ...this.status.view, ...change });
  }
}

/**
 * How long to wait, after so many failures in a row, in an outage that has lasted for `lostMs`: between half and all of 60 ms,
 * doubled each time, up to 350 ms in its first 7 s, then more and more up to 5 s.
 */
export function waitBeforeTry(failures: number, lostMs: number, random: () => number): number {
  const maxMs = Math.min(LONG_WAIT_MS, Math.max(SHORT_WAIT_MS, lostMs * WAIT_SHARE));
  return backoffMs({ firstMs: FIRST_TRY_MS, maxMs }, failures - 1, random);
}

/** Failures in a row, after a socket that was let in for `upMs`; null: it never was. */
function failuresAfter(failures: number, upMs: number | null): number {
  if (upMs === null) return failures + 1;
  return upMs >= STEADY_MS ? 1 : Math.min(failures + 1, MOST_SHAKY_FAILURES);
}
