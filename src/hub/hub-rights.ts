import { randomBytes, timingSafeEqual } from 'node:crypto';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { HubTokens } from './hub-tokens.ts';

/** Who may open a hub socket. */
export interface HubIdentity {
  readonly playerId: string;
  /** The sign-in that the right was given to: the hub closes when it ends. */
  readonly authSessionId: string;
}

/** A hub socket that was let in. */
export interface HubAdmission extends HubIdentity {
  /** What the client presents when it comes back: at most 128 characters of base64url, the same for the right's whole life. */
  readonly reconnectionToken: string;
}

interface Right extends HubAdmission {
  used: boolean;
  /** ms since the epoch; Infinity while a socket is open. */
  expiresAtMs: number;
}

/** A stock SDK's fifteen tries to come back take about a minute. */
const COME_BACK_MS = 2 * 60_000;
const SWEEP_EVERY_MS = 10_000;

/**
 * Rights to the hub of this process. They live in its memory, since the hub does too; but a client that was in the hub
 * when the process died comes back into the next one by its token, see {@link HubRights.ofBefore}.
 */
export class HubRights {
  readonly #rights = new Map<string, Right>();
  readonly #clock: Clock;
  readonly #tokens: HubTokens;
  #sweptAtMs = 0;

  /** @param secret the installation's; left out: one is drawn, and no token outlives the process */
  constructor(clock: Clock, secret: string = randomBytes(32).toString('base64url')) {
    this.#clock = clock;
    this.#tokens = new HubTokens(secret);
  }

  /** A fresh right. Resolves to the Colyseus session id, 22 characters, good for a minute until it is first used. */
  grant({ playerId, authSessionId }: HubIdentity): string {
    this.#sweep();
    const sessionId = randomBytes(17).toString('base64url').slice(0, 22);
    const reconnectionToken = this.#tokens.sign(sessionId, { playerId, authSessionId });
    const expiresAtMs = this.#clock.now().getTime() + SEAT_RIGHT_MS;
    this.#rights.set(sessionId, { playerId, authSessionId, reconnectionToken, used: false, expiresAtMs });
    return sessionId;
  }

  /**
   * Lets a socket in: the first one by its session id alone, later ones by the reconnection token too.
   * @returns null for an unknown, expired or used right: close with 4109
   */
  use(sessionId: string, token: string | null): HubAdmission | null {
    const right = this.#rights.get(sessionId);
    if (!right || right.expiresAtMs < this.#clock.now().getTime()) return null;
    if (token === null ? right.used : !isEqual(token, right.reconnectionToken)) return null;
    right.used = true;
    right.expiresAtMs = Infinity;
    return right;
  }

  /**
   * Who was given a token by a process before this one; null: nobody, or it is one of ours. It is as good as the
   * sign-in: whether that has ended is the caller's to look up, before {@link HubRights.renew}.
   */
  ofBefore(sessionId: string, token: string): HubIdentity | null {
    return this.#tokens.readForeign(sessionId, token);
  }

  /** Lets in a socket whose right is of a process before. */
  renew(sessionId: string, admission: HubAdmission): HubAdmission {
    this.#rights.set(sessionId, { ...admission, used: true, expiresAtMs: Infinity });
    return admission;
  }

  /** The socket closed: its client may come back for two minutes, or never if it left for good. */
  released(sessionId: string, { forGood }: { readonly forGood: boolean }): void {
    const right = this.#rights.get(sessionId);
    if (!right) return;
    if (forGood) this.#rights.delete(sessionId);
    else right.expiresAtMs = this.#clock.now().getTime() + COME_BACK_MS;
  }

  /** The sign-in ended: what it was given is worth nothing any more. */
  revoke(authSessionId: string): void {
    for (const [sessionId, right] of this.#rights) {
      if (right.authSessionId === authSessionId) this.#rights.delete(sessionId);
    }
  }

  #sweep(): void {
    const nowMs = this.#clock.now().getTime();
    if (nowMs - this.#sweptAtMs < SWEEP_EVERY_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [sessionId, { expiresAtMs }] of this.#rights) if (expiresAtMs < nowMs) this.#rights.delete(sessionId);
  }
}

function isEqual(presented: string, secret: string): boolean {
  const [a, b] = [Buffer.from(presented), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
