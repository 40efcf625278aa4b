import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../secret.ts';
import type { HubIdentity } from './hub-rights.ts';

const FORMAT = 1;
const BOOT_BYTES = 6;
/** Format, boot, length of the player's id. */
const HEAD_BYTES = 1 + BOOT_BYTES + 1;
/** 128 bits: with two ids of 36 characters each, a token is 128 characters long and no more. */
const MAC_BYTES = 16;

/**
 * Reconnection tokens of hubs: who it is, signed for one session id, so that the next process can tell without having
 * known this one's memory.
 */
export class HubTokens {
  readonly #key: KeyObject;
  readonly #boot = randomBytes(BOOT_BYTES);

  constructor(secret: string) {
    this.#key = deriveKey(secret, 'hub-token');
  }

  sign(sessionId: string, { playerId, authSessionId }: HubIdentity): string {
    const head = Buffer.concat([Buffer.of(FORMAT), this.#boot, Buffer.of(playerId.length)]);
    const body = Buffer.concat([head, Buffer.from(playerId + authSessionId, 'latin1')]);
    return Buffer.concat([body, this.#mac(sessionId, body)]).toString('base64url');
  }

  /** Reads a genuine token that another boot has signed; null for all others. */
  readForeign(sessionId: string, token: string): HubIdentity | null {
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(0, -MAC_BYTES);
    if (body.length <= HEAD_BYTES || body[0] !== FORMAT) return null;
    if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), this.#mac(sessionId, body))) return null;
    if (body.subarray(1, 1 + BOOT_BYTES).equals(this.#boot)) return null;
    const ids = body.toString('latin1', HEAD_BYTES);
    const playerIdLength = body[HEAD_BYTES - 1] ?? 0;
    return { playerId: ids.slice(0, playerIdLength), authSessionId: ids.slice(playerIdLength) };
  }

  #mac(sessionId: string, body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(sessionId).update('\0').update(body).digest().subarray(0, MAC_BYTES);
  }
}
