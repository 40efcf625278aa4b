import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../secret.ts';
import { SeenNonces } from './seen-nonces.ts';

/** What a signature is for: none is worth anything in another's place. */
export type SignedUse = 'call' | 'link' | 'pipe' | 'answer';

/** What is signed, beside who signs it for whom, and when. */
export interface Signed {
  readonly use: SignedUse;
  /** With its query; '' for an answer. */
  readonly path: string;
  /** Whatever else must be as it was: the hash of a body, a client's address. */
  readonly subject: string;
}

/**
 * What a signature turned out to be. `foreign`: nobody who has the secret has made it for this. `stale`: it is too old (or the clocks
 * of two machines differ too much), or was used before. `not-here`: it is meant for another incarnation.
 */
export type Verdict =
  | { readonly is: 'genuine'; readonly from: string; readonly nonce: string }
  | { readonly is: 'not-here'; readonly from: string; readonly nonce: string }
  | { readonly is: 'stale' }
  | { readonly is: 'foreign' };

export interface PeerSignaturesOptions {
  readonly secret: string;
  /** Who signs, and whom signatures must be meant for. */
  readonly incarnation: string;
  /** The wall clock; `Date.now` unless told otherwise. */
  readonly nowMs?: () => number;
}

/** How old a signature may be, or how far ahead of us its maker's clock. */
const MAX_AGE_MS = 30_000;
const NONCE_BYTES = 12;
/** To, from, time, nonce, HMAC. */
const SIGNATURE = /^([\w-]{1,64}) ([\w-]{1,64}) (\d{1,15}) ([\w-]{16}) ([\w-]{43})$/;

/**
 * Signatures between the processes of a cluster: HMAC-SHA-256 over the use, the path, both incarnations, the time, a nonce and what else
 * counts. One is good once, for half a minute, at one incarnation. The clocks of the machines must agree to within that.
 */
export class PeerSignatures {
  readonly incarnation: string;
  readonly #key: KeyObject;
  readonly #nowMs: () => number;
  /** Until then a signature may still be young enough: its maker's clock may be ahead of ours. */
  readonly #seen = new SeenNonces(2 * MAX_AGE_MS);

  constructor({ secret, incarnation, nowMs = Date.now }: PeerSignaturesOptions) {
    this.incarnation = incarnation;
    this.#key = deriveKey(secret, 'peer-call');
    this.#nowMs = nowMs;
  }

  /** @param to the incarnation that is to take it */
  sign(signed: Signed, to: string): string {
    const head = [to, this.incarnation, String(this.#nowMs()), randomBytes(NONCE_BYTES).toString('base64url')];
    return [...head, this.#mac(signed, head)].join(' ');
  }

  /** Looks at a signature, which is used up by it if it is genuine. */
  check(signature: string | undefined, signed: Signed): Verdict {
    const [, ...fields] = SIGNATURE.exec(signature ?? '') ?? [];
    const [to = '', from = '', time = '', nonce = '', mac = ''] = fields;
    if (!isSame(mac, this.#mac(signed, [to, from, time, nonce]))) return { is: 'foreign' };
    if (Math.abs(this.#nowMs() - Number(time)) > MAX_AGE_MS || !this.#seen.isNew(nonce)) return { is: 'stale' };
    return { is: to === this.incarnation ? 'genuine' : 'not-here', from, nonce };
  }

  /** In JSON no two lists look alike, whatever is in them. */
  #mac({ use, path, subject }: Signed, head: readonly string[]): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([use, path, subject, ...head]))
      .digest('base64url');
  }
}

/** The nonce of a signature that we have made: the answer to it names it. */
export function nonceOf(signature: string): string {
  return SIGNATURE.exec(signature)?.[4] ?? '';
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
