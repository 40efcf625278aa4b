import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { deriveKey } from '../secret.ts';

/** As long as a seat's. It is an address rather than a secret: nothing opens without a token. */
const SESSION_ID_LENGTH = 22;
/** Kind, time of issue; the player's id follows, and then 32 bytes of MAC. */
const HEAD_BYTES = 1 + 6;
const MAC_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{53,128}$/;
const KINDS = { first: 1, again: 2 } as const;

/** Who may watch which match. */
export interface SpectatorClaim {
  readonly matchId: string;
  readonly playerId: string;
}

/**
 * Rights to watch matches. A token says by itself whose it is, since spectators are in no list of seats: one that is handed
 * out is good for a minute, the one that its socket gets is for coming back while the match lives.
 */
export class SpectatorRights {
  readonly #sessionKey: KeyObject;
  readonly #tokenKey: KeyObject;
  readonly #clock: Clock;

  constructor(secret: string, clock: Clock) {
    this.#sessionKey = deriveKey(secret, 'spectator-session');
    this.#tokenKey = deriveKey(secret, 'spectator-token');
    this.#clock = clock;
  }

  /** 22 characters, the same for the whole match. */
  sessionIdOf({ matchId, playerId }: SpectatorClaim): string {
    return createHmac('sha256', this.#sessionKey)
      .update(JSON.stringify([matchId, playerId]))
      .digest('base64url')
      .slice(0, SESSION_ID_LENGTH);
  }

  /** At most 100 characters of base64url. `first`: to be used within a minute; `again`: for a client that was in. */
  sign(claim: SpectatorClaim, kind: keyof typeof KINDS): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(KINDS[kind], 0);
    head.writeUIntBE(this.#clock.now().getTime(), 1, 6);
    const said = Buffer.concat([head, Buffer.from(claim.playerId)]);
    return Buffer.concat([said, this.#mac(said, claim.matchId)]).toString('base64url');
  }

  /** null: there is no token, or it isn't of this match and session id, or came too late. */
  recognise(
    matchId: string,
    presented: { readonly sessionId: string; readonly token: string | null },
  ): { readonly playerId: string } | null {
    if (presented.token === null || !TOKEN.test(presented.token)) return null;
    const bytes = Buffer.from(presented.token, 'base64url');
    const said = bytes.subarray(0, -MAC_BYTES);
    if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), this.#mac(said, matchId))) return null;
    const ageMs = this.#clock.now().getTime() - said.readUIntBE(1, 6);
    if (said.readUInt8(0) !== KINDS.again && ageMs > SEAT_RIGHT_MS) return null;
    const playerId = said.subarray(HEAD_BYTES).toString();
    return this.sessionIdOf({ matchId, playerId }) === presented.sessionId ? { playerId } : null;
  }

  #mac(said: Buffer, matchId: string): Buffer {
    return createHmac('sha256', this.#tokenKey).update(JSON.stringify(matchId)).update(said).digest();
  }
}
