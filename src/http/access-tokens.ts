/** Access tokens: who calls, signed, checked without a look at the database. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ACCESS_TOKEN_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { deriveKey } from '../secret.ts';
import { ProblemError } from './problem.ts';
import type { Caller } from './route.ts';

/** Player, session, end in ms since the epoch. */
const Claims = z.strictObject({ p: z.string(), s: z.string(), e: z.int() });
const MAX_TOKEN_LENGTH = 512;
/** Genuine tokens that are remembered; in all about 4 MB. */
const MAX_KNOWN = 10_000;

interface KnownToken {
  readonly caller: Caller;
  readonly endsAtMs: number;
}

/** Signs and checks tokens of the form `<claims>.<HMAC-SHA-256>`, both base64url. */
export class AccessTokens {
  readonly #key: KeyObject;
  readonly #clock: Clock;
  /** Found genuine before, by their whole text: whoever asks often is not checked anew each time. */
  readonly #known = new Map<string, KnownToken>();

  constructor(secret: string, clock: Clock) {
    this.#key = deriveKey(secret, 'access-token');
    this.#clock = clock;
  }

  /** A token that is good for `ACCESS_TOKEN_MS`. */
  issue({ id, sessionId }: Caller): string {
    const claims = { p: id, s: sessionId, e: this.#clock.now().getTime() + ACCESS_TOKEN_MS };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${body}.${this.#sign(body).toString('base64url')}`;
  }

  /** @throws ProblemError `token-invalid` for a malformed or forged one, `token-expired` after its end */
  verify(token: string): Caller {
    const known = this.#known.get(token) ?? this.#learn(token);
    if (known.endsAtMs <= this.#clock.now().getTime()) {
      this.#known.delete(token);
      throw new ProblemError('token-expired', 'Get a new one with the refresh token.');
    }
    return known.caller;
  }

  #learn(token: string): KnownToken {
    const known = this.#check(token);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < MAX_KNOWN) break;
      this.#known.delete(oldest);
    }
    this.#known.set(token, known);
    return known;
  }

  #check(token: string): KnownToken {
    const [body = '', signature = '', ...rest] = token.length <= MAX_TOKEN_LENGTH ? token.split('.') : [];
    const given = Buffer.from(signature, 'base64url');
    const right = this.#sign(body);
    // The text is compared too: base64url has several spellings of the same bytes.
    const genuine =
      given.length === right.length && timingSafeEqual(given, right) && given.toString('base64url') === signature;
    if (!genuine || rest.length > 0)
      throw new ProblemError('token-invalid', 'This is no access token of this service.');
    const { p, s, e } = Claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return { caller: { id: p, sessionId: s }, endsAtMs: e };
  }

  #sign(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest();
  }
}
