import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<Buffer | string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** scrypt's usual cost for an interactive check, 16 MB and some 30 ms each: a lobby's password lives for an evening. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Derivations at once: libuv has four threads, and name look-ups and files need some, too. */
const CONCURRENCY = 2;

/** Hashes of lobby passwords. Never called while a row is locked: it takes its time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** `<salt>.<key>`, both base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, salt);
    return `${salt.toString('base64url')}.${key.toString('base64url')}`;
  }

  async matches(password: string, hash: string): Promise<boolean> {
    const [salt = '', key = ''] = hash.split('.').map((part) => Buffer.from(part, 'base64url'));
    const derived = await this.#derive(password, Buffer.from(salt));
    return derived.length === key.length && timingSafeEqual(derived, Buffer.from(key));
  }

  async #derive(password: string, salt: Buffer): Promise<Buffer> {
    if (this.#running >= CONCURRENCY) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await derive(password.normalize('NFC'), salt, KEY_BYTES, COST);
    } finally {
      // The place is handed on rather than freed, so nobody gets in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
